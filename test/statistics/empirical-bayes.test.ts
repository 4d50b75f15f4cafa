import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { garwoodLimits } from "../../src/statistics/count-interval.ts";
import {
  empiricalBayesComparison,
  type TreatedSite,
} from "../../src/statistics/empirical-bayes-comparison.ts";
import { empiricalBayes } from "../../src/statistics/empirical-bayes.ts";
import {
  predictedAfter,
  predictedBefore,
  type ReferenceEstate,
  referenceModel,
} from "../../src/statistics/reference-model.ts";
import { type DrawCount, randomCounts } from "./random-counts.ts";

const count = fc.integer({ min: 0, max: 60 });
const mean = fc.double({ min: 0.1, max: 80, noNaN: true });
const site: fc.Arbitrary<TreatedSite> = fc.record({
  observedBefore: count,
  observedAfter: count,
  predictedBefore: mean,
  predictedAfter: mean,
  k: fc.constantFrom(0, 0.05, 0.3, 1),
});
const sites = fc.array(site, { minLength: 1, maxLength: 12 });

describe("empirical Bayes estimate", () => {
  test("lies between the kind and the history, nearer to the kind the less estates differ", () => {
    fc.assert(
      fc.property(count, mean, fc.double({ min: 0, max: 5, noNaN: true }), (observed, predicted, k) => {
        const { weight, estimate, variance } = empiricalBayes({ observed, predicted, k });
        expect(estimate).toBeGreaterThanOrEqual(Math.min(observed, predicted) - 1e-9);
        expect(estimate).toBeLessThanOrEqual(Math.max(observed, predicted) + 1e-9);
        expect(weight).toBeGreaterThan(0);
        expect(weight).toBeLessThanOrEqual(1);
        expect(variance).toBeLessThanOrEqual(estimate);
        const looser = empiricalBayes({ observed, predicted, k: k + 1 });
        expect(Math.abs(looser.estimate - observed)).toBeLessThanOrEqual(
          Math.abs(estimate - observed) + 1e-9,
        );
      }),
    );
    expect(empiricalBayes({ observed: 9, predicted: 4, k: 0 })).toEqual({
      weight: 1,
      estimate: 4,
      variance: 0,
    });
  });

  test.each([
    [{ observed: -1, predicted: 1, k: 0 }],
    [{ observed: 1, predicted: 0, k: 0 }],
    [{ observed: 1, predicted: 1, k: -1 }],
    [{ observed: 1, predicted: Number.POSITIVE_INFINITY, k: 1 }],
  ])("%o is refused", (input) => expect(() => empiricalBayes(input)).toThrow(RangeError));
});

describe("empirical Bayes comparison", () => {
  test("adds up its sites, and its interval holds the ratio", () => {
    fc.assert(
      fc.property(sites, (given) => {
        const found = empiricalBayesComparison(given, 0.95);
        const total = found.sites.reduce((sum, one) => sum + one.expectedAfter, 0);
        expect(found.expectedAfter).toBeCloseTo(total, 9);
        expect(found.theta).toBeLessThanOrEqual(found.ratioBiased);
        expect(found.percentChange).toBeCloseTo(100 * (found.theta - 1), 9);
        expect(found.ci.lo).toBeLessThanOrEqual(found.ratioBiased);
        expect(found.ci.hi).toBeGreaterThanOrEqual(found.ratioBiased);
      }),
    );
  });

  test("without over-dispersion the expectation is certain: Garwood's limits over it", () => {
    const one = { observedBefore: 30, observedAfter: 7, predictedBefore: 10, predictedAfter: 12, k: 0 };
    const found = empiricalBayesComparison([one], 0.95);
    const { lo, hi } = garwoodLimits(7, 0.95);
    expect(found.expectedAfter).toBeCloseTo(12, 12);
    expect(found.ci.lo).toBeCloseTo(lo / 12, 12);
    expect(found.ci.hi).toBeCloseTo(hi / 12, 12);
    // a little over-dispersion comes close to that, and is wider
    const loose = empiricalBayesComparison([{ ...one, observedBefore: 10, k: 1e-6 }], 0.95);
    expect(loose.ci.hi).toBeCloseTo(hi / 12, 4);
    expect(loose.ci.hi).toBeGreaterThan(hi / 12);
  });

  test("no case after: 0 with an upper limit, not a certainty", () => {
    const found = empiricalBayesComparison(
      [{ observedBefore: 6, observedAfter: 0, predictedBefore: 4, predictedAfter: 4, k: 0.2 }],
      0.95,
    );
    expect(found.theta).toBe(0);
    expect(found.se).toBe(0);
    expect(found.ci.lo).toBe(0);
    expect(found.ci.hi).toBeGreaterThan(garwoodLimits(0, 0.95).hi / found.expectedAfter);
    // P(no case) = (1 + v θ π)^(−1/v) at the limit
    const v = found.variance / found.expectedAfter ** 2;
    const atLimit = (1 + v * (found.ci.hi ?? 0) * found.expectedAfter) ** (-1 / v);
    expect(atLimit).toBeCloseTo(0.025, 10);
  });

  test("bad input is named", () => {
    const good = { observedBefore: 6, observedAfter: 0, predictedBefore: 4, predictedAfter: 4, k: 0.2 };
    expect(() => empiricalBayesComparison([], 0.95)).toThrow("treated is empty");
    expect(() => empiricalBayesComparison([good, { ...good, predictedAfter: 0 }], 0.95)).toThrow(
      "treated[1].predictedAfter",
    );
    expect(() => empiricalBayesComparison([{ ...good, k: -1 }], 0.95)).toThrow(RangeError);
  });
});

