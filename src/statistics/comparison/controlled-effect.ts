import type { ComparisonInput } from "../../domain/comparison-input.ts";
import type { ControlledEffect } from "../../domain/comparison.ts";
import type { BeforeAfter, ControlledCounts } from "../controlled-counts.ts";
import { decide } from "../decision.ts";
import { displacementDifference } from "../displacement-difference.ts";
import { totalOf } from "../dispersion.ts";
import { type BinnedPeriods, overdispersedRelativeEffect } from "../overdispersed-relative-effect.ts";
import { preventedOf, weighted } from "./prevented-counts.ts";
import { foundFrom, relativeWithPhi } from "./quasi-finding.ts";

/** Treated against control over the same months, decided by the larger p. */
export const controlledEffectOf = (
  treated: BinnedPeriods,
  control: BinnedPeriods,
  { level, phi }: Pick<ComparisonInput, "level" | "phi">,
): ControlledEffect => {
  const counts: ControlledCounts = { treated: totals(treated), control: totals(control) };
  const found = overdispersedRelativeEffect(treated, control, level);
  const exact =
    found.exact === null
      ? null
      : { ci: found.exact.rirrCi, pCentral: found.exact.pCentral, pMid: found.exact.pMid };
  const quasi = phi === "auto" ? foundFrom(found.quasi) : relativeWithPhi(counts, phi, level);
  const decision = exact === null ? null : decide({ ci: exact.ci, p: exact.pCentral }, quasi);
  return {
    rirr: found.rirr,
    res: found.res,
    percentChangeRelative: found.percentChangeRelative,
    exact,
    quasi,
    ciDecision: decision?.ciDecision ?? null,
    pDecision: decision?.pDecision ?? null,
    preventedCounts: prevented(counts, level),
    before: counts.control.before.count,
    after: counts.control.after.count,
  };
};

const totals = ({ before, after }: BinnedPeriods): BeforeAfter => ({
  before: totalOf(before),
  after: totalOf(after),
});

/** Weights relative to the treated window after, so that the difference is in cases of that window. */
const prevented = (counts: ControlledCounts, level: number): ControlledEffect["preventedCounts"] => {
  const unit = counts.treated.after.exposure;
  const { total } = displacementDifference(
    { treated: weighted(counts.treated, unit), control: weighted(counts.control, unit) },
    level,
  );
  return preventedOf(total);
};
