/** Shelly and ESPHome, whose topics begin with the device: what their fixtures cannot say. */
import { describe, expect, test } from "vitest";
import { profiles } from "../../devices/index.ts";
import type { Transport } from "../../src/domain/journal.ts";
import { meets } from "./shared-index.ts";
import { decode, eventsOf, SHARED, sharedBytes, sharedFixtures } from "./support.ts";

describe.skipIf(SHARED.missing)("captured messages", () => {
  test.each(sharedFixtures("shelly_", "esphome_"))(
    "$file → $expected.code $expected.phase",
    ({ file, topic, expected }) => {
      const decoded = decode(file.startsWith("shelly_") ? "shelly" : "esphome", topic, sharedBytes(file));
      expect(meets(decoded, expected), JSON.stringify(decoded)).toBe(true);
    },
  );

  test("seconds since a detector woke up are not its time", () => {
    const woken = eventsOf(decode("shelly", "x/events", sharedBytes("shelly_smoke_notify_full_status.json")));
    expect(woken.map(({ code, phase, deviceAt }) => [code, phase, deviceAt])).toEqual([
      ["device.low_battery", "clear", undefined],
      ["fire.smoke", "clear", undefined],
    ]);
  });
});

describe("shelly", () => {
  test("a change and the full status speak of one property of one point", () => {
    const told = [
      decode("shelly", "d/status/smoke:0", { id: 0, alarm: true }),
      decode("shelly", "d/events/rpc", {
        method: "NotifyStatus",
        params: { ts: 1772325000, "smoke:0": { alarm: false } },
      }),
    ].flatMap(eventsOf);
    expect(told.map(({ point, property, phase }) => [point, property, phase])).toEqual([
      ["smoke:0", "alarm", "raise"],
      ["smoke:0", "alarm", "clear"],
    ]);
  });

  test("names of networks and local addresses do not come out", () => {
    const params = { ts: 1, wifi: { ssid: "flat 402", sta_ip: "192.0.2.7" }, "flood:0": { alarm: true } };
    const left = JSON.stringify(decode("shelly", "d/events/rpc", { method: "NotifyFullStatus", params }));
    expect(left).toContain("facility.water_leak");
    expect(left).not.toMatch(/402|192/);
  });
});

test("esphome: what an input means is configured by its name; one without stays a contact", () => {
  const config = { points: { smoke: { inputCode: "fire.smoke" } } };
  const told = ["smoke", "door"].flatMap((name) =>
    eventsOf(decode("esphome", `node/binary_sensor/${name}/state`, "ON", { config })),
  );
  expect(told.map(({ point, code, phase }) => [point, code, phase])).toEqual([
    ["smoke", "fire.smoke", "raise"],
    ["door", "device_input.on", "state"],
  ]);
});

describe("profiles without a prefix claim only their own topics", () => {
  const ids = new Set(["tasmota", "shelly", "esphome"]);
  const own = profiles.filter(({ id }) => ids.has(id));
  const claimedBy = (topic: string, transport: Transport = "mqtt"): readonly string[] =>
    own.filter((profile) => profile.matches(topic, transport)).map(({ id }) => id);

  test.each([
    ["tele/a/SENSOR", "tasmota"],
    ["cmnd/a/POWER", "tasmota"],
    ["a/tele/LWT", "tasmota"],
    ["a/events/rpc", "shelly"],
    ["a/status/input:0", "shelly"],
    ["a/online", "shelly"],
    ["a/status", "esphome"],
    ["a/binary_sensor/b/state", "esphome"],
    ["a/cover/b/position/command", "esphome"],
  ])("%s is %s's alone", (topic, id) => expect(claimedBy(topic)).toEqual([id]));

  test.each([
    "a",
    "a/b",
    "a/b/c",
    "a/state",
    "a/SENSOR",
    "a/b/status",
    "a/b/c/state",
    "sensors/door/battery",
    "platform/v1/alarm/event",
    "spBv1.0/estate/DDATA/node/device",
  ])("%s is nobody's", (topic) => expect(claimedBy(topic)).toEqual([]));

  test("none of them reads HTTP", () => expect(claimedBy("a/online", "http")).toEqual([]));
});