const estate = (households: number, before: number, after: number, years = 1): ReferenceEstate => ({
  households,
  before: { count: before, exposure: years },
  after: { count: after, exposure: years },
});

describe("reference model", () => {
  test("finds the power of size, the trend and the spread it was drawn with", () => {
    const sizes = Array.from({ length: 400 }, (_, i) => 200 + 8 * i);
    // μ = 0.01 · households^0.9 before, half of it after; φ = 1 + k μ with k = 0.3
    const draw = randomCounts(11);
    const estates = sizes.map((households) => {
      const mu = 0.01 * households ** 0.9;
      return estate(households, draw(mu, 1 + 0.3 * mu), draw(mu / 2, 1 + (0.3 * mu) / 2));
    });
    const model = referenceModel(estates);
    if (typeof model === "string") throw new Error(model);
    expect(model.exponentEstimated).toBe(true);
    expect(Math.abs(model.exponent - 0.9)).toBeLessThan(0.12);
    expect(Math.abs(predictedBefore(model, 1500, 1) / (0.01 * 1500 ** 0.9) - 1)).toBeLessThan(0.06);
    expect(Math.abs(model.k - 0.3)).toBeLessThan(0.08);
    expect(Math.abs(model.trend - 0.5)).toBeLessThan(0.05);
    const expected = estates.reduce((sum, one) => sum + predictedAfter(model, one.households, 1), 0);
    expect(expected).toBeCloseTo(
      estates.reduce((sum, one) => sum + one.after.count, 0),
      6,
    );
  });

  test("estates of one size: a rate per household, no power", () => {
    const model = referenceModel([3, 5, 2, 9, 0, 4, 7, 1, 6, 3].map((before) => estate(1000, before, 4, 2)));
    expect(model).toMatchObject({ exponent: 1, exponentEstimated: false, estates: 10, trend: 1 });
    if (typeof model === "string") throw new Error(model);
    expect(predictedBefore(model, 1000, 2)).toBeCloseTo(4, 9);
    expect(predictedBefore(model, 500, 1)).toBeCloseTo(1, 9);
    expect(model.k).toBeGreaterThan(0);
  });

  test("counts steadier than Poisson have no over-dispersion", () => {
    const model = referenceModel(Array.from({ length: 12 }, (_, i) => estate(1000, i % 2 === 0 ? 4 : 5, 4)));
    expect(model).toMatchObject({ k: 0 });
  });

  test("the variance of the trend is that of a ratio of two counts, times what the estates show beyond it", () => {
    const even = referenceModel(Array.from({ length: 10 }, (_, i) => estate(1000, 4 + (i % 2), 4 + (i % 2))));
    // 45 cases on either side, each estate the same share of them
    expect(even).toMatchObject({ trendVariance: 2 / 45 });
    const split = referenceModel(
      Array.from({ length: 10 }, (_, i) => estate(1000, i % 2 ? 8 : 2, i % 2 ? 2 : 8)),
    );
    // chi² = 10 · (8 − 5)² / (10 · ½ · ½) = 36 on 9 df
    expect(split).toHaveProperty("trendVariance", expect.closeTo(4 * (2 / 50), 12));
  });

  test("what is missing is said", () => {
    const nine = Array.from({ length: 9 }, () => estate(500, 2, 2));
    expect(referenceModel(nine)).toBe("FEWER_THAN_10_REFERENCE_ESTATES");
    expect(referenceModel([...nine, estate(600, 2, 2)])).toBeTypeOf("object");
    expect(referenceModel(Array.from({ length: 10 }, () => estate(500, 0, 2)))).toBe(
      "NO_REFERENCE_CASES_BEFORE",
    );
    expect(referenceModel(Array.from({ length: 10 }, () => estate(500, 2, 0)))).toBe(
      "NO_REFERENCE_CASES_AFTER",
    );
    expect(() => referenceModel([estate(0, 1, 1)])).toThrow("estates[0].households");
    expect(() => referenceModel([estate(5, 1, 1, 0)])).toThrow("estates[0].before.exposure");
  });
});

