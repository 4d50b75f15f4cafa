import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { benjaminiHochberg } from "../../src/statistics/benjamini-hochberg.ts";
import { metaAnalysis } from "../../src/statistics/meta-analysis.ts";
import { conditionalRateRatio, mantelHaenszelRateRatio } from "../../src/statistics/pooled-rate-ratio.ts";
import { studentCritical } from "../../src/statistics/student-t.ts";
import { logRateRatio } from "../../src/statistics/study-effect.ts";

const study = fc.record({
  effect: fc.double({ min: -3, max: 3, noNaN: true }),
  variance: fc.double({ min: 0.01, max: 4, noNaN: true }),
});
const studies = fc.array(study, { minLength: 3, maxLength: 15 });
const side = fc.record({
  count: fc.integer({ min: 0, max: 40 }),
  exposure: fc.double({ min: 0.5, max: 500, noNaN: true }),
});
const estate = fc.record({ before: side, after: side });
const estates = fc.array(estate, { minLength: 1, maxLength: 20 });

describe("meta-analysis", () => {
  test("estimates lie among the effects and inside their intervals", () => {
    fc.assert(
      fc.property(studies, (given) => {
        const found = metaAnalysis(given, 0.95);
        const effects = given.map(({ effect }) => effect);
        for (const pooled of [found.fixed, found.dersimonianLaird, found.reml]) {
          expect(pooled.estimate).toBeGreaterThanOrEqual(Math.min(...effects) - 1e-9);
          expect(pooled.estimate).toBeLessThanOrEqual(Math.max(...effects) + 1e-9);
          expect(pooled.ci.lo).toBeLessThan(pooled.estimate);
          expect(pooled.ci.hi).toBeGreaterThan(pooled.estimate);
        }
        expect(found.dersimonianLaird.se).toBeGreaterThanOrEqual(found.fixed.se * (1 - 1e-12));
        expect(found.predictionInterval?.lo).toBeLessThanOrEqual(found.dersimonianLaird.ci.lo);
        expect(found.predictionInterval?.hi).toBeGreaterThanOrEqual(found.dersimonianLaird.ci.hi ?? 0);
        expect(found.multiplicative?.se).toBeGreaterThanOrEqual(found.fixed.se);
      }),
    );
  });

  test("shifting and turning the effects shifts and turns the answers, and nothing else", () => {
    fc.assert(
      fc.property(studies, fc.double({ min: -5, max: 5, noNaN: true }), (given, shift) => {
        const one = metaAnalysis(given, 0.95);
        const moved = metaAnalysis(
          given.map(({ effect, variance }) => ({ effect: shift - effect, variance })),
          0.95,
        );
        expect(moved.dersimonianLaird.estimate).toBeCloseTo(shift - one.dersimonianLaird.estimate, 8);
        expect(moved.heterogeneity.q).toBeCloseTo(one.heterogeneity.q, 6);
        expect(moved.heterogeneity.tau2).toBeCloseTo(one.heterogeneity.tau2, 7);
        expect(moved.reml.tau2).toBeCloseTo(one.reml.tau2, 6);
      }),
    );
  });

  test("restricted likelihood is at its top", () => {
    // the restricted log-likelihood itself, written out: no step off the estimate may raise it
    const likelihood = (given: readonly { effect: number; variance: number }[], tau2: number): number => {
      const w = given.map(({ variance }) => 1 / (variance + tau2));
      const total = w.reduce((a, b) => a + b, 0);
      const mean = given.reduce((sum, { effect }, i) => sum + (w[i] ?? 0) * effect, 0) / total;
      return (
        -0.5 * given.reduce((sum, { variance }) => sum + Math.log(variance + tau2), 0) -
        0.5 * Math.log(total) -
        0.5 * given.reduce((sum, { effect }, i) => sum + (w[i] ?? 0) * (effect - mean) ** 2, 0)
      );
    };
    fc.assert(
      fc.property(studies, (given) => {
        const { tau2 } = metaAnalysis(given, 0.95).reml;
        const top = likelihood(given, tau2);
        for (const step of [1e-3, 1e-2, 0.1]) {
          expect(likelihood(given, tau2 * (1 + step) + step / 100)).toBeLessThanOrEqual(top + 1e-10);
          expect(likelihood(given, Math.max(0, tau2 * (1 - step)))).toBeLessThanOrEqual(top + 1e-10);
        }
      }),
    );
  });

  test("the prediction interval takes t with k − 2 degrees of freedom, Knapp–Hartung k − 1", () => {
    const given = [0.2, 0.9, -0.4, 0.5].map((effect) => ({ effect, variance: 0.1 }));
    const {
      dersimonianLaird: dl,
      heterogeneity,
      predictionInterval,
      knappHartung,
    } = metaAnalysis(given, 0.95);
    const reach = studentCritical(0.95, 2) * Math.sqrt(dl.se ** 2 + heterogeneity.tau2);
    expect(predictionInterval?.hi).toBeCloseTo(dl.estimate + reach, 12);
    const width = (knappHartung?.ci.hi ?? Number.NaN) - (knappHartung?.estimate ?? Number.NaN);
    expect(width / (knappHartung?.se ?? Number.NaN)).toBeCloseTo(studentCritical(0.95, 3), 12);
    // equal variances: Knapp–Hartung's error is the plain standard error of a mean
    const mean = 0.3;
    const sd = Math.sqrt([0.2, 0.9, -0.4, 0.5].reduce((sum, y) => sum + (y - mean) ** 2, 0) / 3);
    expect(knappHartung?.estimate).toBeCloseTo(mean, 12);
    expect(knappHartung?.se).toBeCloseTo(sd / 2, 12);
  });

  test("one and two studies give what they can", () => {
    const one = metaAnalysis([{ effect: -0.5, variance: 0.04 }], 0.95);
    expect(one).toMatchObject({
      studies: 1,
      multiplicative: null,
      knappHartung: null,
      predictionInterval: null,
    });
    expect(one.fixed.estimate).toBe(-0.5);
    expect(one.fixed.se).toBeCloseTo(0.2, 15);
    expect(one.heterogeneity).toEqual({ q: 0, df: 0, p: null, tau2: 0, i2: 0, h2: null });
    expect(one.reml.tau2).toBe(0);
    const equal = metaAnalysis(
      [
        { effect: -0.5, variance: 0.04 },
        { effect: -0.5, variance: 0.09 },
      ],
      0.95,
    );
    expect(equal.predictionInterval).toBeNull();
    expect(equal.knappHartung?.p).toBeCloseTo(0, 12);
    expect(() => metaAnalysis([], 0.95)).toThrow(RangeError);
    expect(() => metaAnalysis([{ effect: 0, variance: 0 }], 0.95)).toThrow(RangeError);
    expect(() => metaAnalysis([{ effect: Number.NaN, variance: 1 }], 0.95)).toThrow(RangeError);
  });
});

