import { gammaTails } from "./incomplete-gamma.ts";
import { gammaQuantile } from "./quantiles.ts";
import { tailRoot } from "./tail-root.ts";

/** Limits for the mean of a Poisson count; divide by the exposure for a rate. */
export interface CountLimits {
  readonly lo: number;
  readonly hi: number;
}

/**
 * Exact central limits for the mean of a Poisson count (Garwood 1936, Biometrika 28:437).
 * `count` a whole number ≥ 0, `level` the two-sided confidence, for example 0.95.
 */
export const garwoodLimits = (count: number, level: number): CountLimits => {
  const tail = (1 - level) / 2;
  return {
    lo: count === 0 ? 0 : gammaQuantile(tail, count, "lower"),
    hi: gammaQuantile(tail, count + 1, "upper"),
  };
};

/**
 * Mid-p limits: half of P(X = count) belongs to each tail (Cohen & Yang 1994, Stat Med 13:2189).
 * Shorter than Garwood's; covers the level on average, not always.
 */
export const midPLimits = (count: number, level: number): CountLimits => {
  const tail = (1 - level) / 2;
  const start = Math.log(count + 0.5);
  const at = (u: number) => {
    const mean = Math.exp(u);
    const from = count === 0 ? { lower: 1, upper: 0, slope: 0 } : gammaTails(count, mean);
    const past = gammaTails(count + 1, mean);
    return { from, past, slope: (from.slope + past.slope) / 2 };
  };
  const lower = (u: number) => {
    const { from, past, slope } = at(u);
    return { tail: (from.lower + past.lower) / 2, slope };
  };
  const upper = (u: number) => {
    const { from, past, slope } = at(u);
    return { tail: (from.upper + past.upper) / 2, slope: -slope };
  };
  return {
    lo: count === 0 ? 0 : Math.exp(tailRoot(lower, tail, "rising", start)),
    hi: Math.exp(tailRoot(upper, tail, "falling", start)),
  };
};