describe("regression to the mean (seeded simulation: nothing is done, the worst tenth is chosen)", () => {
  /** Estates with means of their own, 2 + a negative binomial count, and two years of Poisson counts. */
  const population = (size: number, draw: DrawCount): readonly ReferenceEstate[] =>
    Array.from({ length: size }, () => {
      const mu = 2 + draw(4, 3);
      return estate(1000, draw(mu, 1), draw(mu, 1));
    });

  test("the naive comparison finds an effect, the empirical Bayes one none", () => {
    const draw = randomCounts(20_261_125);
    const model = referenceModel(population(1000, draw));
    if (typeof model === "string") throw new Error(model);
    const chosen = population(3000, draw)
      .toSorted((a, b) => b.before.count - a.before.count)
      .slice(0, 300);
    const sum = (period: "before" | "after") => chosen.reduce((total, one) => total + one[period].count, 0);
    const naive = sum("after") / sum("before");
    const { theta, ci } = empiricalBayesComparison(
      chosen.map(({ households, before, after }) => ({
        observedBefore: before.count,
        observedAfter: after.count,
        predictedBefore: predictedBefore(model, households, 1),
        predictedAfter: predictedAfter(model, households, 1),
        k: model.k,
      })),
      0.95,
    );
    expect(naive).toBeLessThan(0.85);
    expect(Math.abs(theta - 1)).toBeLessThan(0.05);
    expect(ci.lo).toBeLessThan(1);
    expect(ci.hi).toBeGreaterThan(1);
  });
});

test("with ten reference estates the interval still holds the truth, as it knows that their trend is a guess", () => {
  const draw = randomCounts(505);
  const rounds = 400;
  const covered = { certain: 0, uncertain: 0 };
  // 1 + a negative binomial count is the mean of an estate; nothing changes in any of them
  const drawn = (): ReferenceEstate => {
    const mu = 1 + draw(8, 3);
    return estate(1000, draw(mu, 1), draw(mu, 1));
  };
  for (let round = 0; round < rounds; round += 1) {
    const model = referenceModel(Array.from({ length: 10 }, drawn));
    if (typeof model === "string") throw new Error(model);
    const treated = Array.from({ length: 8 }, drawn).map(({ households, before, after }) => ({
      observedBefore: before.count,
      observedAfter: after.count,
      predictedBefore: predictedBefore(model, households, 1),
      predictedAfter: predictedAfter(model, households, 1),
      k: model.k,
    }));
    const holds = (trendVariance: number): boolean => {
      const { lo, hi } = empiricalBayesComparison(treated, 0.95, trendVariance).ci;
      return lo <= 1 && (hi ?? Number.POSITIVE_INFINITY) >= 1;
    };
    if (holds(0)) covered.certain += 1;
    if (holds(model.trendVariance)) covered.uncertain += 1;
  }
  // 2.6 standard errors of a share of 0.94 in 400 rounds are 0.031
  expect(covered.uncertain / rounds).toBeGreaterThan(0.94 - 0.031);
  // control: a trend taken for certain holds it far less often than 95 %
  expect(covered.certain / rounds).toBeLessThan(0.88);
});
