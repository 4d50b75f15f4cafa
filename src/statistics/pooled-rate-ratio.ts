import type { Interval } from "../domain/rates.ts";
import { demand, levelFaults, observedFaults, unless } from "./checks.ts";
import type { BeforeAfter } from "./controlled-counts.ts";
import { logNormalInterval } from "./log-normal-interval.ts";
import { normalCritical, normalTwoSided } from "./normal.ts";
import { splitAt } from "./quantiles.ts";
import { tailRoot } from "./tail-root.ts";

/** A rate ratio after/before common to several estates; below 1 is good. */
export interface PooledRateRatio {
  readonly rateRatio: number;
  /** Standard error of its logarithm. */
  readonly logSe: number;
  readonly ci: Interval;
  /** Two-sided, normal. */
  readonly p: number;
}

/**
 * Mantel–Haenszel rate ratio Σ(x₁ t₀/T) / Σ(x₀ t₁/T), T = t₁ + t₀, with the variance of its logarithm
 * Σ((x₁+x₀) t₁ t₀/T²) / (numerator · denominator). Estates with zero counts need no correction; those
 * without any case add nothing. `phi` is the variance of the counts over their mean, 1 or more: where cases
 * come in bursts of φ = 2, limits with φ = 1 miss the truth three times as often as they promise.
 * Null when all cases lie on one side. Throws RangeError for bad counts, exposures, level or phi.
 * Source: Greenland & Robins 1985, Biometrics 41:55.
 */
export const mantelHaenszelRateRatio = (
  estates: readonly BeforeAfter[],
  level: number,
  phi = 1,
): PooledRateRatio | null => {
  check("mantelHaenszelRateRatio", estates, level);
  demand("mantelHaenszelRateRatio", unless(phi >= 1 && phi < Infinity, "phi", "must be a number, 1 or more"));
  let numerator = 0;
  let denominator = 0;
  let spread = 0;
  for (const { before, after } of estates) {
    const total = after.exposure + before.exposure;
    const share = after.exposure / total;
    numerator += after.count * (1 - share);
    denominator += before.count * share;
    spread += (after.count + before.count) * share * (1 - share);
  }
  if (numerator === 0 || denominator === 0) return null;
  return pooledOf(
    Math.log(numerator / denominator),
    Math.sqrt((phi * spread) / numerator / denominator),
    level,
    "mantel-haenszel",
  );
};

/**
 * Maximum likelihood of the common rate ratio, conditional on each estate's total: x₁ ~ Binomial(n, p),
 * logit p = θ + ln(t₁/t₀); θ is where the expected count after is the observed one. Null when all cases lie on one side.
 * Throws RangeError for bad input. Source: Stijnen, Hamza & Özdemir 2010, Stat Med 29:3046.
 */
export const conditionalRateRatio = (
  estates: readonly BeforeAfter[],
  level: number,
): PooledRateRatio | null => {
  check("conditionalRateRatio", estates, level);
  const after = estates.reduce((sum, estate) => sum + estate.after.count, 0);
  const before = estates.reduce((sum, estate) => sum + estate.before.count, 0);
  if (after === 0 || before === 0) return null;
  // the rarer side is matched, so that one case among many still decides
  const rarer = after <= before ? "after" : "before";
  const total = after + before;
  const theta = tailRoot(
    (u) => {
      const { mean, information } = conditionalMoments(estates, u, rarer);
      return { tail: mean / total, slope: (rarer === "after" ? information : -information) / total };
    },
    Math.min(after, before) / total,
    rarer === "after" ? "rising" : "falling",
    crudeLogRatio(estates, after, before),
  );
  const { information } = conditionalMoments(estates, theta, rarer);
  return pooledOf(theta, Math.sqrt(1 / information), level, "conditional-poisson");
};

/** ln of the ratio of the summed rates: exact when all estates share one ratio of exposures. */
const crudeLogRatio = (estates: readonly BeforeAfter[], after: number, before: number): number => {
  const t1 = estates.reduce((sum, estate) => sum + estate.after.exposure, 0);
  const t0 = estates.reduce((sum, estate) => sum + estate.before.exposure, 0);
  return Math.log((after / before) * (t0 / t1));
};

/** Expected count of one period given each estate's total, and the information about θ. */
const conditionalMoments = (estates: readonly BeforeAfter[], theta: number, period: "before" | "after") => {
  let mean = 0;
  let information = 0;
  for (const { before, after } of estates) {
    const { x, y } = splitAt(theta + Math.log(after.exposure / before.exposure));
    const total = after.count + before.count;
    mean += total * (period === "after" ? x : y);
    information += total * x * y;
  }
  return { mean, information };
};

const pooledOf = (log: number, logSe: number, level: number, method: string): PooledRateRatio => ({
  rateRatio: Math.exp(log),
  logSe,
  ci: logNormalInterval(Math.exp(log), logSe, normalCritical(level), level, method),
  p: normalTwoSided(log / logSe),
});

const check = (what: string, estates: readonly BeforeAfter[], level: number): void =>
  demand(what, [
    ...levelFaults(level),
    ...estates.flatMap(({ before, after }, i) => [
      ...observedFaults(`estates[${i}].before`, before),
      ...observedFaults(`estates[${i}].after`, after),
    ]),
  ]);