describe("restricted maximum likelihood", () => {
  test("settles where Fisher scoring alone runs in circles", () => {
    const variances = [
      0.0255, 0.0308, 0.01, 0.0305, 0.3156, 0.0149, 1.857, 0.868, 1.55, 0.1088, 1.468, 1.888,
    ];
    const given = variances.map((variance) => ({ effect: variance === 0.01 ? 0.2065 : 0, variance }));
    const { tau2 } = metaAnalysis(given, 0.95).reml;
    expect(tau2).toBeGreaterThanOrEqual(0);
    expect(tau2).toBeLessThan(0.05);
  });
});

describe("pooled rate ratios", () => {
  const close = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.max(a, b);

  test("one estate, or equal shares of exposure: the crude ratio by every method", () => {
    fc.assert(
      fc.property(
        fc.array(side, { minLength: 1, maxLength: 8 }),
        fc.array(side, { minLength: 8, maxLength: 8 }),
        (after, before) => {
          const given = after.map((one, i) => ({
            after: one,
            before: { count: before[i]?.count ?? 0, exposure: 2 * one.exposure },
          }));
          const x1 = given.reduce((sum, one) => sum + one.after.count, 0);
          const x0 = given.reduce((sum, one) => sum + one.before.count, 0);
          fc.pre(x1 > 0 && x0 > 0);
          const conditional = conditionalRateRatio(given, 0.95);
          expect(close(conditional?.rateRatio ?? Number.NaN, (2 * x1) / x0)).toBe(true);
          expect(close(conditional?.logSe ?? Number.NaN, Math.sqrt(1 / x1 + 1 / x0))).toBe(true);
          const weighted = mantelHaenszelRateRatio(given.slice(0, 1), 0.95);
          const [first] = given;
          fc.pre(first !== undefined && first.after.count > 0 && first.before.count > 0);
          expect(close(weighted?.rateRatio ?? Number.NaN, (2 * first.after.count) / first.before.count)).toBe(
            true,
          );
          expect(
            close(weighted?.logSe ?? Number.NaN, Math.sqrt(1 / first.after.count + 1 / first.before.count)),
          ).toBe(true);
        },
      ),
    );
  });

  test.each([
    ["Mantel–Haenszel", mantelHaenszelRateRatio],
    ["conditional", conditionalRateRatio],
  ])("%s: swapping the periods gives the reciprocal, estates without a case nothing", (_, pool) => {
    fc.assert(
      fc.property(estates, side, (given, quiet) => {
        const one = pool(given, 0.95);
        const turned = pool(
          given.map(({ before, after }) => ({ before: after, after: before })),
          0.95,
        );
        expect(one === null).toBe(turned === null);
        fc.pre(one !== null && turned !== null);
        expect(close(one.rateRatio * turned.rateRatio, 1)).toBe(true);
        expect(one.ci.lo).toBeLessThan(one.rateRatio);
        expect(one.ci.hi).toBeGreaterThan(one.rateRatio);
        const silent = { count: 0, exposure: quiet.exposure };
        const more = pool([...given, { before: silent, after: { ...quiet, count: 0 } }], 0.95);
        expect(close(more?.rateRatio ?? Number.NaN, one.rateRatio)).toBe(true);
        expect(close(more?.logSe ?? Number.NaN, one.logSe)).toBe(true);
      }),
    );
  });

  test("no ratio is made up where all cases lie on one side", () => {
    const given = [{ before: { count: 4, exposure: 1 }, after: { count: 0, exposure: 1 } }];
    expect(mantelHaenszelRateRatio(given, 0.95)).toBeNull();
    expect(conditionalRateRatio(given, 0.95)).toBeNull();
    expect(mantelHaenszelRateRatio([], 0.95)).toBeNull();
    expect(logRateRatio({ before: { count: 0, exposure: 1 }, after: { count: 0, exposure: 1 } })).toBeNull();
    expect(() =>
      conditionalRateRatio([{ before: { count: 1, exposure: 1 }, after: { count: 1, exposure: 0 } }], 0.95),
    ).toThrow("estates[0].after.exposure");
  });
});

