import { expect, test } from "vitest";
import { addMonths } from "../../simulators/day.ts";
import { recordCases } from "../../simulators/recorded-cases.ts";
import { createWorld } from "../../simulators/world.ts";
import { parseCases } from "../../src/import/cases.ts";
import { createEstateFinder } from "../../src/import/estate-finder.ts";
import { builtInTypeTable, createTypeMapping } from "../../src/import/type-mapping.ts";
import { TAXONOMY } from "../../src/domain/taxonomy.ts";

const TODAY = "2026-03-31";
const world = createWorld({ seed: 3, today: TODAY });
const recorded = recordCases(world);
const parsed = await parseCases(Buffer.from(recorded.csv), {
  estate: createEstateFinder(world.estates),
  mapping: createTypeMapping([builtInTypeTable()]),
  now: Date.parse(`${TODAY}T00:00:00+08:00`),
  simulated: true,
});
const cases = parsed.cases.map(({ value }) => value);

test("the hub's import takes every row with its built-in mapping, and marks it simulated", () => {
  expect(parsed.refused).toEqual([]);
  expect(parsed.ignoredColumns).toEqual([]);
  expect(cases).toHaveLength(recorded.rows);
  expect(recorded.rows).toBeGreaterThan(2_000);
  expect(cases.every(({ simulated }) => simulated)).toBe(true);
  expect(new Set(cases.map(({ unit }) => unit))).toEqual(new Set(["call", "case"]));
});

test("the same seed gives the same file, another seed another", () => {
  expect(recordCases(createWorld({ seed: 3, today: TODAY })).csv).toBe(recorded.csv);
  expect(recordCases(createWorld({ seed: 4, today: TODAY })).csv).not.toBe(recorded.csv);
});

test("each estate's records begin a year before its installation and none lies in the future", () => {
  for (const estate of world.estates) {
    const own = cases.filter(({ estateId }) => estateId === estate.id);
    const from = Date.parse(`${addMonths(estate.installedOn, -12)}T00:00:00+08:00`);
    const installed = Date.parse(`${estate.installedOn}T00:00:00+08:00`);
    expect(
      own.some(({ occurredAt }) => occurredAt < installed),
      estate.id,
    ).toBe(true);
    expect(
      own.some(({ occurredAt }) => occurredAt >= installed),
      estate.id,
    ).toBe(true);
    for (const { occurredAt } of own) {
      expect(occurredAt).toBeGreaterThanOrEqual(from);
      expect(occurredAt).toBeLessThan(Date.parse(`${TODAY}T00:00:00+08:00`));
    }
  }
});

test("true effects are mixed: most better, several without, two worse", () => {
  const factors = recorded.effects.map(({ factor }) => factor);
  expect(factors).toHaveLength(25);
  expect(factors.filter((factor) => factor > 1)).toHaveLength(2);
  expect(factors.filter((factor) => factor === 1)).toHaveLength(7);
  expect(factors.filter((factor) => factor < 1)).toHaveLength(16);
});

test("monthly counts vary more than Poisson, and what cannot be prevented does not fall", () => {
  const settled = world.estates.flatMap((estate) => {
    const from = addMonths(estate.installedOn, -12);
    const months = Array.from({ length: 12 }, (_, n) => addMonths(from, n));
    return months.map((month) => countBetween(estate.id, month, addMonths(month, 1)));
  });
  expect(dispersion(settled, 12)).toBeGreaterThan(1.1);

  const [before, after] = otherCalls();
  expect(after / before).toBeGreaterThan(0.85);
  expect(after / before).toBeLessThan(1.15);
});

/** Calls per estate-month that nothing prevents: 12 months before installation, and 8 from commissioning. */
function otherCalls(): [number, number] {
  let before = 0;
  let after = 0;
  for (const estate of world.estates) {
    const other = (type: string): boolean => TAXONOMY[type]?.category !== "preventable_crime";
    before += countBetween(estate.id, addMonths(estate.installedOn, -12), estate.installedOn, other) / 12;
    after += countBetween(estate.id, estate.commissionedOn, addMonths(estate.commissionedOn, 8), other) / 8;
  }
  return [before, after];
}

function countBetween(estateId: string, from: string, to: string, of = (_type: string) => true): number {
  const [low, high] = [from, to].map((day) => Date.parse(`${day}T00:00:00+08:00`)) as [number, number];
  return cases.filter(
    (one) =>
      one.estateId === estateId &&
      one.unit === "call" &&
      of(one.type) &&
      one.occurredAt >= low &&
      one.occurredAt < high,
  ).length;
}

/** Pearson's statistic over its degrees of freedom, each group of `size` against its own mean. */
function dispersion(counts: readonly number[], size: number): number {
  let statistic = 0;
  let freedom = 0;
  for (let from = 0; from < counts.length; from += size) {
    const group = counts.slice(from, from + size);
    const mean = group.reduce((sum, count) => sum + count, 0) / size;
    if (mean === 0) continue;
    statistic += group.reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0);
    freedom += size - 1;
  }
  return statistic / freedom;
}
