/** Discovery teaches, states are read by what was taught: sequences that single fixtures cannot show. */
import { describe, expect, test } from "vitest";
import type { Decoded } from "../../src/domain/event.ts";
import { decode, eventsOf, SHARED, sharedBytes, sharedFixtures } from "./support.ts";
import { bridge } from "./taught-bridge.ts";

const codes = (decoded: Decoded) => eventsOf(decoded).map(({ code, phase }) => `${code} ${phase}`);

const sensor = (deviceClass: string | null, topic: string, more: object = {}) => ({
  device_class: deviceClass,
  state_topic: topic,
  device: { identifiers: ["dev-1"] },
  ...more,
});

describe.skipIf(SHARED.missing)("captured messages", () => {
  test("the announcement, then the state it explains", () => {
    const { send } = bridge();
    const seen = sharedFixtures("ha_").map(({ file, topic, expected }) => {
      const decoded = send(topic, sharedBytes(file));
      return decoded.outcome === "events"
        ? codes(decoded).includes(`${expected.code} ${expected.phase}`)
        : decoded.outcome === "ignored" && expected.code === `none.${decoded.reason}`;
    });
    expect(seen).toEqual([true, true]);
  });
});

describe("announcements", () => {
  test("a state topic below any prefix is read once it was announced, and no longer after", () => {
    const { send, shelf } = bridge();
    expect(send("site/door/state", "ON")).toMatchObject({ outcome: "undecodable", reason: "no_profile" });
    send("homeassistant/binary_sensor/door/config", sensor("door", "site/door/state"));
    expect(codes(send("site/door/state", "ON"))).toEqual(["access.door_opened state"]);
    send("homeassistant/binary_sensor/door/config", "");
    expect(send("site/door/state", "ON")).toMatchObject({ outcome: "undecodable", reason: "no_profile" });
    expect(shelf.size).toBe(0);
  });

  test("a state before its announcement is kept, and is an event after it", () => {
    const { send } = bridge();
    const path = "homeassistant/binary_sensor/yard/state";
    expect(send(path, "ON")).toMatchObject({ outcome: "undecodable", reason: "not_learned" });
    send("homeassistant/binary_sensor/yard/config", sensor("motion", path));
    expect(codes(send(path, "ON"))).toEqual(["intrusion.motion raise"]);
  });

  test("entities of two announcements share a topic; one taken back leaves the other", () => {
    const { send } = bridge();
    const topic = "site/riser";
    const of = (name: string) => ({
      payload_on: true,
      payload_off: false,
      value_template: `{{ value_json.${name} }}`,
    });
    send("homeassistant/binary_sensor/r/smoke/config", sensor("smoke", topic, of("smoke")));
    send("homeassistant/binary_sensor/r/leak/config", sensor("moisture", topic, of("leak")));
    const message = { smoke: true, leak: false };
    expect(codes(send(topic, message))).toEqual(["fire.smoke raise", "facility.water_leak clear"]);
    send("homeassistant/binary_sensor/r/smoke/config", "");
    expect(codes(send(topic, message))).toEqual(["facility.water_leak clear"]);
  });

  test("a changed topic or class replaces what was said before; the same again is no news", () => {
    const { send } = bridge();
    const config = "homeassistant/binary_sensor/x/config";
    send(config, sensor("motion", "site/a"));
    expect(send(config, sensor("motion", "site/a")).learned).toBeUndefined();
    send(config, sensor("smoke", "site/b"));
    expect(send("site/a", "ON")).toMatchObject({ reason: "no_profile" });
    expect(codes(send("site/b", "ON"))).toEqual(["fire.smoke raise"]);
  });

  test("abbreviations, a base topic, availability and a command topic", () => {
    const { send } = bridge();
    send("homeassistant/binary_sensor/n/door/config", {
      "~": "site/door-3",
      stat_t: "~/state",
      avty: [{ t: "~/lwt", pl_avail: "up", pl_not_avail: "down" }],
      cmd_t: "door-3/~",
      pl_on: "open",
      pl_off: "closed",
      dev_cla: "door",
      dev: { ids: "door-3", name: "Door 3" },
    });
    const [opened] = eventsOf(send("site/door-3/state", "open"));
    expect(opened).toMatchObject({
      device: "door-3",
      point: "door",
      code: "access.door_opened",
      attributes: { deviceName: "Door 3" },
    });
    expect(codes(send("site/door-3/lwt", "down"))).toEqual(["device.offline raise"]);
    expect(codes(send("site/door-3/lwt", "up"))).toEqual(["device.offline clear"]);
    expect(send("door-3/site/door-3", "x")).toMatchObject({ reason: "command" });
  });

  test("a device with components: shared topic and presence, one of them taken back", () => {
    const { send } = bridge();
    const config = (components: object) => ({
      dev: { ids: ["p1"] },
      o: { name: "riser2mqtt" },
      stat_t: "riser/p1",
      avty_t: "riser/status",
      cmps: components,
    });
    const part = (name: string) => ({
      p: "binary_sensor",
      dev_cla: name,
      pl_on: "1",
      pl_off: "0",
      val_tpl: `{{ value_json['${name}'] }}`,
    });
    send(
      "homeassistant/device/p1/config",
      config({ smoke: part("smoke"), gas: part("gas"), t: { p: "sensor", x: 1 } }),
    );
    expect(codes(send("riser/p1", { smoke: 1, gas: 0, t: 20 }))).toEqual([
      "fire.smoke raise",
      "fire.gas clear",
    ]);
    expect(codes(send("riser/status", "offline"))).toEqual(["device.offline raise"]);
    send("homeassistant/device/p1/config", config({ smoke: part("smoke"), gas: { p: "binary_sensor" } }));
    expect(codes(send("riser/p1", { smoke: 1, gas: 1 }))).toEqual(["fire.smoke raise"]);
    send("homeassistant/device/p1/config", "");
    expect(send("riser/p1", { smoke: 1 })).toMatchObject({ reason: "no_profile" });
  });

  test("another profile's prefix stays that profile's", () => {
    const { send } = bridge();
    send("homeassistant/binary_sensor/z/config", sensor("door", "zigbee2mqtt/door", { payload_on: "open" }));
    const [event] = eventsOf(send("zigbee2mqtt/door", { contact: false }));
    expect(event).toMatchObject({ device: "door", property: "contact" });
  });

  test("telemetry is left to a profile that reads the topic, a sensor's state is not", () => {
    const { send } = bridge();
    const path = "shellyplus1-0123456789ab/status/input:0";
    const before = eventsOf(send(path, { id: 0, state: true }));
    expect(before).toMatchObject([{ device: "shellyplus1-0123456789ab" }]);
    send("homeassistant/sensor/x/config", sensor(null, path));
    expect(eventsOf(send(path, { id: 0, state: true }))).toEqual(before);
    const template = { value_template: "{{ value_json.state }}", payload_on: true, payload_off: false };
    send("homeassistant/binary_sensor/x/config", sensor("door", path, template));
    expect(codes(send(path, { id: 0, state: true }))).toEqual(["access.door_opened state"]);
    send("homeassistant/sensor/t/config", sensor(null, "site/temperature"));
    expect(send("site/temperature", "21.5")).toMatchObject({ outcome: "ignored", reason: "telemetry" });
  });

  test("a help button known only by its trigger, and an alarm panel", () => {
    const { send } = bridge();
    send("homeassistant/device_automation/b/config", {
      automation_type: "trigger",
      type: "action",
      subtype: "sos",
      payload: "sos",
      topic: "site/button",
      device: { identifiers: "b1" },
    });
    expect(codes(send("site/button", "sos"))).toEqual(["life.sos pulse"]);
    expect(send("site/button", "")).toMatchObject({ reason: "empty" });
    send("homeassistant/alarm_control_panel/h/config", { state_topic: "site/alarm", unique_id: "house" });
    expect(codes(send("site/alarm", "triggered"))).toEqual(["intrusion.burglary raise"]);
    expect(codes(send("site/alarm", "disarmed"))).toEqual(["intrusion.burglary clear"]);
    expect(send("site/alarm", "pending")).toMatchObject({ reason: "telemetry" });
    expect(send("site/alarm", "on fire")).toMatchObject({ reason: "schema" });
  });

  test("with `any` of several availability topics none alone makes a device offline", () => {
    const { send } = bridge();
    const availability = [{ topic: "site/s1" }, { topic: "site/s2" }];
    send(
      "homeassistant/binary_sensor/x/config",
      sensor("motion", "site/x", { availability, availability_mode: "any" }),
    );
    expect(send("site/s1", "offline")).toMatchObject({ reason: "no_profile" });
  });

  test.each([
    ["without a topic", { device_class: "motion", unique_id: "x" }],
    ["with a wildcard", sensor("motion", "site/+/state")],
    ["with a topic too long", sensor("motion", "x".repeat(257))],
    ["with a payload that is none", sensor("motion", "site/x", { payload_on: {} })],
    ["without components", undefined],
    ["a list", []],
  ])("unfit: %s", (_name, config) => {
    const path =
      config === undefined ? "homeassistant/device/x/config" : "homeassistant/binary_sensor/x/config";
    const decoded = bridge().send(path, config ?? { dev: { ids: "x" } });
    expect(decoded).toMatchObject({ outcome: "undecodable", reason: "schema" });
    expect(decoded.learned).toBeUndefined();
  });
});

test("a state whose template is not certain is ignored with a reason", () => {
  const { send } = bridge();
  send(
    "homeassistant/binary_sensor/x/config",
    sensor("smoke", "site/x", { value_template: "{{ value | int }}" }),
  );
  expect(send("site/x", "1")).toMatchObject({ outcome: "ignored", reason: "no_codec", device: "dev-1" });
});

test("nothing of an announcement but names of devices and classes reaches an event", () => {
  const { send } = bridge();
  send("homeassistant/binary_sensor/x/config", {
    ...sensor("door", "site/x", { json_attributes_topic: "site/x" }),
    name: "Mrs Example's flat",
  });
  expect(JSON.stringify(eventsOf(send("site/x", "ON")))).not.toContain("Example");
  expect(decode("home-assistant", "homeassistant/status", "online").outcome).toBe("events");
});
