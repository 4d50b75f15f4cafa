import { betaTails } from "./incomplete-beta.ts";
import type { TwoTails } from "./normal.ts";
import { betaQuantile, type Tail } from "./quantiles.ts";

/**
 * P(T ≤ t) and P(T > t) of Student's t with `df` > 0 degrees of freedom; the smaller one with full
 * relative precision. By way of df / (df + T²) ~ Beta(df/2, 1/2) (Abramowitz & Stegun 26.5.27).
 */
export const studentTails = (t: number, df: number): TwoTails => {
  const beyond = studentTwoSided(t, df) / 2;
  return t < 0 ? { lower: beyond, upper: 1 - beyond } : { lower: 1 - beyond, upper: beyond };
};

/** P(|T| ≥ |t|): the two-sided p-value of a t statistic. Throws RangeError for df ≤ 0. */
export const studentTwoSided = (t: number, df: number): number => {
  if (!(df > 0)) throw new RangeError(`studentTwoSided: df ${df}`);
  // t² may be beyond a double where the tail is not
  const ratio = (t / df) * t;
  if (ratio === Number.POSITIVE_INFINITY) return 0;
  return betaTails(df / 2, 0.5, 1 / (1 + ratio), ratio / (1 + ratio)).lower;
};

/**
 * The t whose named tail of Student's t holds probability p; relative error ≤ 1e-11.
 * ∓Infinity at 0 and 1. Throws RangeError for p outside [0, 1] or df ≤ 0.
 */
export const studentQuantile = (p: number, df: number, tail: Tail = "lower"): number => {
  if (!(p >= 0 && p <= 1) || !(df > 0)) throw new RangeError(`studentQuantile(${p}, ${df})`);
  const sign = p < 0.5 === (tail === "lower") ? -1 : 1;
  const { x, y } = betaQuantile(2 * Math.min(p, 1 - p), df / 2, 0.5, "lower");
  return sign * Math.sqrt((df * y) / x);
};

/** The t with P(|T| ≤ t) = level, for `df` degrees of freedom. */
export const studentCritical = (level: number, df: number): number =>
  studentQuantile((1 - level) / 2, df, "upper");
