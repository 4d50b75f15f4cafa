/** Tasmota: what its fixtures cannot say. */
import { describe, expect, test } from "vitest";
import { meets } from "./shared-index.ts";
import { decode, eventsOf, pseudonym, SHARED, sharedBytes, sharedFixtures } from "./support.ts";

const tasmota = (payload: unknown, topic = "tele/bridge/SENSOR") => decode("tasmota", topic, payload);

describe.skipIf(SHARED.missing)("captured messages", () => {
  const captures = sharedFixtures("tasmota_");

  test("there are some", () => expect(captures.length).toBeGreaterThanOrEqual(8));

  test.each(captures)("$file → $expected.code $expected.phase", ({ file, topic, expected }) => {
    const decoded = tasmota(sharedBytes(file), topic);
    expect(meets(decoded, expected), JSON.stringify(decoded)).toBe(true);
  });

  test("devices are keys of the message, by their name where they have one", () => {
    const devices = ["tasmota_zigbee_contact_open.json", "tasmota_lorawan_door_open.json"].map(
      (file) => eventsOf(tasmota(sharedBytes(file)))[0]?.device,
    );
    expect(devices).toEqual(["Garage Entry Door Sensor", "0x4AD6"]);
  });

  test("two inputs of one message are two points, at the time of its offset", () => {
    const events = eventsOf(tasmota(sharedBytes("tasmota_sensor_two_switches.json")));
    expect(events.map(({ point, code }) => [point, code])).toEqual([
      ["Switch1", "device_input.off"],
      ["Switch2", "device_input.on"],
    ]);
    expect(events[0]?.deviceAt).toBe(Date.UTC(2021, 5, 27, 13, 3, 44));
  });

  test("a card's number does not come out", () => {
    const [card] = eventsOf(tasmota(sharedBytes("tasmota_rc522_card.json")));
    expect(card?.attributes).toEqual({ cardHash: pseudonym("BA839D07") });
    expect(JSON.stringify(card)).not.toContain("BA839D07");
  });
});

test("contact: opened and closed are the opposite of Zigbee2MQTT, on one property of one device", () => {
  const events = [1, 0].flatMap((Contact) => eventsOf(tasmota({ ZbReceived: { "0x1": { Contact } } })));
  expect(events.map(({ code, property }) => [code, property])).toEqual([
    ["access.door_opened", "door"],
    ["access.door_closed", "door"],
  ]);
});

describe("zone status", () => {
  const bits = (ZoneStatusChange: unknown, beside: object = {}) => {
    const decoded = tasmota({ ZbReceived: { "0x1": { ZoneStatusChange, ...beside } } });
    return decoded.outcome === "events"
      ? decoded.events.map(({ code, phase }) => `${code} ${phase}`)
      : decoded.outcome;
  };

  test.each([
    [0, "device_input.off state", "device.tamper clear", "device.low_battery clear"],
    [1, "device_input.on state", "device.tamper clear", "device.low_battery clear"],
    [4, "device_input.off state", "device.tamper raise", "device.low_battery clear"],
    [8, "device_input.off state", "device.tamper clear", "device.low_battery raise"],
    [0x031d, "device_input.on state", "device.tamper raise", "device.low_battery raise"],
  ])("%i", (value, ...told) => expect(bits(value)).toEqual(told));

  test("the alarm bit says nothing beside the attribute it became", () => {
    expect(bits(1, { Occupancy: 1 })).toEqual([
      "intrusion.motion raise",
      "device.tamper clear",
      "device.low_battery clear",
    ]);
  });

  test.each([-1, 1.5, "1", null, 1e300])("%o is no zone status", (value) =>
    expect(bits(value)).toBe("ignored"),
  );
});

test("both orders of the topic, and nothing beside them", () => {
  const on = { Switch1: "ON" };
  const devices = ["tele/a/SENSOR", "a/tele/SENSOR", "stat/a/RESULT", "a/stat/RESULT", "tele/a/b/SENSOR"].map(
    (topic) => eventsOf(tasmota(on, topic))[0]?.device,
  );
  expect(devices).toEqual(["a", "a", "a", "a", "a"]);
  expect(tasmota(on, "zigbee/a/SENSOR")).toMatchObject({ outcome: "undecodable", reason: "no_profile" });
});
