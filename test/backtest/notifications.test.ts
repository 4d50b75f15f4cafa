import { expect, test } from "vitest";
import { countNotifications } from "../../src/backtest/notifications.ts";
import type { Spell } from "../../src/backtest/spell.ts";
import { DAY, HOUR } from "../../src/domain/time.ts";
import { spell } from "./spells.ts";

const FROM = Date.parse("2026-03-01T16:00:00Z");
const zoneOf = (estateId: string): string => (estateId === "berlin" ? "Europe/Berlin" : "Asia/Shanghai");

function figuresOf(officers: number | undefined, ...found: readonly [hours: number, more: Partial<Spell>][]) {
  const period = { from: FROM, to: FROM + 2 * DAY, ...(officers !== undefined && { officers }) };
  const count = countNotifications(period, zoneOf);
  for (const [hours, more] of found) count.add(spell("a", FROM + hours * HOUR, undefined, more));
  return count.figures();
}

test("only P1 to P3 disturb, and neither what is late nor a test", () => {
  const { total } = figuresOf(
    undefined,
    [1, {}],
    [1, { severity: "P3" }],
    [1, { severity: "P4" }],
    [1, { late: true }],
    [1, { test: true }],
  );
  expect(total).toBe(2);
});

test("days are those of the estate: an hour before midnight here is the day before there", () => {
  // 16:30 UTC is half past midnight in Shanghai and half past five in Berlin.
  const { most, estates } = figuresOf(undefined, [0.5, {}], [0.5, { estateId: "berlin" }], [23, {}]);
  expect(estates).toEqual([
    { estateId: "berlin", total: 1, perDay: 0.5, most: 1, on: "2026-03-01" },
    { estateId: "e1", total: 2, perDay: 1, most: 2, on: "2026-03-02" },
  ]);
  expect(most).toBe(2);
});

test("officers share all of them evenly", () => {
  const found = Array.from({ length: 6 }, (_, hour): [number, Partial<Spell>] => [hour, {}]);
  expect(figuresOf(4, ...found)).toMatchObject({
    total: 6,
    perDay: 3,
    most: 6,
    perOfficer: { perDay: 0.75, most: 1.5 },
  });
  expect(figuresOf(undefined, ...found)).not.toHaveProperty("perOfficer");
});

test("without any there is nothing on any day", () => {
  expect(figuresOf(2)).toEqual({
    total: 0,
    perDay: 0,
    most: 0,
    perOfficer: { perDay: 0, most: 0 },
    estates: [],
  });
});
