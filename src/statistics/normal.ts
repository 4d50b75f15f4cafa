import { gammaTails } from "./incomplete-gamma.ts";
import { gammaQuantile, type Tail } from "./quantiles.ts";

/** Both tails of a distribution at a point. */
export interface TwoTails {
  readonly lower: number;
  readonly upper: number;
}

/**
 * P(Z ≤ z) and P(Z > z) of the standard normal; the smaller one with full relative precision.
 * By way of Z² / 2 ~ Gamma(1/2) (DLMF 7.11.2).
 */
export const normalTails = (z: number): TwoTails => {
  const beyond = gammaTails(0.5, (z * z) / 2).upper / 2;
  return z < 0 ? { lower: beyond, upper: 1 - beyond } : { lower: 1 - beyond, upper: beyond };
};

/** P(|Z| ≥ |z|): the two-sided p-value of a standard normal statistic. */
export const normalTwoSided = (z: number): number => gammaTails(0.5, (z * z) / 2).upper;

/**
 * The z whose named tail of the standard normal holds probability p; relative error ≤ 1e-11.
 * ∓Infinity at 0 and 1. Throws RangeError for p outside [0, 1].
 */
export const normalQuantile = (p: number, tail: Tail = "lower"): number => {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`normalQuantile(${p})`);
  const sign = p < 0.5 === (tail === "lower") ? -1 : 1;
  return sign * Math.sqrt(2 * gammaQuantile(2 * Math.min(p, 1 - p), 0.5, "upper"));
};

/** The z with P(|Z| ≤ z) = level: 1.959964 for 0.95. */
export const normalCritical = (level: number): number => normalQuantile((1 - level) / 2, "upper");