describe("Benjamini–Hochberg", () => {
  const p = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: null });

  /** The definition, spelt out. */
  const slowly = (values: readonly (number | null)[]) => {
    const sorted = values.filter((v) => v !== null).toSorted((a, b) => a - b);
    return values.map((v) =>
      v === null
        ? null
        : Math.min(1, ...sorted.flatMap((q, j) => (q >= v ? [(q * sorted.length) / (j + 1)] : []))),
    );
  };

  test("is its definition, in the order given", () => {
    fc.assert(
      fc.property(fc.array(p, { maxLength: 30 }), (values) => {
        const want = slowly(values);
        const got = benjaminiHochberg(values);
        expect(got).toHaveLength(values.length);
        for (const [i, q] of got.entries()) {
          expect(q === null).toBe(values[i] === null);
          expect(Math.abs((q ?? 0) - (want[i] ?? 0))).toBeLessThan(1e-14);
          expect(q ?? 1).toBeGreaterThanOrEqual(values[i] ?? 0);
        }
      }),
    );
  });

  test("a p outside 0 to 1 is refused", () => {
    expect(() => benjaminiHochberg([0.1, 1.2])).toThrow(RangeError);
    expect(() => benjaminiHochberg([Number.NaN])).toThrow(RangeError);
  });
});
