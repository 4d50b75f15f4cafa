import type { Interval } from "../domain/rates.ts";

/** 100 (ratio − 1): minus 40 means two fifths fewer. */
export const percentChange = (ratio: number): number => 100 * (ratio - 1);

/** An interval of a ratio as an interval of the percent change, limit by limit; null stays +Infinity. */
export const percentInterval = (ratio: Interval): Interval => ({
  ...ratio,
  lo: percentChange(ratio.lo),
  hi: ratio.hi === null ? null : percentChange(ratio.hi),
});
