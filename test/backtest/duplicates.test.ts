import { expect, test } from "vitest";
import { duplicatesIn } from "../../src/backtest/duplicates.ts";
import type { Spell } from "../../src/backtest/spell.ts";
import { MINUTE } from "../../src/domain/time.ts";
import { spell } from "./spells.ts";

const ids = (...found: readonly Spell[]): string[] => duplicatesIn(found).map(({ id }) => id);
const at = (id: string, minutes: number, more: Partial<Spell> = {}) =>
  spell(id, minutes * MINUTE, undefined, more);

test("the same type at the same place within ten minutes is told twice; at eleven it is news", () => {
  const place = { placeId: "stairs" };
  expect(ids(at("a", 0, place), at("b", 10, { ...place, deviceId: "d2" }))).toEqual(["b"]);
  expect(ids(at("a", 0, place), at("b", 11, { ...place, deviceId: "d2" }))).toEqual([]);
});

test("each counts from the one before, in whichever order they were found", () => {
  expect(ids(at("c", 16), at("a", 0), at("b", 8))).toEqual(["b", "c"]);
});

test("another type, place, device or estate is no duplicate", () => {
  for (const more of [
    { type: "fire.heat" },
    { placeId: "roof" },
    { deviceId: "d2" },
    { estateId: "e2" },
  ] satisfies Partial<Spell>[]) {
    expect(ids(at("a", 0), at("b", 1, more))).toEqual([]);
  }
});
