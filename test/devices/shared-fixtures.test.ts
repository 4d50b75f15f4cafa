/** Every captured message of the index becomes what the index says; `DEVICE_FIXTURES` names another folder. */
import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { profiles } from "../../devices/index.ts";
import type { Decoded } from "../../src/domain/event.ts";
import { createDecoder } from "../../src/registry/decoder.ts";
import { createLessons } from "../../src/registry/lessons.ts";
import { bindingsFor, inbound, indexEntries, meets, type IndexEntry } from "./shared-index.ts";
import { RECEIVED_AT, SHARED, sharedBytes } from "./support.ts";

/** Decodes entries one after the other; each sees what those before it taught. */
function decodeAll(entries: readonly IndexEntry[], receivedAt = RECEIVED_AT): ReadonlyMap<string, Decoded> {
  const lessons = createLessons({ lessons: () => Promise.resolve([]), putLessons: () => Promise.resolve() });
  return new Map(
    entries.map((entry) => {
      const decoder = createDecoder({
        profiles,
        configOf: () => entry.config ?? {},
        bindingsOf: () => bindingsFor(entry),
        pseudonymKey: Buffer.from("a key for tests only"),
        zoneOf: () => "Asia/Shanghai",
        recall: lessons.recall,
      });
      const message = inbound(entry, sharedBytes(entry.file), receivedAt);
      const { decoded, profile } = decoder.decode(message);
      if (decoded.learned) void lessons.learn(message, profile, decoded.learned);
      return [entry.file, decoded];
    }),
  );
}

describe.skipIf(SHARED.missing)("captured messages", () => {
  const entries = indexEntries();
  const decoded = decodeAll(entries);
  const again = decodeAll(entries, RECEIVED_AT + 3_600_000);
  const of = (file: string): Decoded => {
    const one = decoded.get(file);
    if (!one) throw new Error(`${file} was not decoded`);
    return one;
  };

  test("the index lists every file of the folder", () => {
    const files = readdirSync(SHARED.path).filter((file) => file !== "index.json");
    expect(entries.map(({ file }) => file).toSorted()).toEqual(files.toSorted());
    expect(entries.length).toBeGreaterThan(0);
  });

  test.each(entries)("$file → $expected.code $expected.phase", ({ file, expected }) => {
    expect(meets(of(file), expected), JSON.stringify(of(file))).toBe(true);
  });

  test.each(entries)("$file sent again later says the same, times included", ({ file }) => {
    const { learned: _taught, asks: _asks, ...first } = of(file);
    expect(again.get(file)).toMatchObject(first);
  });
});

test("an expectation refuses what is not it", () => {
  const telemetry = { code: "info.telemetry", phase: "state" };
  const event = { device: "d", code: "fire.gas", phase: "raise", report: "level" } as const;
  const alarm = { outcome: "events", events: [event] } as const;
  expect(meets(alarm, telemetry)).toBe(false);
  expect(meets({ outcome: "ignored", reason: "command" }, telemetry)).toBe(false);
  expect(meets(alarm, { code: "fire.gas", phase: "clear" })).toBe(false);
  expect(meets(alarm, { code: "fire.gas", phase: "state" })).toBe(false);
  expect(meets(alarm, { code: "device.undecodable", phase: "none" })).toBe(false);
  const raise = { code: "fire.gas", phase: "raise" };
  expect(meets({ outcome: "ignored", reason: "telemetry" }, raise)).toBe(false);
  expect(meets({ outcome: "undecodable", reason: "no_profile", detail: "x" }, raise)).toBe(false);
});
