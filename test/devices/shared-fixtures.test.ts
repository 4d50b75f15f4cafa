import { describe, expect, test } from "vitest";
import type { Decoded } from "../../src/domain/event.ts";
import { createDecoder } from "../../src/registry/decoder.ts";
import { profiles } from "../../devices/index.ts";
import { parseTopic } from "../../src/domain/topic.ts";
import { RECEIVED_AT, sharedBytes, sharedFixtures } from "./support.ts";

const decoder = createDecoder({
  profiles,
  configOf: () => ({}),
  // One fixture was published below a base topic of its own.
  bindingsOf: () => [{ prefix: "zigbee", profile: "zigbee2mqtt" }],
  pseudonymKey: Buffer.from("a key for tests only"),
  zoneOf: () => "Asia/Shanghai",
});

function decodeShared(file: string, topic: string, receivedAt = RECEIVED_AT): Decoded {
  const route = parseTopic(`estates/e1/bridges/gw-1/${topic}`);
  if (!route) throw new Error(`no route for ${topic}`);
  const payload = sharedBytes(file);
  return decoder.decode({
    transport: "mqtt",
    gatewayId: "gw-1",
    route,
    payload,
    retained: false,
    receivedAt,
  }).decoded;
}

/**
 * A telemetry expectation says that no alarm may come of the message. It is met by "ignored: telemetry",
 * and by supervision that only says that all is well (tamper and battery of a gas sensor): leaving those
 * out would keep a tamper raised that the same message takes back.
 */
function meetsTelemetry(decoded: Decoded): boolean {
  if (decoded.outcome === "ignored") return decoded.reason === "telemetry";
  return (
    decoded.outcome === "events" &&
    decoded.events.every(({ phase, report }) => phase === "clear" && report === "level")
  );
}

describe.each([
  ["zigbee2mqtt", "z2m_", 16],
  ["frigate", "frigate_", 10],
] as const)("%s: shared fixtures", (_id, family, least) => {
  const fixtures = sharedFixtures(family);

  test("the index lists the family", () => {
    expect(fixtures.length).toBeGreaterThanOrEqual(least);
  });

  test.each(fixtures)("$file → $expected.code $expected.phase", ({ file, topic, expected }) => {
    const decoded = decodeShared(file, topic);
    if (expected.code === "info.telemetry") {
      expect(meetsTelemetry(decoded), JSON.stringify(decoded)).toBe(true);
      return;
    }
    const events = decoded.outcome === "events" ? decoded.events : [];
    expect(
      events.map(({ code, phase }) => ({ code, phase })),
      JSON.stringify(decoded),
    ).toContainEqual(expected);
  });

  test.each(fixtures)("$file sent again later says the same, times included", ({ file, topic }) => {
    expect(decodeShared(file, topic)).toEqual(decodeShared(file, topic, RECEIVED_AT + 3_600_000));
  });
});

test("the telemetry expectation refuses an alarm", () => {
  const event = { device: "d", code: "fire.gas", phase: "raise", report: "level" } as const;
  expect(meetsTelemetry({ outcome: "events", events: [event] })).toBe(false);
  expect(meetsTelemetry({ outcome: "ignored", reason: "command" })).toBe(false);
});
