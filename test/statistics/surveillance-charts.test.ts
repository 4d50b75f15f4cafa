import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../src/statistics/seeded-random.ts";
import { averageRunLength } from "../../src/statistics/surveillance/average-run-length.ts";
import { poissonMass } from "../../src/statistics/poisson-mass.ts";
import { cusumLimit } from "../../src/statistics/surveillance/cusum-limit.ts";
import { ears } from "../../src/statistics/surveillance/ears.ts";
import {
  downwardRates,
  poissonCusum,
  referenceValue,
  upwardRates,
} from "../../src/statistics/surveillance/poisson-cusum.ts";
import { poissonEwma } from "../../src/statistics/surveillance/poisson-ewma.ts";

const counts = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 60 });
const ones = (series: readonly number[]): readonly number[] => series.map(() => 1);

/** A Poisson count from one draw, by adding up probabilities. */
const poissonFrom = (point: number, mean: number): number => {
  let k = 0;
  for (let rest = point - poissonMass(0, mean); rest >= 0; rest -= poissonMass(k, mean)) k += 1;
  return k;
};

describe("CUSUM", () => {
  test("more events never lower the upward sum and never raise the downward one", () => {
    fc.assert(
      fc.property(counts, fc.nat(), (series, at) => {
        const more = series.with(at % series.length, (series[at % series.length] ?? 0) + 1);
        const up = (x: readonly number[]) => poissonCusum(upwardRates(1), 5, x, ones(x)).sums;
        const down = (x: readonly number[]) => poissonCusum(downwardRates(4), 5, x, ones(x)).sums;
        for (const [i, sum] of up(series).entries()) expect(up(more)[i]).toBeGreaterThanOrEqual(sum - 1e-9);
        for (const [i, sum] of down(series).entries()) expect(down(more)[i]).toBeLessThanOrEqual(sum + 1e-9);
      }),
    );
  });

  test("a series in two parts goes on where the first one stopped; 0 is a fresh start", () => {
    const series = [3, 0, 2, 5, 1, 0];
    const whole = poissonCusum(upwardRates(1), 4, series, ones(series)).sums;
    const first = poissonCusum(upwardRates(1), 4, series.slice(0, 3), [1, 1, 1]).sums;
    const second = poissonCusum(upwardRates(1), 4, series.slice(3), [1, 1, 1], first.at(-1));
    expect([...first, ...second.sums]).toEqual(whole);
  });

  test("a silent series alarms on the mirrored chart only", () => {
    const silent = Array.from({ length: 30 }, () => 0);
    expect(poissonCusum(upwardRates(2), 4, silent, ones(silent)).alarms).not.toContain(true);
    // each week adds k = 1/ln 2 = 1.44: 4 is reached in the third
    expect(poissonCusum(downwardRates(2), 4, silent, ones(silent)).alarms.indexOf(true)).toBe(2);
  });

  test.each([
    [0.02, "up"],
    [0.5, "up"],
    [3, "up"],
    [0.02, "down"],
    [0.5, "down"],
    [3, "down"],
  ] as const)("the limit for %d events a week, %s, is the smallest with 200 weeks", (normal, direction) => {
    const rates = direction === "up" ? upwardRates(normal) : downwardRates(normal);
    const { limit, inControl, outOfControl } = cusumLimit(rates);
    expect(inControl).toBeGreaterThanOrEqual(200);
    expect(outOfControl).toBeLessThan(inControl);
    // one event less, on a finer grid, so that the search is not checked by itself
    const less = limit - 1;
    const steps = Math.floor(700 / Math.max(1, less));
    const reference = Math.round(referenceValue(rates) * steps);
    const below =
      less === 0 ? 0 : averageRunLength({ steps, reference, limit: less * steps, direction }, normal);
    expect(below).toBeLessThan(206);
  });

  test("rates so near that no limit suffices are refused", () => {
    expect(() => cusumLimit({ normal: 9999, shifted: 10_000 })).toThrow(/too near to normal/);
    expect(() => cusumLimit({ normal: 9999, shifted: 10_001 })).toThrow(/shifted must be at most/);
    expect(() => cusumLimit({ normal: 1, shifted: 1 })).toThrow(/shifted must differ/);
  });

  test("run lengths agree with a simulated chart", () => {
    const chart = { steps: 10, reference: 8, limit: 30, direction: "up" } as const;
    const random = seededRandom(5);
    const runs = 4000;
    let periods = 0;
    for (let run = 0; run < runs; run += 1) {
      for (let sum = 0; sum < 3;) {
        sum = Math.max(0, sum + poissonFrom(random.fraction(), 0.5) - 0.8);
        periods += 1;
        // steps of a tenth carry rounding: back on the grid
        sum = Math.round(sum * 10) / 10;
      }
    }
    const exact = averageRunLength(chart, 0.5);
    // the error of a mean of 4000 nearly exponential times is 1.6 %
    expect(Math.abs(periods / runs / exact - 1)).toBeLessThan(0.05);
  });

  test("a chart that one event sets off waits for the first event", () => {
    const chart = { steps: 100, reference: 1, limit: 99, direction: "up" } as const;
    // 1 / P(X ≥ 1)
    expect(averageRunLength(chart, 1e-6)).toBeCloseTo(1 / -Math.expm1(-1e-6), 3);
  });
});

