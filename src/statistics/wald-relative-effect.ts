import type { Interval } from "../domain/rates.ts";
import { demand, levelFaults } from "./checks.ts";
import { cellsOf, controlledFaults, type ControlledCounts, nullOdds } from "./controlled-counts.ts";
import { logNormalInterval, reciprocalInterval } from "./log-normal-interval.ts";
import { normalCritical } from "./normal.ts";

/** Both directions of one effect, each under its own name. */
export interface WaldRelativeEffect {
  /** Relative effect size ad/(bc): above 1 is good. */
  readonly res: number;
  /** Relative incident rate ratio 1/RES: below 1 is good. */
  readonly rirr: number;
  readonly logRes: number;
  /** Variance of ln RES, which is that of ln RIRR. */
  readonly variance: number;
  readonly se: number;
  /** ln RES / se: positive is good. */
  readonly z: number;
  readonly resCi: Interval;
  readonly rirrCi: Interval;
  /** What was added to all four counts because one was zero. */
  readonly continuityCorrection: 0 | 0.5;
}

/** Share of a cell in the variance of ln RES, by its (corrected) count. */
export type CellVariance = (count: number) => number;

/** 1/n: Poisson counts. */
const poissonCell: CellVariance = (count) => 1 / count;

/** φ/n: counts φ times as variable as Poisson; φ = 2 is the practice of Welsh & Farrington 2007. */
export const inflatedCell =
  (phi: number): CellVariance =>
  (count) =>
    phi / count;

/** (0.0008 n + 1.2)/n: the dispersion that grows with the count of Farrington et al. 2007 (J Exp Crim 3:9). */
export const farringtonCell: CellVariance = (count) => (0.0008 * count + 1.2) / count;

const CORRECTION = 0.5;

/**
 * Relative effect size of treated against control, RES = ad/(bc) with a, b treated before and after and
 * c, d control before and after (counts over exposures), limits exp(ln RES ∓ quantile · se) where
 * se² = Σ cellVariance. A zero cell adds 0.5 to all four. `quantile` is the normal one if not said.
 * Throws RangeError for bad cells or level.
 * Source: Welsh & Farrington 2007; Wilson 2022, J Quant Criminol 38:323 (RIRR).
 */
export const waldRelativeEffect = (
  counts: ControlledCounts,
  level: number,
  cellVariance: CellVariance = poissonCell,
  quantile: number = normalCritical(level),
): WaldRelativeEffect => {
  demand("waldRelativeEffect", [...controlledFaults(counts), ...levelFaults(level)]);
  const cells = cellsOf(counts).map(({ count }) => count);
  const continuityCorrection = cells.includes(0) ? CORRECTION : 0;
  const [a = 0, b = 0, c = 0, d = 0] = cells.map((count) => count + continuityCorrection);
  const res = ((a * d) / (b * c)) * nullOdds(counts);
  const variance = [a, b, c, d].reduce((sum, count) => sum + cellVariance(count), 0);
  const se = Math.sqrt(variance);
  const resCi = logNormalInterval(res, se, quantile, level, "wald");
  return {
    res,
    rirr: 1 / res,
    logRes: Math.log(res),
    variance,
    se,
    z: Math.log(res) / se,
    resCi,
    rirrCi: reciprocalInterval(resCi),
    continuityCorrection,
  };
};
