import type { Interval } from "../domain/rates.ts";

/**
 * Limits ratio · exp(∓ quantile · se), `se` of the logarithm of the ratio, `ratio` above 0; an upper limit
 * beyond what a number can hold is null.
 */
export const logNormalInterval = (
  ratio: number,
  se: number,
  quantile: number,
  level: number,
  method: string,
): Interval => {
  const hi = ratio * Math.exp(quantile * se);
  return { lo: ratio * Math.exp(-quantile * se), hi: Number.isFinite(hi) ? hi : null, level, method };
};

/** The interval of 1 / ratio; a lower limit of 0 becomes null (+Infinity) and the other way round. */
export const reciprocalInterval = (interval: Interval): Interval => ({
  ...interval,
  lo: interval.hi === null ? 0 : 1 / interval.hi,
  hi: interval.lo === 0 ? null : 1 / interval.lo,
});
