import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { betaTails } from "../../src/statistics/incomplete-beta.ts";
import { gammaTails } from "../../src/statistics/incomplete-gamma.ts";
import { betaQuantile, gammaQuantile } from "../../src/statistics/quantiles.ts";
import { exactBeta, exactGamma, type Reference } from "./exact-reference.ts";

const AIM = 1e-11;
const PROBABILITIES = [1e-12, 1e-6, 0.001, 0.005, 0.025, 0.05, 0.3, 0.5];
const TAILS = ["lower", "upper"] as const;

/** First-order error of a quantile x, relative to x: how far the exact tail at x is from p. */
const quantileError = (reference: Reference, p: number, tail: "lower" | "upper"): number =>
  Math.abs(reference[tail] - p) / reference.density;

describe("gamma quantile against exact sums", () => {
  for (const shape of [1, 2, 3, 7, 19, 100, 939, 1001, 1500]) {
    test(`shape ${shape}`, () => {
      for (const p of PROBABILITIES) {
        for (const tail of TAILS) {
          const x = gammaQuantile(p, shape, tail);
          expect(quantileError(exactGamma(shape, x), p, tail), `p ${p} ${tail}`).toBeLessThan(AIM);
        }
      }
    });
  }
});

describe("beta quantile against exact sums", () => {
  const parameters = [
    [1, 1],
    [1, 2],
    [3, 10],
    [7, 19],
    [19, 7],
    [77, 199],
    [1, 500],
    [500, 1],
    [640, 410],
  ] as const;
  for (const [a, b] of parameters) {
    test(`a ${a}, b ${b}`, () => {
      for (const p of PROBABILITIES) {
        for (const tail of TAILS) {
          const { x } = betaQuantile(p, a, b, tail);
          expect(quantileError(exactBeta(a, b, x), p, tail), `p ${p} ${tail}`).toBeLessThan(AIM);
        }
      }
    });
  }

  test("a wrong quantile is noticed by the reference", () => {
    const { x } = betaQuantile(0.025, 7, 19);
    expect(quantileError(exactBeta(7, 19, x * (1 + 1e-9)), 0.025, "lower")).toBeGreaterThan(AIM);
    const g = gammaQuantile(0.025, 7);
    expect(quantileError(exactGamma(7, g * (1 + 1e-9)), 0.025, "lower")).toBeGreaterThan(AIM);
  });
});

describe("closed forms", () => {
  const off = (got: number, want: number): number => Math.abs(got / want - 1);

  test("Gamma(1) is the exponential", () => {
    for (const p of PROBABILITIES) {
      expect(off(gammaQuantile(p, 1), -Math.log1p(-p))).toBeLessThan(AIM);
      expect(off(gammaQuantile(p, 1, "upper"), -Math.log(p))).toBeLessThan(AIM);
    }
  });

  test("2 Gamma(1/2) is chi-square with one degree", () => {
    expect(off(2 * gammaQuantile(0.05, 0.5, "upper"), 3.841_458_820_694_124)).toBeLessThan(AIM);
    expect(off(2 * gammaQuantile(0.01, 0.5, "upper"), 6.634_896_601_021_213)).toBeLessThan(AIM);
  });

  test("Beta(a, 1), Beta(1, b) and the arcsine law", () => {
    for (const p of PROBABILITIES) {
      for (const shape of [0.3, 1, 2.5, 40]) {
        expect(off(betaQuantile(p, shape, 1).x, p ** (1 / shape))).toBeLessThan(AIM);
        expect(off(betaQuantile(p, 1, shape).x, -Math.expm1(Math.log1p(-p) / shape))).toBeLessThan(AIM);
        expect(off(betaQuantile(p, 1, shape, "upper").y, p ** (1 / shape))).toBeLessThan(AIM);
      }
      expect(off(betaQuantile(p, 0.5, 0.5).x, Math.sin((Math.PI * p) / 2) ** 2)).toBeLessThan(AIM);
    }
  });
});

describe("round trips", () => {
  const probability = fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true });
  const shape = fc.double({ min: 0.1, max: 5000, noNaN: true });
  const tail = fc.constantFrom(...TAILS);
  // rounding x moves the tail by its elasticity, so the allowance grows with it
  const allowed = (p: number, slope: number): number => 1e-12 * (p + slope);

  test("gamma: the tail at the quantile is the probability", () => {
    fc.assert(
      fc.property(probability, shape, tail, (p, s, side) => {
        const tails = gammaTails(s, gammaQuantile(p, s, side));
        expect(Math.abs(tails[side] - p)).toBeLessThanOrEqual(allowed(p, tails.slope));
      }),
    );
  });

  test("beta: the tail at the quantile is the probability", () => {
    fc.assert(
      fc.property(probability, shape, shape, tail, (p, a, b, side) => {
        const { x, y } = betaQuantile(p, a, b, side);
        const tails = betaTails(a, b, x, y);
        expect(Math.abs(tails[side] - p)).toBeLessThanOrEqual(allowed(p, tails.slope));
      }),
    );
  });

  test("beta: turning the parameters round turns the quantile round", () => {
    fc.assert(
      fc.property(probability, shape, shape, (p, a, b) => {
        const one = betaQuantile(p, a, b, "lower");
        const other = betaQuantile(p, b, a, "upper");
        expect(Math.abs(one.x - other.y)).toBeLessThanOrEqual(1e-11 * one.x);
        expect(Math.abs(one.y - other.x)).toBeLessThanOrEqual(1e-11 * one.y);
      }),
    );
  });
});

describe("ends and refusals", () => {
  test("probabilities 0 and 1 give the ends of the range", () => {
    expect(gammaQuantile(0, 3)).toBe(0);
    expect(gammaQuantile(1, 3)).toBe(Number.POSITIVE_INFINITY);
    expect(betaQuantile(0, 3, 4)).toEqual({ x: 0, y: 1 });
    expect(betaQuantile(1, 3, 4)).toEqual({ x: 1, y: 0 });
  });

  test.each([
    [-0.1, 1],
    [1.1, 1],
    [Number.NaN, 1],
    [0.5, 0],
    [0.5, Number.NaN],
  ])("p %d with shape %d is refused", (p, shape) => {
    expect(() => gammaQuantile(p, shape)).toThrow(RangeError);
    expect(() => betaQuantile(p, shape, 1)).toThrow(RangeError);
    expect(() => betaQuantile(p, 1, shape)).toThrow(RangeError);
  });

  test("a billion cases still converge", () => {
    const x = gammaQuantile(0.025, 1e9);
    expect(x).toBeGreaterThan(1e9 - 2 * Math.sqrt(1e9));
    expect(x).toBeLessThan(1e9 - 1.9 * Math.sqrt(1e9));
  });
});
