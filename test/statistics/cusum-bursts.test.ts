import { describe, expect, test } from "vitest";
import { averageRunLength } from "../../src/statistics/surveillance/average-run-length.ts";
import { countMasses } from "../../src/statistics/surveillance/count-masses.ts";
import { cusumLimit } from "../../src/statistics/surveillance/cusum-limit.ts";
import {
  type CusumRates,
  downwardRates,
  referenceValue,
  upwardRates,
} from "../../src/statistics/surveillance/poisson-cusum.ts";
import { randomCounts } from "./random-counts.ts";

const RUNS = 1_500;

/** Mean number of periods until the chart alarms, by playing it. */
const played = (rates: CusumRates, limit: number, mean: number, phi: number, seed: number): number => {
  const draw = randomCounts(seed);
  const k = referenceValue(rates);
  const sign = rates.shifted > rates.normal ? 1 : -1;
  let periods = 0;
  for (let run = 0; run < RUNS; run += 1) {
    for (let sum = 0; sum < limit; periods += 1) sum = Math.max(0, sum + sign * (draw(mean, phi) - k));
  }
  return periods / RUNS;
};

test("the masses of a bursty count add up to 1, with its mean and variance", () => {
  for (const [mean, phi] of [
    [0.4, 2],
    [3, 1.5],
    [60, 20],
    [2, 1],
  ] as const) {
    const masses = [...countMasses(mean, phi)];
    const sum = (of: (k: number) => number) => masses.reduce((total, p, k) => total + p * of(k), 0);
    expect(sum(() => 1)).toBeCloseTo(1, 12);
    expect(sum((k) => k)).toBeCloseTo(mean, 9);
    expect(sum((k) => (k - mean) ** 2) / mean).toBeCloseTo(phi, 8);
  }
});

describe.each([
  ["up", upwardRates(2)],
  ["up", upwardRates(0.5)],
  ["down", downwardRates(4)],
])("a chart %s from %o, cases in bursts of φ = 2", (_direction, rates) => {
  const { limit, inControl } = cusumLimit(rates, 2);
  // the mean of so many run lengths, each about as long as its own spread, is known to 4 standard errors
  const slack = 4 / Math.sqrt(RUNS);

  test("alarms falsely once in 200 periods or more seldom, as the limit promises", () => {
    expect(inControl).toBeGreaterThanOrEqual(200);
    const found = played(rates, limit, rates.normal, 2, 41);
    expect(found).toBeGreaterThanOrEqual(200 * (1 - slack));
    // the grid holds the reference value to some thousandths of an event
    expect(Math.abs(found / inControl - 1)).toBeLessThan(slack + 0.02);
  });

  test("control: the limit made for single cases alarms far more often", () => {
    expect(played(rates, cusumLimit(rates).limit, rates.normal, 2, 43)).toBeLessThan(120);
  });
});

test("φ = 1 changes nothing, and what is no φ is refused by name", () => {
  const rates = upwardRates(0.5);
  expect(cusumLimit(rates, 1)).toEqual(cusumLimit(rates));
  expect(() => cusumLimit(rates, 0.5)).toThrow(/phi must be a number from 1 to 100/);
  const chart = { steps: 1, reference: 1, limit: 3, direction: "up" } as const;
  expect(() => averageRunLength(chart, 1, Number.NaN)).toThrow(/phi must be/);
});
