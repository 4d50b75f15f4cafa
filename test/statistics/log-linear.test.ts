import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { crossProduct, type Vector } from "../../src/statistics/linear-algebra.ts";
import { logLinearFit } from "../../src/statistics/log-linear.ts";
import { dispersionOf, poissonGlm } from "../../src/statistics/poisson-glm.ts";

const entry = fc.double({ min: -10, max: 10, noNaN: true });
const largest = (v: Vector): number => Math.max(...v.map(Math.abs));

describe("Poisson regression", () => {
  const count = fc.integer({ min: 0, max: 60 });
  const exposure = fc.double({ min: 0.1, max: 1000, noNaN: true });

  test("a saturated two-group model gives the two rates, their variances and no deviance", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 1, max: 1e6 }),
        exposure,
        exposure,
        (x0, x1, t0, t1) => {
          const fit = poissonGlm({
            counts: [x0, x1],
            design: [
              [1, 0],
              [1, 1],
            ],
            offsets: [Math.log(t0), Math.log(t1)],
          });
          expect(fit.coefficients[1]).toBeCloseTo(Math.log(x1 / x0 / (t1 / t0)), 9);
          expect(fit.covariance[1]?.[1]).toBeCloseTo(1 / x0 + 1 / x1, 9);
          expect(fit.deviance).toBeCloseTo(0, 6);
          expect(fit.df).toBe(0);
          expect(dispersionOf(fit)).toBeNull();
        },
      ),
    );
  });

  const rows = fc.array(fc.record({ y: count, t: exposure, z: entry }), { minLength: 8, maxLength: 40 });

  test("the score is zero at the solution, and totals are kept", () => {
    fc.assert(
      fc.property(rows, (data) => {
        fc.pre(data.filter(({ y }) => y > 0).length > 3);
        fc.pre(new Set(data.map(({ z }) => z)).size > 3);
        const counts = data.map(({ y }) => y);
        const design = data.map(({ z }) => [1, z / 10]);
        const spread = Math.max(...data.map(({ z }) => z)) - Math.min(...data.map(({ z }) => z));
        fc.pre(spread > 1);
        const fit = poissonGlm({ counts, design, offsets: data.map(({ t }) => Math.log(t)) });
        const score = crossProduct(
          design,
          counts.map((y, i) => y - (fit.fitted[i] ?? 0)),
        );
        const total = counts.reduce((sum, y) => sum + y, 0);
        expect(largest(score)).toBeLessThan(1e-5 * total);
        expect(fit.df).toBe(data.length - 2);
      }),
    );
  });

  test("scaling every exposure moves the intercept alone", () => {
    fc.assert(
      fc.property(
        fc.array(count, { minLength: 10, maxLength: 10 }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        (counts, scale) => {
          fc.pre(counts.slice(0, 5).some((y) => y > 0) && counts.slice(5).some((y) => y > 0));
          const design = counts.map((_, i) => [1, i < 5 ? 0 : 1]);
          const plain = poissonGlm({ counts, design, offsets: counts.map(() => 0) });
          const scaled = poissonGlm({ counts, design, offsets: counts.map(() => Math.log(scale)) });
          expect(scaled.coefficients[1]).toBeCloseTo(plain.coefficients[1] ?? Number.NaN, 8);
          expect(scaled.coefficients[0]).toBeCloseTo(
            (plain.coefficients[0] ?? Number.NaN) - Math.log(scale),
            8,
          );
          expect(scaled.pearson).toBeCloseTo(plain.pearson, 6);
        },
      ),
    );
  });

  test("the k of the negative binomial shrinks the weight of large means", () => {
    const data = {
      counts: [1, 4, 30, 44, 2, 9],
      design: [1, 2, 3, 3, 1, 2].map((z) => [1, z]),
      offsets: [0, 0, 0, 0, 0, 0],
    };
    const poisson = logLinearFit(data, 0);
    const spread = logLinearFit(data, 0.5);
    expect(spread.covariance[1]?.[1]).toBeGreaterThan(2 * (poisson.covariance[1]?.[1] ?? 0));
    expect(spread.deviance).toBeLessThan(poisson.deviance);
    // a k next to nothing is Poisson
    expect(logLinearFit(data, 1e-9).coefficients[1]).toBeCloseTo(poisson.coefficients[1] ?? 0, 6);
    expect(logLinearFit(data, 1e-9).deviance).toBeCloseTo(poisson.deviance, 4);
  });

  // exposures over six decades that have nothing to do with the counts: no model fits, but an answer must be one
  test.each([0, 0.5])("k %d: what it gives for hostile data is a maximum, and it seldom gives up", (k) => {
    const hostile = fc.array(
      fc.record({
        y: fc.nat(5000),
        t: fc.integer({ min: -10, max: 50 }),
        z: fc.integer({ min: -50, max: 50 }),
      }),
      { minLength: 6, maxLength: 40 },
    );
    let given = 0;
    const samples = fc.sample(hostile, { numRuns: 300, seed: 5 });
    for (const data of samples) {
      const counts = data.map(({ y }) => y);
      const design = data.map(({ z }, i) => [1, i % 2, z / 10]);
      try {
        const fit = logLinearFit({ counts, design, offsets: data.map(({ t }) => t / 4) }, k);
        given += 1;
        const score = crossProduct(
          design,
          counts.map((y, i) => (y - (fit.fitted[i] ?? 0)) / (1 + k * (fit.fitted[i] ?? 0))),
        );
        const inStandardErrors = score.map((v, j) => v * Math.sqrt(fit.covariance[j]?.[j] ?? Number.NaN));
        expect(largest(inStandardErrors)).toBeLessThan(1e-3);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
    }
    expect(given).toBeGreaterThan(0.95 * samples.length);
  });

  test("the deviance is its textbook form, whichever way it is summed", () => {
    fc.assert(
      fc.property(
        fc.array(count, { minLength: 4, maxLength: 9 }),
        fc.constantFrom(0.001, 0.02, 0.1, 1, 20),
        (counts, k) => {
          fc.pre(counts.some((y) => y > 0));
          const fit = logLinearFit(
            { counts, design: counts.map(() => [1]), offsets: counts.map(() => 0) },
            k,
          );
          const textbook = counts.reduce((sum, y, i) => {
            const mu = fit.fitted[i] ?? Number.NaN;
            const gain = y === 0 ? 0 : y * Math.log(y / mu);
            return sum + 2 * (gain - (y + 1 / k) * Math.log((1 + k * y) / (1 + k * mu)));
          }, 0);
          expect(Math.abs(fit.deviance - textbook)).toBeLessThan(1e-8);
        },
      ),
    );
  });

  test("a group without any case runs to −∞ and says so by its variance", () => {
    const fit = poissonGlm({
      counts: [3, 5, 0, 0],
      design: [
        [1, 0],
        [1, 0],
        [1, 1],
        [1, 1],
      ],
      offsets: [0, 0, 0, 0],
    });
    expect(fit.coefficients[0]).toBeCloseTo(Math.log(4), 9);
    expect(fit.coefficients[1]).toBeLessThan(-20);
    expect(fit.covariance[1]?.[1]).toBeGreaterThan(1e6);
  });

  test.each([
    ["offsets differ", { counts: [1, 2], design: [[1], [1]], offsets: [0] }, "differ in number"],
    ["rows differ", { counts: [1, 2, 3], design: [[1, 2], [1], [1]], offsets: [0, 0, 0] }, "rows differ"],
    ["a negative count", { counts: [1, -2], design: [[1], [1]], offsets: [0, 0] }, "must be 0 or more"],
    [
      "an infinite offset",
      { counts: [1, 2], design: [[1], [1]], offsets: [0, Number.NEGATIVE_INFINITY] },
      "finite",
    ],
    ["too few counts", { counts: [1], design: [[1, 2]], offsets: [0] }, "1 counts for 2 columns"],
    [
      "dependent columns",
      {
        counts: [1, 2, 3],
        design: [
          [1, 2],
          [1, 2],
          [1, 2],
        ],
        offsets: [0, 0, 0],
      },
      "column 1 depends",
    ],
  ])("%s is refused", (_, data, reason) => {
    expect(() => poissonGlm(data)).toThrow(RangeError);
    expect(() => poissonGlm(data)).toThrow(reason);
  });
});
