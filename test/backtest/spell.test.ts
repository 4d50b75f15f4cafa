import { expect, test } from "vitest";
import { pairUp, type Spell } from "../../src/backtest/spell.ts";
import { spell } from "./spells.ts";

function ids(ones: readonly Spell[], others: readonly Spell[]): string[][] {
  const pairs = [...pairUp(ones, others)].map(([one, other]) => [one.id, other.id]);
  return pairs.toSorted(([a = ""], [b = ""]) => (a < b ? -1 : 1));
}

test("the same id is the same incident, though another one touches it earlier", () => {
  const ones = [spell("a", 10, 20)];
  expect(ids(ones, [spell("x", 0, 15), spell("a", 18, 30)])).toEqual([["a", "a"]]);
});

test("times that touch make a pair, times apart do not", () => {
  expect(ids([spell("a", 10, 20)], [spell("x", 20, 30)])).toEqual([["a", "x"]]);
  expect(ids([spell("a", 10, 20)], [spell("x", 21, 30)])).toEqual([]);
  expect(ids([spell("a", 10)], [spell("x", 1_000)])).toEqual([["a", "x"]]);
});

test("another rule or key is another incident", () => {
  expect(ids([spell("a", 0, 9)], [spell("a", 0, 9, { rule: { id: "heat", version: "1" } })])).toEqual([]);
  expect(ids([spell("a", 0, 9)], [spell("x", 0, 9, { key: "e1|fire.smoke|device:d2" })])).toEqual([]);
});

test("nobody is in two pairs, and the order of the lists does not matter", () => {
  const ones = [spell("c", 60, 90), spell("a", 0, 20), spell("b", 30, 50)];
  const others = [spell("z", 80, 99), spell("x", 10, 70)];
  expect(ids(ones, others)).toEqual([
    ["a", "x"],
    ["c", "z"],
  ]);
  expect(ids(ones.toReversed(), others.toReversed())).toEqual([
    ["a", "x"],
    ["c", "z"],
  ]);
});
