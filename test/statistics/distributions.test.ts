import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { logChoose, logGamma } from "../../src/statistics/log-gamma.ts";
import { normalCritical, normalQuantile, normalTails, normalTwoSided } from "../../src/statistics/normal.ts";
import {
  studentCritical,
  studentQuantile,
  studentTails,
  studentTwoSided,
} from "../../src/statistics/student-t.ts";

const AIM = 1e-11;
const off = (got: number, want: number): number => Math.abs(got - want) / Math.abs(want);

// [df, upper tail, quantile], by bisection on the incomplete beta function with 40 digits
const STUDENT = [
  [0.5, 1e-12, 1.02849115631634e23],
  [0.5, 0.001, 102849.11563017555],
  [0.5, 0.025, 164.55767348048852],
  [0.5, 0.3, 1.0095258786071661],
  [0.5, 0.4999, 0.00037081496095445096],
  [1, 1e-12, 318309886183.79065],
  [1, 0.001, 318.30883898555044],
  [1, 0.025, 12.706204736174705],
  [1, 0.3, 0.7265425280053609],
  [1, 0.4999, 0.0003141592756943707],
  [2, 1e-12, 707106.7811854868],
  [2, 0.001, 22.327124770119877],
  [2, 0.025, 4.302652729749464],
  [2, 0.3, 0.6172133998483676],
  [2, 0.4999, 0.0002828427181314423],
  [3, 1e-12, 10331.108244292485],
  [3, 0.001, 10.214531852407386],
  [3, 0.025, 3.1824463052837095],
  [3, 0.3, 0.5843897274398187],
  [3, 0.4999, 0.00027206990911047337],
  [4.5, 1e-12, 670.942702505106],
  [4.5, 0.001, 6.421242884295792],
  [4.5, 0.025, 2.658912347204404],
  [4.5, 0.3, 0.5635058039393779],
  [4.5, 0.4999, 0.0002648678148282035],
  [22, 1e-12, 13.982948301327356],
  [22, 0.001, 3.504992031084662],
  [22, 0.025, 2.0738730679040263],
  [22, 0.3, 0.5320849613131243],
  [22, 0.4999, 0.0002535265276959552],
  [44, 1e-12, 9.647021245649714],
  [44, 0.001, 3.2860719461802885],
  [44, 0.025, 2.0153675744437636],
  [44, 0.3, 0.5282212273644781],
  [44, 0.4999, 0.0002520909813288041],
  [1000, 1e-12, 7.1242289253144095],
  [1000, 0.001, 3.098402163912923],
  [1000, 0.025, 1.9623390808264085],
  [1000, 0.3, 0.524567707309227],
  [1000, 0.4999, 0.00025072550362288887],
  [1000000, 1e-12, 7.034572608411256],
  [1000000, 0.001, 3.09024045631652],
  [1000000, 0.025, 1.959966356814107],
  [1000000, 0.3, 0.5244006798602089],
  [1000000, 0.4999, 0.00025066289275372676],
] as const;

// [upper tail, quantile] and [z, upper tail], by the complementary error function with 40 digits
const NORMAL_QUANTILES = [
  [1e-300, 37.0470962993612],
  [1e-12, 7.034483825301132],
  [0.001, 3.0902323061678136],
  [0.025, 1.9599639845400543],
  [0.3, 0.524400512708041],
  [0.4999, 0.00025066283008800747],
] as const;
const NORMAL_TAILS = [
  [0.1, 0.460172162722971],
  [1, 0.15865525393145705],
  [5, 2.866515718791939e-7],
  [10, 7.619853024160525e-24],
  [37.5, 4.605353009581955e-308],
] as const;

describe("normal", () => {
  test.each(NORMAL_TAILS)("P(Z > %d) = %d", (z, p) => {
    expect(off(normalTails(z).upper, p)).toBeLessThan(AIM);
    expect(off(normalTails(-z).lower, p)).toBeLessThan(AIM);
    expect(off(normalTwoSided(-z), 2 * p)).toBeLessThan(AIM);
    expect(normalTails(z).lower + normalTails(z).upper).toBeCloseTo(1, 15);
  });

  test.each(NORMAL_QUANTILES)("upper tail %d at %d", (p, z) => {
    expect(off(normalQuantile(p, "upper"), z)).toBeLessThan(AIM);
    expect(off(normalQuantile(p), -z)).toBeLessThan(AIM);
  });

  test("the value everybody knows, and the ends", () => {
    expect(normalCritical(0.95)).toBeCloseTo(1.959963984540054, 13);
    expect(normalQuantile(0.5)).toBeCloseTo(0, 15);
    expect(normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY);
    expect(normalQuantile(1)).toBe(Number.POSITIVE_INFINITY);
    expect(() => normalQuantile(1.1)).toThrow(RangeError);
    expect(() => normalQuantile(Number.NaN)).toThrow(RangeError);
  });
});

