import type { ControlledCounts } from "./controlled-counts.ts";
import { nullOdds } from "./controlled-counts.ts";
import { type ExactRelativeEffect, exactRelativeEffect } from "./exact-relative-effect.ts";
import { percentChange } from "./percent-change.ts";
import { type WaldRelativeEffect, waldRelativeEffect } from "./wald-relative-effect.ts";

/** Treated against control: the effect under both of its names, exact and Wald. */
export interface RelativeEffect {
  /** Relative incident rate ratio of the counts as they are; below 1 is good. Null when it has no finite value. */
  readonly rirr: number | null;
  /** Relative effect size 1/RIRR; above 1 is good. Null when it has no finite value. */
  readonly res: number | null;
  /** 100 (RIRR − 1): below 0 is good. */
  readonly percentChangeRelative: number | null;
  /** Null when the margins leave one table only. */
  readonly exact: ExactRelativeEffect | null;
  /** Poisson variance, normal limits; corrected by 0.5 when a cell is zero. */
  readonly wald: WaldRelativeEffect;
}

/**
 * RES and RIRR of the treated area against the control, with the exact conditional finding (to be used
 * when a cell is below 10) and the Wald one. Throws RangeError for bad cells or level.
 * Source: Farrington, Gill, Waples & Argomaniz 2007; Wilson 2022.
 */
export const relativeEffect = (counts: ControlledCounts, level: number): RelativeEffect => {
  const { treated, control } = counts;
  const up = treated.after.count * control.before.count;
  const down = treated.before.count * control.after.count;
  const psi0 = nullOdds(counts);
  const rirr = down === 0 ? null : up / down / psi0;
  return {
    rirr,
    res: up === 0 ? null : (down / up) * psi0,
    percentChangeRelative: rirr === null ? null : percentChange(rirr),
    exact: exactRelativeEffect(counts, level),
    wald: waldRelativeEffect(counts, level),
  };
};
