import { describe, expect, test } from "vitest";
import { profiles } from "../../devices/index.ts";
import { observeEdge, unknownDevice } from "../../src/domain/device-memory.ts";
import type { TopicBinding } from "../../src/domain/estate.ts";
import type { Decoded } from "../../src/domain/event.ts";
import { createDecoder } from "../../src/registry/decoder.ts";
import {
  decode,
  eventsOf,
  RECEIVED_AT,
  SHARED,
  sharedBytes,
  sharedFixtures,
  type Circumstances,
} from "./support.ts";

const overMqtt = (payload: unknown, circumstances?: Circumstances): Decoded =>
  decode("axis", "axis/B8A44F000001/event/tns:onvif/Device", payload, circumstances);
const inXml = (file: string): Decoded =>
  decode("axis", "axis/B8A44F000001", sharedBytes(file), { transport: "http" });

describe.skipIf(SHARED.missing)("captured messages", () => {
  const captured = sharedFixtures("axis_");

  test("there are some", () => expect(captured.length).toBeGreaterThanOrEqual(11));

  // The index expects `state` of what a device tells when somebody subscribes. Ours keeps the side, raise
  // or clear, and says `initial`: the hub raises nothing from it, and knows what the next change changes.
  test.each(captured)("$file → $expected.code $expected.phase", ({ file, expected: { code, phase } }) => {
    const events = eventsOf(file.includes("_mqtt_") ? overMqtt(sharedBytes(file)) : inXml(file));
    const initial = file.includes("_init");
    // A position has no sides; all others of the index tell that nothing is the matter.
    const side = initial && code !== "device_input.off" ? "clear" : phase;
    const found = events.find((event) => event.code === code);
    expect(found).toMatchObject({ phase: side });
    expect(found?.flags ?? []).toEqual(initial ? ["initial"] : []);
  });

  test("raised in XML, cleared over MQTT: one device, point and property", () => {
    const [raised] = eventsOf(inXml("axis_pir_active.xml"));
    const [cleared] = eventsOf(overMqtt(sharedBytes("axis_mqtt_pir_inactive.json")));
    if (!raised || !cleared) throw new Error("no events");
    expect([raised.phase, cleared.phase]).toEqual(["raise", "clear"]);
    for (const part of ["device", "point", "property", "code", "report"] as const) {
      expect(cleared[part]).toBe(raised[part]);
    }
    const state = unknownDevice();
    expect(observeEdge(state, raised, 1, [])).toBe("edge");
    expect(observeEdge(state, raised, 2, [])).toBe("repeat");
    expect(observeEdge(state, cleared, 3, [])).toBe("edge");
  });

  test("what a device tells at the beginning raises nothing", () => {
    for (const { file } of captured.filter(({ file: name }) => name.includes("_init"))) {
      for (const event of eventsOf(inXml(file))) {
        expect(observeEdge(unknownDevice(), event, 1, event.flags ?? []), file).toBe("initial");
      }
    }
  });

  test("pulled messages are the same device with a binding", () => {
    const bindings: readonly TopicBinding[] = [{ prefix: "onvif", profile: "axis" }];
    const decoder = createDecoder({
      profiles,
      configOf: () => ({}),
      bindingsOf: () => bindings,
      pseudonymKey: Buffer.from("a key for tests only"),
      zoneOf: () => "Asia/Shanghai",
      recall: () => undefined,
    });
    const deviceOf = (path: string, file: string, transport: "mqtt" | "http"): string => {
      const route = { kind: "bridge", estateId: "e1", gatewayId: "gw-1", path } as const;
      const message = { transport, gatewayId: "gw-1", route, payload: sharedBytes(file) };
      const { decoded, deviceId } = decoder.decode({ ...message, retained: false, receivedAt: RECEIVED_AT });
      return deviceId(eventsOf(decoded)[0]?.device ?? "");
    };
    expect(deviceOf("onvif/B8A44F000001", "axis_pir_active.xml", "http")).toBe("gw-1:axis:B8A44F000001");
    expect(deviceOf("axis/B8A44F000001/event/x", "axis_mqtt_pir_inactive.json", "mqtt")).toBe(
      "gw-1:axis:B8A44F000001",
    );
  });

  test("an ONVIF device's profile reads the topics of Axis too", () => {
    const [event] = eventsOf(decode("onvif", "onvif/cam", sharedBytes("axis_vmd4_active.xml")));
    expect(event).toMatchObject({ point: "Camera1ProfileANY", code: "intrusion.motion", phase: "raise" });
  });
});

describe("object analytics", () => {
  const scenario = (data: object, circumstances?: Circumstances) =>
    eventsOf(
      overMqtt(
        {
          topic: "onvif:CameraApplicationPlatform/axis:ObjectAnalytics/Device1Scenario1",
          message: { source: {}, data },
        },
        circumstances,
      ),
    ).map(({ code, phase }) => `${code} ${phase}`);

  test.each([
    ["human", "intrusion.person_detected raise"],
    ["Human", "intrusion.person_detected raise"],
    ["vehicle", "info.vehicle_detected raise"],
    ["truck", "info.vehicle_detected raise"],
    ["motorcycle_bicycle", "info.vehicle_detected raise"],
    ["animal", "intrusion.motion raise"],
    ["", "intrusion.motion raise"],
    [undefined, "intrusion.motion raise"],
  ])("class %j → %s", (classTypes, expected) => {
    expect(scenario({ classTypes, active: "1" })).toEqual([expected]);
  });

  test("the active key counts, wherever it stands", () => {
    expect(scenario({ classTypes: "human", objectId: "1", active: "0" })[0]).toBe(
      "intrusion.person_detected clear",
    );
    expect(scenario({ active: "0", classTypes: "human" })[0]).toBe("intrusion.person_detected clear");
  });

  test("a person and a car in one scenario: its end clears both, whichever it names", () => {
    const state = unknownDevice();
    const told = [
      { classTypes: "human", active: "1" },
      { classTypes: "car", active: "1" },
      { classTypes: "car", active: "0" },
    ].flatMap((data, at) =>
      eventsOf(
        overMqtt({
          topic: "onvif:CameraApplicationPlatform/axis:ObjectAnalytics/Device1Scenario1",
          message: { source: {}, data },
        }),
      )
        .filter((event) => observeEdge(state, event, at, []) === "edge")
        .map(({ code, phase }) => `${code} ${phase}`),
    );
    expect(told).toEqual([
      "intrusion.person_detected raise",
      "info.vehicle_detected raise",
      "intrusion.person_detected clear",
      "info.vehicle_detected clear",
    ]);
  });

  test("a site can give a scenario its meaning, or leave it out", () => {
    const car = { classTypes: "car", active: "1" };
    const config = { codes: { Device1Scenario1: "fire.lane_blocked" } };
    expect(scenario(car, { config })).toEqual(["fire.lane_blocked raise"]);
    expect(() => scenario(car, { config: { codes: { Device1Scenario1: "ignore" } } })).toThrow("no_code");
  });
});

test("a site says what an input is, port by port", () => {
  const input = (port: string, state: string) => ({
    topic: "onvif:Device/axis:IO/Port",
    message: { source: { port }, data: { state } },
  });
  const config = { points: { 1: { inputCode: "fire.alarm", contact: "normally-closed" } } } as const;
  expect(eventsOf(overMqtt(input("1", "0"), { config }))[0]).toMatchObject({
    code: "fire.alarm",
    phase: "raise",
  });
  expect(eventsOf(overMqtt(input("2", "0"), { config }))[0]).toMatchObject({
    code: "device_input.off",
    phase: "state",
  });
});
