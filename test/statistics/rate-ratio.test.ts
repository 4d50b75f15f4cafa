import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { binomialTails } from "../../src/statistics/binomial-tails.ts";
import { garwoodLimits, midPLimits } from "../../src/statistics/count-interval.ts";
import { minDetectableAfter } from "../../src/statistics/min-detectable.ts";
import { rateRatio, ratioTest } from "../../src/statistics/rate-ratio.ts";

const count = fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 100_000 }));
const exposure = fc.double({ min: 1e-3, max: 1e7, noNaN: true });
const level = fc.constantFrom(0.8, 0.9, 0.95, 0.99, 0.999);
const side = fc.record({ count, exposure });

const close = (a: number, b: number): boolean =>
  Math.abs(a - b) <= 1e-11 * Math.max(Math.abs(a), Math.abs(b));

describe("limits of a count", () => {
  test("hold the count, and mid-p lies inside Garwood", () => {
    fc.assert(
      fc.property(count, level, (x, l) => {
        const exact = garwoodLimits(x, l);
        const mid = midPLimits(x, l);
        expect(exact.lo).toBeLessThanOrEqual(mid.lo);
        expect(mid.lo).toBeLessThanOrEqual(x);
        expect(mid.hi).toBeGreaterThan(x);
        expect(exact.hi).toBeGreaterThanOrEqual(mid.hi);
      }),
    );
  });

  test("no case still allows 3.689 at 95 %", () => {
    expect(garwoodLimits(0, 0.95).hi).toBeCloseTo(-Math.log(0.025), 12);
  });
});

describe("binomial tails", () => {
  test("agree with sums of Pascal's triangle", () => {
    let row = [1];
    for (let n = 1; n <= 40; n += 1) {
      row = Array.from({ length: n + 1 }, (_, k) => (row[k - 1] ?? 0) + (row[k] ?? 0));
      for (let k = 0; k <= n; k += 1) {
        const atMost = row.slice(0, k + 1).reduce((sum, c) => sum + c, 0) / 2 ** n;
        const tails = binomialTails(k, n, { x: 0.5, y: 0.5 });
        expect(close(tails.atMost, atMost), `${k} of ${n}`).toBe(true);
        expect(tails.atMost + tails.above).toBeCloseTo(1, 14);
        expect(tails.atLeast + tails.below).toBeCloseTo(1, 14);
      }
    }
  });
});

describe("rate ratio", () => {
  test("both intervals hold the estimate, and mid-p lies inside", () => {
    fc.assert(
      fc.property(side, side, level, (after, before, l) => {
        fc.pre(after.count + before.count > 0);
        const { rateRatio: rr, exact } = rateRatio(after, before, l);
        if (exact === null) throw new Error("counts were given");
        const estimate = rr ?? Number.POSITIVE_INFINITY;
        const slack = 1 + 1e-12;
        expect(exact.ci.lo).toBeLessThanOrEqual(exact.midpCi.lo * slack);
        expect(exact.midpCi.lo).toBeLessThanOrEqual(estimate);
        expect(exact.midpCi.hi ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(estimate);
        expect(exact.ci.hi ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(
          (exact.midpCi.hi ?? Number.POSITIVE_INFINITY) / slack,
        );
      }),
    );
  });

  test("swapping the sides turns every limit into its reciprocal and keeps p", () => {
    fc.assert(
      fc.property(side, side, level, (after, before, l) => {
        fc.pre(after.count + before.count > 0);
        const one = rateRatio(after, before, l).exact;
        const other = rateRatio(before, after, l).exact;
        if (one === null || other === null) throw new Error("counts were given");
        const turned = (hi: number | null): number => (hi === null ? 0 : 1 / hi);
        expect(close(one.ci.lo, turned(other.ci.hi))).toBe(true);
        expect(close(other.ci.lo, turned(one.ci.hi))).toBe(true);
        expect(close(one.midpCi.lo, turned(other.midpCi.hi))).toBe(true);
        expect(Math.abs(one.pCentral - other.pCentral)).toBeLessThanOrEqual(1e-9 * one.pCentral + 1e-300);
        expect(Math.abs(one.pMid - other.pMid)).toBeLessThanOrEqual(1e-9 * one.pMid + 1e-300);
      }),
    );
  });

  test("the interval leaves out 1 exactly when the central p is below 1 − level", () => {
    fc.assert(
      fc.property(side, side, level, (after, before, l) => {
        const { exact } = rateRatio(after, before, l);
        fc.pre(exact !== null);
        // on the border itself rounding decides
        fc.pre(Math.abs(exact.pCentral - (1 - l)) > 1e-9);
        const outside = exact.ci.lo > 1 || (exact.ci.hi ?? Number.POSITIVE_INFINITY) < 1;
        expect(outside).toBe(exact.pCentral < 1 - l);
      }),
    );
  });

  test("the percent interval is 100 (limit − 1), and infinity stays null", () => {
    const { exact, percentChange } = rateRatio({ count: 7, exposure: 1 }, { count: 18, exposure: 1 }, 0.95);
    expect(percentChange).toBeCloseTo(-61.111, 3);
    expect(exact?.percentCi.lo).toBeCloseTo(100 * ((exact?.ci.lo ?? 0) - 1), 12);
    expect(exact?.percentCi.hi).toBeCloseTo(100 * ((exact?.ci.hi ?? 0) - 1), 12);
    const open = rateRatio({ count: 7, exposure: 1 }, { count: 0, exposure: 1 }, 0.95);
    expect(open.percentChange).toBeNull();
    expect(open.exact?.percentCi.hi).toBeNull();
    expect(open.exact?.percentCi.lo).toBeGreaterThan(-100);
  });
});

describe("least detectable", () => {
  test("is the border of significance", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3000 }), level, (before, l) => {
        const p = (after: number): number =>
          ratioTest({ count: after, exposure: 1 }, { count: before, exposure: 1 }).pCentral;
        const max = minDetectableAfter(before, l);
        expect(p((max ?? -1) + 1)).toBeGreaterThan(1 - l);
        expect(max === null || p(max) <= 1 - l).toBe(true);
      }),
    );
  });
});