describe("Student's t", () => {
  test.each(STUDENT)("df %d, upper tail %d: %d", (df, p, t) => {
    expect(off(studentQuantile(p, df, "upper"), t)).toBeLessThan(AIM);
    expect(off(studentQuantile(p, df), -t)).toBeLessThan(AIM);
    expect(off(studentTails(-t, df).lower, p)).toBeLessThan(AIM);
    expect(off(studentTwoSided(t, df), 2 * p)).toBeLessThan(AIM);
  });

  test("df 1 is Cauchy, df 2 has a closed form", () => {
    for (const p of [0.6, 0.75, 0.9, 0.999]) {
      expect(off(studentQuantile(p, 1), Math.tan(Math.PI * (p - 0.5)))).toBeLessThan(AIM);
      expect(off(studentQuantile(p, 2), (2 * p - 1) / Math.sqrt(2 * p * (1 - p)))).toBeLessThan(AIM);
    }
  });

  test("many degrees of freedom are normal, fewer lie further out", () => {
    expect(off(studentCritical(0.95, 1e12), normalCritical(0.95))).toBeLessThan(1e-10);
    fc.assert(
      fc.property(
        fc.double({ min: 0.3, max: 1e4, noNaN: true }),
        fc.constantFrom(0.5, 0.8, 0.95, 0.999),
        (df, level) => {
          expect(studentCritical(level, df)).toBeGreaterThan(studentCritical(level, df * 1.5));
          expect(studentCritical(level, df)).toBeGreaterThan(normalCritical(level));
          expect(studentTwoSided(studentCritical(level, df), df)).toBeCloseTo(1 - level, 11);
        },
      ),
    );
  });

  test("ends and refusals", () => {
    expect(studentQuantile(1, 3)).toBe(Number.POSITIVE_INFINITY);
    expect(studentTwoSided(1e200, 2)).toBe(0);
    expect(studentTwoSided(Number.POSITIVE_INFINITY, 3)).toBe(0);
    expect(studentTails(0, 3)).toEqual({ lower: 0.5, upper: 0.5 });
    expect(() => studentQuantile(0.5, 0)).toThrow(RangeError);
    expect(() => studentQuantile(-0.1, 1)).toThrow(RangeError);
    expect(() => studentTwoSided(1, -1)).toThrow(RangeError);
  });
});

describe("log-gamma and log-binomial", () => {
  test.each([
    [0.5, 0.5723649429247001],
    [1.5, -0.12078223763524522],
    [0.001, 6.907178885383853],
    [3.7, 1.428072326665388],
    [14.9, 24.924132002217277],
    [100, 359.1342053695754],
    [1e6, 12815504.569147611],
    [1e12, 26631021115915.652],
  ])("ln Γ(%d) = %d", (z, want) => expect(off(logGamma(z), want)).toBeLessThan(1e-13));

  test.each([
    [10, 3, 4.787491742782046],
    [1000, 500, 689.4672615678512],
    [1_000_000, 3, 39.654769204662266],
    [1e9, 4e8, 673011656.4422432],
    [50, 49, 3.912023005428146],
  ])("ln C(%d, %d) = %d", (n, k, want) => expect(off(logChoose(n, k), want)).toBeLessThan(1e-13));

  test("Pascal's rule, ends and refusals", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 500 }), fc.integer({ min: 1, max: 499 }), (n, k) => {
        fc.pre(k < n);
        const sum =
          Math.exp(logChoose(n - 1, k - 1) - logChoose(n, k)) +
          Math.exp(logChoose(n - 1, k) - logChoose(n, k));
        expect(sum).toBeCloseTo(1, 12);
      }),
    );
    expect(logChoose(7, 0)).toBe(0);
    expect(logChoose(7, 7)).toBe(0);
    for (const [n, k] of [
      [3, 4],
      [3, -1],
      [2.5, 1],
    ] as const) {
      expect(() => logChoose(n, k)).toThrow(RangeError);
    }
    expect(() => logGamma(0)).toThrow(RangeError);
  });
});
