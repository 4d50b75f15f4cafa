import type { QuasiFinding } from "../../domain/comparison.ts";
import type { ControlledCounts } from "../controlled-counts.ts";
import { logNormalInterval } from "../log-normal-interval.ts";
import { normalCritical, normalTwoSided } from "../normal.ts";
import type { QuasiPoisson } from "../overdispersed-rate-ratio.ts";
import type { Observed } from "../rate-ratio.ts";
import { inflatedCell, waldRelativeEffect } from "../wald-relative-effect.ts";

const CORRECTION = 0.5;

/** What the answer tells of a quasi-Poisson finding whose φ comes from the months. */
export const foundFrom = (quasi: QuasiPoisson | null): QuasiFinding | null =>
  quasi === null ? null : { phi: quasi.phiUsed, df: quasi.df, ci: quasi.ci, p: quasi.p };

/** The ratio after/before judged with a given φ and the normal distribution; null without any case. */
export const ratioWithPhi = (
  after: Observed,
  before: Observed,
  phi: number,
  level: number,
): QuasiFinding | null => {
  if (after.count + before.count === 0) return null;
  const correction = after.count === 0 || before.count === 0 ? CORRECTION : 0;
  const [x1, x0] = [after.count + correction, before.count + correction];
  const ratio = (x1 / x0) * (before.exposure / after.exposure);
  const se = Math.sqrt(phi * (1 / x1 + 1 / x0));
  return {
    phi,
    df: null,
    ci: logNormalInterval(ratio, se, normalCritical(level), level, "quasi-poisson"),
    p: normalTwoSided(Math.log(ratio) / se),
  };
};

/** The RIRR judged with a given φ and the normal distribution. */
export const relativeWithPhi = (counts: ControlledCounts, phi: number, level: number): QuasiFinding => {
  const wald = waldRelativeEffect(counts, level, inflatedCell(phi));
  return {
    phi,
    df: null,
    ci: { ...wald.rirrCi, method: "quasi-poisson" },
    p: normalTwoSided(wald.z),
  };
};
