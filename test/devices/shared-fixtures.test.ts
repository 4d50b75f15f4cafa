import { describe, expect, test } from "vitest";
import type { Decoded } from "../../src/domain/event.ts";
import { createDecoder } from "../../src/registry/decoder.ts";
import { profiles } from "../../devices/index.ts";
import { parseTopic } from "../../src/domain/topic.ts";
import { RECEIVED_AT, SHARED, sharedBytes, sharedFixtures, type SharedFixture } from "./support.ts";

const decoder = createDecoder({
  profiles,
  configOf: () => ({}),
  // One fixture was published below a base topic of its own.
  bindingsOf: () => [{ prefix: "zigbee", profile: "zigbee2mqtt" }],
  pseudonymKey: Buffer.from("a key for tests only"),
  zoneOf: () => "Asia/Shanghai",
  recall: () => undefined,
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
function meets(decoded: Decoded, { code, phase }: SharedFixture["expected"]): boolean {
  const events = decoded.outcome === "events" ? decoded.events : [];
  if (code !== "info.telemetry") return events.some((event) => event.code === code && event.phase === phase);
  if (decoded.outcome === "ignored") return decoded.reason === "telemetry";
  return events.length > 0 && events.every((event) => event.phase === "clear" && event.report === "level");
}

describe.skipIf(SHARED.missing).each([
  ["zigbee2mqtt", "z2m_", 16],
  ["frigate", "frigate_", 10],
] as const)("%s: shared fixtures", (_id, family, least) => {
  const fixtures = sharedFixtures(family);

  test("the index lists the family", () => {
    expect(fixtures.length).toBeGreaterThanOrEqual(least);
  });

  test.each(fixtures)("$file → $expected.code $expected.phase", ({ file, topic, expected }) => {
    const decoded = decodeShared(file, topic);
    expect(meets(decoded, expected), JSON.stringify(decoded)).toBe(true);
  });

  test.each(fixtures)("$file sent again later says the same, times included", ({ file, topic }) => {
    expect(decodeShared(file, topic)).toEqual(decodeShared(file, topic, RECEIVED_AT + 3_600_000));
  });
});

test("an expectation refuses what is not it", () => {
  const telemetry = { code: "info.telemetry", phase: "state" };
  const event = { device: "d", code: "fire.gas", phase: "raise", report: "level" } as const;
  const alarm = { outcome: "events", events: [event] } as const;
  expect(meets(alarm, telemetry)).toBe(false);
  expect(meets({ outcome: "ignored", reason: "command" }, telemetry)).toBe(false);
  expect(meets(alarm, { code: "fire.gas", phase: "clear" })).toBe(false);
  expect(meets({ outcome: "ignored", reason: "telemetry" }, { code: "fire.gas", phase: "raise" })).toBe(
    false,
  );
});
