import type { Interval, RateRatio } from "../domain/rates.ts";
import { demand, levelFaults, observedFaults } from "./checks.ts";
import { decide, type Decision } from "./decision.ts";
import { type Dispersion, pearsonDispersion, totalOf } from "./dispersion.ts";
import { logNormalInterval } from "./log-normal-interval.ts";
import { type Observed, rateRatio } from "./rate-ratio.ts";
import { studentCritical, studentTwoSided } from "./student-t.ts";

/** A ratio judged with the variance the bins really show. */
export interface QuasiPoisson extends Dispersion {
  /** Standard error of the logarithm of the ratio, φ in it. */
  readonly se: number;
  readonly ci: Interval;
  /** Two-sided, Student's t with `df`. */
  readonly p: number;
  /** What was added to each count because one was zero; here only. */
  readonly continuityCorrection: 0 | 0.5;
}

/** Exact, quasi-Poisson and decision side by side. */
export interface OverdispersedRateRatio extends RateRatio {
  /** Null with fewer than six bins on a side, or with no case at all. */
  readonly quasi: QuasiPoisson | null;
  /** Null with no case at all; the exact finding alone where `quasi` is null. */
  readonly decision: Decision | null;
}

/** Fewer bins on a side than this say nothing about bursts. */
export const MIN_BINS = 6;
const CORRECTION = 0.5;

/**
 * Rate ratio after/before from bins (months, say): exact conditional on the totals; quasi-Poisson with
 * se² = φ (1/x₁ + 1/x₀) and limits exp(ln RR ∓ t_df se); pDecision = max(pExactCentral, pQuasi).
 * Exposures in one unit, > 0. Throws RangeError for other bins or level.
 * Source: McCullagh & Nelder 1989, ch. 6.2. Taking the larger p is the hub's own rule: simulated with bursts
 * it errs in 5 % at most, where the exact test alone errs in up to 30 %.
 */
export const overdispersedRateRatio = (
  after: readonly Observed[],
  before: readonly Observed[],
  level: number,
): OverdispersedRateRatio => {
  demand("overdispersedRateRatio", [
    ...levelFaults(level),
    ...after.flatMap((bin, i) => observedFaults(`after[${i}]`, bin)),
    ...before.flatMap((bin, i) => observedFaults(`before[${i}]`, bin)),
  ]);
  const effect = rateRatio(totalOf(after), totalOf(before), level);
  if (effect.exact === null) return { ...effect, quasi: null, decision: null };
  const quasi = quasiRateRatio(after, before, level);
  return { ...effect, quasi, decision: decide({ ci: effect.exact.ci, p: effect.exact.pCentral }, quasi) };
};

const quasiRateRatio = (
  after: readonly Observed[],
  before: readonly Observed[],
  level: number,
): QuasiPoisson | null => {
  const dispersion = pearsonDispersion([before, after]);
  if (dispersion === null || Math.min(after.length, before.length) < MIN_BINS) return null;
  const [one, zero] = [totalOf(after), totalOf(before)];
  const continuityCorrection = one.count === 0 || zero.count === 0 ? CORRECTION : 0;
  const x1 = one.count + continuityCorrection;
  const x0 = zero.count + continuityCorrection;
  const ratio = (x1 / x0) * (zero.exposure / one.exposure);
  const se = Math.sqrt(dispersion.phiUsed * (1 / x1 + 1 / x0));
  const critical = studentCritical(level, dispersion.df);
  return {
    ...dispersion,
    se,
    ci: logNormalInterval(ratio, se, critical, level, "quasi-poisson"),
    p: studentTwoSided(Math.log(ratio) / se, dispersion.df),
    continuityCorrection,
  };
};
