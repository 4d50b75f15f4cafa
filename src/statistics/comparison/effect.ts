import type { ComparisonInput } from "../../domain/comparison-input.ts";
import type { ComparisonEffect } from "../../domain/comparison.ts";
import { decide } from "../decision.ts";
import { totalOf } from "../dispersion.ts";
import { overdispersedRateRatio } from "../overdispersed-rate-ratio.ts";
import type { BinnedPeriods } from "../overdispersed-relative-effect.ts";
import { foundFrom, ratioWithPhi } from "./quasi-finding.ts";

/** Where a window has no records there is no effect, whatever its zeros look like. */
export const NO_EFFECT: ComparisonEffect = {
  rateRatio: null,
  percentChange: null,
  exact: null,
  quasi: null,
  ciDecision: null,
  pDecision: null,
};

/** Before against after over the months of the treated estates, decided by the larger p. */
export const effectOf = (
  { before, after }: BinnedPeriods,
  { level, phi }: Pick<ComparisonInput, "level" | "phi">,
): ComparisonEffect => {
  const { decision, quasi, ...ratio } = overdispersedRateRatio(after, before, level);
  if (ratio.exact === null || decision === null) return { ...NO_EFFECT, ...ratio };
  if (phi === "auto") return { ...ratio, quasi: foundFrom(quasi), ...decision };
  const given = ratioWithPhi(totalOf(after), totalOf(before), phi, level);
  return {
    ...ratio,
    quasi: given,
    ...decide({ ci: ratio.exact.ci, p: ratio.exact.pCentral }, given),
  };
};
