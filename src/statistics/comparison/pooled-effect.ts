import type { EstateEffect, PooledEffect } from "../../domain/comparison.ts";
import type { Interval } from "../../domain/rates.ts";
import { benjaminiHochberg } from "../benjamini-hochberg.ts";
import type { BeforeAfter } from "../controlled-counts.ts";
import { metaAnalysis } from "../meta-analysis.ts";
import { mantelHaenszelRateRatio } from "../pooled-rate-ratio.ts";
import { ratioTest } from "../rate-ratio.ts";
import { logRateRatio, type StudyEffect } from "../study-effect.ts";
import { ratioWithPhi } from "./quasi-finding.ts";

/** One treated estate with its two windows. */
export interface EstateWindows extends BeforeAfter {
  readonly estateId: string;
}

/**
 * The treated estates one by one and together. `phi` is that of their sums: a single estate has too few
 * cases for one of its own; it widens all limits. Those of the random effect are Knapp & Hartung's or
 * DerSimonian & Laird's, whichever are wider: a few estates that happen to agree are no certainty. Null when
 * all cases lie on one side. Source of the choice: Wiksten, Rücker & Schwarzer 2016, Stat Med 35:2503.
 */
export const pooledEffectOf = (
  estates: readonly EstateWindows[],
  phi: number,
  level: number,
): PooledEffect | null => {
  const common = mantelHaenszelRateRatio(estates, level, phi);
  const studies = estates.flatMap((estate): readonly StudyEffect[] => {
    const study = logRateRatio(estate);
    return study === null ? [] : [{ effect: study.effect, variance: phi * study.variance }];
  });
  if (common === null || studies.length === 0) return null;
  const { dersimonianLaird, knappHartung, heterogeneity, predictionInterval } = metaAnalysis(studies, level);
  return {
    mhIrr: common.rateRatio,
    ci: common.ci,
    p: common.p,
    dl: {
      ratio: Math.exp(dersimonianLaird.estimate),
      ci: knappHartung === null ? null : ratioInterval(wider(dersimonianLaird.ci, knappHartung.ci)),
    },
    tau2: heterogeneity.tau2,
    i2: heterogeneity.i2,
    predictionInterval: predictionInterval === null ? null : ratioInterval(predictionInterval),
    estates: effectsOf(estates, phi, level),
  };
};

const effectsOf = (
  estates: readonly EstateWindows[],
  phi: number,
  level: number,
): readonly EstateEffect[] => {
  const ps = estates.map(({ before, after }) => {
    const quasi = ratioWithPhi(after, before, phi, level);
    return quasi === null ? null : Math.max(ratioTest(after, before).pCentral, quasi.p);
  });
  const qs = benjaminiHochberg(ps);
  return estates.map(({ estateId, before, after }, i) => ({
    estateId,
    before: before.count,
    after: after.count,
    rateRatio: before.count === 0 ? null : (after.count / before.count) * (before.exposure / after.exposure),
    p: ps[i] ?? null,
    q: qs[i] ?? null,
  }));
};

/** Of two intervals around one estimate. */
const wider = (one: Interval, other: Interval): Interval => (other.lo < one.lo ? other : one);

/** An interval of a logarithm as one of the ratio; beyond what a number can hold is without limit. */
const ratioInterval = (log: Interval): Interval => {
  const hi = log.hi === null ? Number.POSITIVE_INFINITY : Math.exp(log.hi);
  return { ...log, lo: Math.exp(log.lo), hi: Number.isFinite(hi) ? hi : null };
};