describe("EWMA", () => {
  test("a series at its mean stays there, and a lasting shift alarms", () => {
    expect(poissonEwma(2, [2, 2, 2, 2]).means).toEqual([2, 2, 2, 2]);
    expect(poissonEwma(2, [5, 5, 5, 5, 5]).alarms.at(-1)).toBe(true);
  });

  test("limits widen towards their final value", () => {
    const { limits } = poissonEwma(0.8, ones(Array.from({ length: 200 })).slice());
    expect(limits.every((limit, i) => i === 0 || limit >= (limits[i - 1] ?? 0))).toBe(true);
    expect(limits.at(-1)).toBeCloseTo(0.8 + 2.7 * Math.sqrt((0.8 * 0.2) / 1.8), 12);
  });

  test("refuses a weight of 0", () => {
    expect(() => poissonEwma(1, [1], { weight: 0, width: 3 })).toThrow(/weight must be above 0/);
  });
});

describe("EARS", () => {
  test("adding the same to every day changes no statistic", () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 9 }), (series, shift) => {
        const before = ears(series);
        const after = ears(series.map((x) => x + shift));
        for (const key of ["c1", "c2", "c3"] as const) {
          const moved = after[key].values;
          before[key].values.forEach((value, i) => expect(moved[i]).toBeCloseTo(value, 8));
        }
      }),
    );
  });

  test("a day above its bound alarms, and only such a day", () => {
    fc.assert(
      fc.property(counts, (series) => {
        const { c2 } = ears(series);
        const gaps = c2.bounds.map((bound, i) => (series[c2.first + i] ?? 0) - bound);
        const clear = c2.alarms.filter((_, i) => Math.abs(gaps[i] ?? 0) > 1e-9);
        expect(clear).toEqual(gaps.filter((gap) => Math.abs(gap) > 1e-9).map((gap) => gap > 0));
      }),
    );
  });

  test("the guard keeps a slow rise out of its own baseline", () => {
    const rise = [1, 2, 1, 2, 1, 2, 1, 2, 1, 4, 4, 4];
    const { c1, c2 } = ears(rise);
    expect(c2.values.at(-1)).toBeGreaterThan(c1.values.at(-1) ?? 0);
  });

  test("a series of a week gives nothing yet", () => {
    const { c1, c2, c3 } = ears([1, 2, 3, 4, 5, 6, 7]);
    expect([c1.values, c2.values, c3.values]).toEqual([[], [], []]);
    expect([c1.first, c2.first, c3.first]).toEqual([7, 9, 11]);
  });

  test("with no deviation at all an unchanged day is 0 and any other infinite", () => {
    const setting = { baseline: 3, leastDeviation: 0, thresholds: { c1: 3, c2: 3, c3: 2 } };
    expect(ears([1, 1, 1, 1, 2], setting).c1.values).toEqual([0, Number.POSITIVE_INFINITY]);
  });
});
