import { describe, expect, test } from "vitest";
import { TAXONOMY } from "../../src/domain/taxonomy.ts";
import { decode, eventsOf } from "./support.ts";

const PATH = "devices/gate-3/events";
const read = (payload: unknown) => decode("native", PATH, payload);
const detail = (payload: unknown): string => {
  const decoded = read(payload);
  return decoded.outcome === "undecodable" ? decoded.detail : `not a dead letter: ${JSON.stringify(decoded)}`;
};

test("every code of the taxonomy is accepted with its usual phase", () => {
  const codes = Object.entries(TAXONOMY).filter(([, { kind }]) => kind !== "heartbeat");
  for (const [code, { kind }] of codes) {
    const decoded = read(kind === "state" ? { code, phase: "raise" } : { code });
    expect(eventsOf(decoded)).toEqual([
      { device: "gate-3", code, phase: kind === "state" ? "raise" : "pulse", report: "edge" },
    ]);
  }
  expect(codes.length).toBeGreaterThan(90);
});

describe("a fault names the field and the reason", () => {
  test.each([
    [{ phase: "raise" }, "code is missing"],
    [{ code: 7 }, "code is missing"],
    [{ code: "fire.dragon" }, 'code "fire.dragon" is not in the taxonomy'],
    [{ code: "constructor" }, 'code "constructor" is not in the taxonomy'],
    [
      { code: "fire.smoke" },
      "phase is missing: fire.smoke is a lasting condition; say raise, clear or state",
    ],
    [{ code: "life.sos", phase: "state" }, "phase state does not fit life.sos"],
    [{ code: "life.sos", phase: "RAISE" }, "phase must be raise, clear, pulse, state or heartbeat"],
    [{ code: "life.sos", phase: null }, "phase must be raise, clear, pulse, state or heartbeat"],
    [{ code: "life.sos", id: "" }, "id must be a number or a text of 1 to 200 characters"],
    [{ code: "life.sos", boot: "b" }, "seq must be a whole number, together with boot"],
    [{ code: "life.sos", seq: 4 }, "boot must be a number or a text, together with seq"],
    [
      { code: "life.sos", at: "yesterday" },
      "at must be an ISO 8601 time with offset, or milliseconds since 1970",
    ],
    [
      { code: "life.sos", at: "2026-02-30T00:00:00Z" },
      "at must be an ISO 8601 time with offset, or milliseconds since 1970",
    ],
    [
      { code: "life.sos", gatewayAt: true },
      "gatewayAt must be an ISO 8601 time with offset, or milliseconds since 1970",
    ],
    [{ code: "life.sos", at: 1.5 }, "at must be whole milliseconds since 1970"],
    [{ code: "life.sos", point: {} }, "point must be a short text or a number"],
    [{ code: "life.sos", value: null }, "value must be a text, a finite number or a truth value"],
    ['{"code":"life.sos","value":1e999}', "value must be a text, a finite number or a truth value"],
    [{ code: "life.sos", flags: "test" }, "flags must be a list of test, replayed, initial, simulated"],
    [{ code: "life.sos", flags: ["late"] }, "flags must be a list of test, replayed, initial, simulated"],
    [{ code: "life.sos", attributes: [] }, "attributes must be a flat object"],
    [
      { code: "life.sos", attributes: { a: {} } },
      "attributes.a must be a text, a finite number or a truth value",
    ],
    [
      '{"code":"life.sos","attributes":{"__proto__":1}}',
      "attributes has a name that is empty, longer than 64 or not printable",
    ],
    ["[1]", "[0]: an event must be an object"],
    ["null", "an event must be an object"],
    [
      [{ code: "life.sos" }, { code: "fire.smoke", phase: "raise" }, { code: "x.y" }],
      '[2]: code "x.y" is not in the taxonomy',
    ],
  ])("%j", (payload, reason) => expect(detail(payload)).toBe(reason));
});

test("500 events are read, 501 are too many", () => {
  expect(eventsOf(read(Array.from({ length: 500 }, () => ({ code: "life.sos" }))))).toHaveLength(500);
  expect(read(Array.from({ length: 501 }, () => ({ code: "life.sos" })))).toMatchObject({
    reason: "too_large",
  });
  expect(read(" ".repeat(1024 * 1024 + 1))).toMatchObject({ reason: "too_large" });
});

test("names and texts are cleaned of control characters", () => {
  const [event] = eventsOf(
    read({ code: "life.sos", point: "3\u0000号\u001b[31m门 ", attributes: { note: "a\u0000b" } }),
  );
  expect(event).toMatchObject({ point: "3号[31m门", attributes: { note: "ab" } });
});

test("times: offset, epoch, the estate's zone, the device's own zone", () => {
  const at = (value: unknown, config = {}) =>
    eventsOf(decode("native", PATH, { code: "life.sos", at: value }, { config }))[0];
  const eight = Date.UTC(2026, 2, 1, 0, 30);
  expect(at("2026-03-01T08:30:00.000+08:00")?.deviceAt).toBe(eight);
  expect(at(eight)?.deviceAt).toBe(eight);
  expect(at("2026-03-01T08:30:00")).toMatchObject({ deviceAt: eight, flags: ["zone_assumed"] });
  expect(at("2026-03-01T08:30:00", { zone: "UTC" })?.deviceAt).toBe(eight + 8 * 3_600_000);
  expect(at("1970-01-01T00:03:12Z")?.deviceAt).toBeUndefined();
});

test("an unwanted path is no native event", () => {
  for (const path of ["devices/events", "devices//events", "devices/a/b/events", "devices/a/state"]) {
    expect(decode("native", path, { code: "life.sos" })).toMatchObject({
      outcome: "undecodable",
      reason: "no_profile",
    });
  }
});
