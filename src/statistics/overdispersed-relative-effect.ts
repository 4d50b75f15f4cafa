import { demand, levelFaults, observedFaults } from "./checks.ts";
import type { ControlledCounts } from "./controlled-counts.ts";
import { decide, type Decision } from "./decision.ts";
import { pearsonDispersion, totalOf } from "./dispersion.ts";
import { MIN_BINS, type QuasiPoisson } from "./overdispersed-rate-ratio.ts";
import type { Observed } from "./rate-ratio.ts";
import { relativeEffect, type RelativeEffect } from "./relative-effect.ts";
import { studentCritical, studentTwoSided } from "./student-t.ts";
import { inflatedCell, waldRelativeEffect } from "./wald-relative-effect.ts";

/** The bins of one area, before and after. */
export interface BinnedPeriods {
  readonly before: readonly Observed[];
  readonly after: readonly Observed[];
}

/** Exact, quasi-Poisson and decision of the RIRR side by side; every interval is of the RIRR. */
export interface OverdispersedRelativeEffect extends RelativeEffect {
  /** Null with fewer than six bins in a period of an area, or with no case at all. */
  readonly quasi: QuasiPoisson | null;
  /** Null where the exact finding is. */
  readonly decision: Decision | null;
}

/**
 * RIRR (below 1 is good) from bins of a treated and a control area: exact on the totals, quasi-Poisson
 * with se² = φ Σ 1/cell and Student's t, pDecision = max(pExactCentral, pQuasi).
 * Exposures in one unit, > 0. Throws RangeError for bad bins or level.
 */
export const overdispersedRelativeEffect = (
  treated: BinnedPeriods,
  control: BinnedPeriods,
  level: number,
): OverdispersedRelativeEffect => {
  const groups = [treated.before, treated.after, control.before, control.after];
  demand("overdispersedRelativeEffect", [
    ...levelFaults(level),
    ...groups.flatMap((bins, group) =>
      bins.flatMap((bin, i) => observedFaults(`${GROUPS[group]}[${i}]`, bin)),
    ),
  ]);
  const counts: ControlledCounts = { treated: totals(treated), control: totals(control) };
  const effect = relativeEffect(counts, level);
  const quasi = quasiRelativeEffect(groups, counts, level);
  return {
    ...effect,
    quasi,
    decision:
      effect.exact === null ? null : decide({ ci: effect.exact.rirrCi, p: effect.exact.pCentral }, quasi),
  };
};

const GROUPS = ["treated.before", "treated.after", "control.before", "control.after"] as const;

const totals = ({ before, after }: BinnedPeriods) => ({ before: totalOf(before), after: totalOf(after) });

const quasiRelativeEffect = (
  groups: readonly (readonly Observed[])[],
  counts: ControlledCounts,
  level: number,
): QuasiPoisson | null => {
  const dispersion = pearsonDispersion(groups);
  if (dispersion === null || groups.some((bins) => bins.length < MIN_BINS)) return null;
  const wald = waldRelativeEffect(
    counts,
    level,
    inflatedCell(dispersion.phiUsed),
    studentCritical(level, dispersion.df),
  );
  return {
    ...dispersion,
    se: wald.se,
    ci: { ...wald.rirrCi, method: "quasi-poisson" },
    p: studentTwoSided(wald.z, dispersion.df),
    continuityCorrection: wald.continuityCorrection,
  };
};
