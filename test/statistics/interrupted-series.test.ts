import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { autocorrelation } from "../../src/statistics/autocorrelation.ts";
import {
  type InterruptedSeries,
  interruptedSeries,
  type NoSeries,
} from "../../src/statistics/interrupted-series.ts";
import { negativeBinomialGlm } from "../../src/statistics/negative-binomial-glm.ts";
import { segmentedRegression } from "../../src/statistics/segmented-regression.ts";
import { countSource, randomCounts } from "./random-counts.ts";

const BEFORE = 36;
const MONTHS = 60;

const monthly = (counts: readonly number[]) => ({
  counts,
  exposures: counts.map(() => 1000),
  firstMonth: 4,
});

/** Counts of mean `level`, times `step` after, times a season of its own. */
const series = (level: number, step: number, phi: number, seed: number) => {
  const draw = countSource(level, phi, seed);
  const counts = Array.from({ length: MONTHS }, (_, month) =>
    Math.round(draw() * (month >= BEFORE ? step : 1)),
  );
  return monthly(counts);
};

const judged = (result: InterruptedSeries | NoSeries): InterruptedSeries => {
  if (typeof result === "string") throw new Error(result);
  return result;
};

describe("interrupted series", () => {
  test("recovers step, trend and season of a series without noise", () => {
    const counts = Array.from({ length: MONTHS }, (_, month) => {
      const angle = (2 * Math.PI * (4 + month)) / 12;
      return Math.round(5e5 * Math.exp((month >= BEFORE ? -0.3 : 0) + 0.004 * month + 0.1 * Math.sin(angle)));
    });
    const { fit } = judged(interruptedSeries(monthly(counts), BEFORE, false, 0.95));
    expect(fit.step.beta).toBeCloseTo(-0.3, 5);
    expect(fit.trend?.beta).toBeCloseTo(0.004, 6);
    expect(fit.coefficients[3]).toBeCloseTo(0.1, 5);
    expect(fit.after.observed / fit.after.expected).toBeCloseTo(Math.exp(-0.3), 4);
  });

  test("a change of slope is told from a step", () => {
    const counts = Array.from({ length: MONTHS }, (_, month) =>
      Math.round(5e5 * Math.exp(month >= BEFORE ? -0.02 * (month - BEFORE + 1) : 0)),
    );
    const { fit } = judged(interruptedSeries(monthly(counts), BEFORE, true, 0.95));
    expect(fit.step.beta).toBeCloseTo(0, 5);
    expect(fit.slopeChange?.beta).toBeCloseTo(-0.02, 6);
  });

  test("Poisson counts are fitted as such, bursts as negative binomial with a wider interval", () => {
    const calm = judged(interruptedSeries(series(20, 1, 1, 3), BEFORE, false, 0.95));
    expect(calm.fit.step.ci.method).toBe("quasi-poisson");
    expect(calm.fit.overdispersion).toBe(0);
    const bursty = judged(interruptedSeries(series(20, 1, 4, 3), BEFORE, false, 0.95));
    expect(bursty.fit.step.ci.method).toBe("negative-binomial");
    expect(bursty.fit.overdispersion).toBeGreaterThan(0);
    expect(bursty.fit.step.se).toBeGreaterThan(1.3 * calm.fit.step.se);
  });

  test("months more regular than chance do not narrow the interval", () => {
    const model = {
      interruption: 30,
      trend: false,
      slopeChange: false,
      harmonics: 0,
      variance: "quasi-poisson",
    } as const;
    const { dispersion, step } = segmentedRegression(
      monthly(Array.from({ length: 60 }, () => 4)),
      model,
      0.95,
    );
    expect(dispersion).toBeCloseTo(0, 12);
    expect(step.se).toBeCloseTo(Math.sqrt(2 / 120), 10);
  });

  test("correlated residuals never make the interval shorter", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), (seed) => {
        const { step, fit } = judged(interruptedSeries(series(8, 0.7, 2, seed), BEFORE, false, 0.95));
        expect(step.se).toBeGreaterThanOrEqual(fit.step.se);
        expect([fit.step.ci.method, "newey-west"]).toContain(step.ci.method);
      }),
      { numRuns: 25 },
    );
  });

  test("neighbours that are alike bring in the Newey–West error", () => {
    const draw = countSource(12, 1, 6);
    // three months share each burst
    const counts = Array.from({ length: 20 }, () => draw() * draw()).flatMap((x) => [x, x, x]);
    const { step, fit } = judged(interruptedSeries(monthly(counts), BEFORE, false, 0.95));
    expect(step.ci.method).toBe("newey-west");
    expect(step).toMatchObject({ beta: fit.neweyWest.beta, se: fit.neweyWest.se });
  });

  test.each([
    ["FEWER_THAN_24_MONTHS_BEFORE", 23, 40, 5],
    ["FEWER_THAN_12_MONTHS_AFTER", 30, 41, 5],
    ["FEWER_THAN_ONE_EVENT_A_MONTH", 24, 36, 0],
  ])("%s is a reason, not an estimate", (reason, interruption, months, count) => {
    const counts = Array.from({ length: months }, (_, i) => (i === 3 || i === 30 ? 1 : count));
    expect(interruptedSeries(monthly(counts), interruption, false, 0.95)).toBe(reason);
  });

  test("sparse and bursty series give an estimate or a reason, never a failure", () => {
    const counts = fc.array(fc.constantFrom(0, 0, 0, 0, 1, 2, 25), { minLength: 40, maxLength: 40 });
    fc.assert(
      fc.property(counts, fc.boolean(), (months, slopeChange) => {
        const result = interruptedSeries(monthly(months), 26, slopeChange, 0.95);
        const told = typeof result === "string" ? result.length > 0 : result.step.se > 0;
        expect(told).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test("a few monstrous months among empty ones are no basis for a model", () => {
    const counts = Array.from({ length: 43 }, (_, month) => (month % 11 === 3 ? 150_000 : 0));
    expect(interruptedSeries(monthly(counts), 30, false, 0.95)).toBe("MODEL_DOES_NOT_SETTLE");
  });

  test("a side without events has no ratio", () => {
    const after = Array.from({ length: 48 }, (_, month) => (month < 30 ? 5 : 0));
    expect(interruptedSeries(monthly(after), 30, false, 0.95)).toBe("NO_EVENTS_AFTER");
    const before = Array.from({ length: 48 }, (_, month) => (month < 30 ? 0 : 9));
    expect(interruptedSeries(monthly(before), 30, false, 0.95)).toBe("NO_EVENTS_BEFORE");
  });

  test("refuses a month that is none and exposures that are missing, by name", () => {
    const good = series(5, 1, 1, 1);
    expect(() => interruptedSeries({ ...good, firstMonth: 13 }, BEFORE, false, 0.95)).toThrow(/firstMonth/);
    expect(() => interruptedSeries({ ...good, exposures: [1] }, BEFORE, false, 0.95)).toThrow(
      /exposures must have 60 entries/,
    );
  });

  test("the step does not depend on the unit of exposure", () => {
    const given = series(10, 0.6, 1, 9);
    const model = {
      interruption: BEFORE,
      trend: true,
      slopeChange: false,
      harmonics: 1,
      variance: "quasi-poisson",
    } as const;
    const inDays = { ...given, exposures: given.exposures.map((e) => e * 365) };
    const { step } = segmentedRegression(given, model, 0.95);
    expect(segmentedRegression(inDays, model, 0.95).step.beta).toBeCloseTo(step.beta, 9);
  });
});

describe("negative binomial regression", () => {
  const intercept = (counts: readonly number[]) => ({
    counts,
    design: counts.map(() => [1]),
    offsets: counts.map(() => 0),
  });

  test("counts more regular than Poisson's have no over-dispersion", () => {
    expect(negativeBinomialGlm(intercept([3, 4, 3, 4, 3, 4])).overdispersion).toBe(0);
  });

  test("finds the over-dispersion of drawn counts, and no neighbour is more likely", () => {
    const draw = countSource(5, 6, 12);
    const counts = Array.from({ length: 2000 }, draw);
    const { overdispersion: k, fitted } = negativeBinomialGlm(intercept(counts));
    // variance 6 · 5 = 5 + k · 25
    expect(k).toBeGreaterThan(0.85);
    expect(k).toBeLessThan(1.15);
    const mean = fitted[0] ?? Number.NaN;
    const likelihood = (at: number) =>
      counts.reduce((sum, y) => {
        let log = y * Math.log(mean) - (y + 1 / at) * Math.log1p(at * mean);
        for (let j = 0; j < y; j += 1) log += Math.log1p(at * j);
        return sum + log;
      }, 0);
    expect(likelihood(k)).toBeGreaterThan(likelihood(k * 1.001));
    expect(likelihood(k)).toBeGreaterThan(likelihood(k * 0.999));
  });

  test("refuses a count that is not whole", () => {
    expect(() => negativeBinomialGlm(intercept([1.5, 2]))).toThrow(/must be whole numbers/);
  });
});

describe("autocorrelation", () => {
  test("of an alternating series is about −1, +1; of a constant one 0", () => {
    const alternating = Array.from({ length: 200 }, (_, i) => (-1) ** i);
    const [one = 0, two = 0] = autocorrelation(alternating, 2);
    expect(one).toBeCloseTo(-0.995, 10);
    expect(two).toBeCloseTo(0.99, 10);
    expect(autocorrelation([2, 2, 2], 2)).toEqual([0, 0]);
  });
});

test("bursts without any change: the step of a short series errs about as seldom as it promises", () => {
  const draw = randomCounts(303);
  const rounds = 500;
  const missed = { step: 0, plain: 0 };
  for (let round = 0; round < rounds; round += 1) {
    const counts = Array.from({ length: 36 }, () => draw(4, 4));
    const { step, p, fit } = judged(interruptedSeries(monthly(counts), 24, false, 0.95));
    const outside = step.ci.lo > 1 || (step.ci.hi ?? Number.POSITIVE_INFINITY) < 1;
    expect(outside).toBe(p < 0.05);
    if (outside) missed.step += 1;
    if (fit.step.ci.lo > 1 || (fit.step.ci.hi ?? Number.POSITIVE_INFINITY) < 1) missed.plain += 1;
  }
  // 7 %, as the share for which 29 degrees of freedom and an estimated k allow; 2.6 standard errors are 0.03
  expect(missed.step / rounds).toBeLessThan(0.07 + 0.03);
  expect(missed.step).toBeLessThan(missed.plain);
});
