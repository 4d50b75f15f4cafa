import type { Interval } from "../domain/rates.ts";
import { countFaults, demand, exposureFaults, levelFaults, unless } from "./checks.ts";
import { garwoodLimits } from "./count-interval.ts";
import { empiricalBayes } from "./empirical-bayes.ts";
import { percentChange } from "./percent-change.ts";
import { betaQuantile } from "./quantiles.ts";

/** One treated estate: counts, and what reference estates of its size had in the same periods. */
export interface TreatedSite {
  readonly observedBefore: number;
  readonly observedAfter: number;
  /** Reference mean of the period before, > 0. */
  readonly predictedBefore: number;
  /** Reference mean of the period after, with its trend and season, > 0. */
  readonly predictedAfter: number;
  /** Over-dispersion of the reference: variance μ + k μ², ≥ 0. */
  readonly k: number;
}

/** What one treated estate would have counted after, had nothing been done. */
export interface SiteCounterfactual {
  readonly weight: number;
  /** Empirical Bayes mean of the period before. */
  readonly expectedBefore: number;
  readonly expectedAfter: number;
  /** Variance of `expectedAfter`. */
  readonly variance: number;
}

/** The effect over all treated estates, freed from regression to the mean; below 1 is good. */
export interface EmpiricalBayesComparison {
  readonly sites: readonly SiteCounterfactual[];
  readonly observedBefore: number;
  readonly observedAfter: number;
  readonly expectedAfter: number;
  /** Variance of `expectedAfter`, that of the common trend in it. */
  readonly variance: number;
  /** Observed over expected; biased upwards by the error of the denominator. */
  readonly ratioBiased: number;
  /** θ: the ratio with that bias taken off. */
  readonly theta: number;
  /** Hauer's standard error of θ; 0 without a case after, where only `ci` tells the uncertainty. */
  readonly se: number;
  /** Of θ: exact for a Poisson count over a gamma-distributed expectation. */
  readonly ci: Interval;
  /** 100 (θ − 1). */
  readonly percentChange: number;
}

/**
 * Before/after comparison by empirical Bayes. With π the expected and L the observed count after, v the
 * relative variance Σ Var / (Σ π)² + `trendVariance`, what is not known of the trend that all predictions after
 * share (variance of its logarithm; 0: it is certain): OR′ = L/Σπ, θ = OR′/(1+v), Var θ = OR′² (1/L + v)/(1+v)².
 * The limits of θ treat Σπ as gamma with mean Σπ and relative variance v, so L is negative binomial; with
 * v = 0 they are Garwood's. Throws RangeError for no site, bad counts, predictions or level.
 * Source: Hauer 1997, Observational Before–After Studies, ch. 11 and 12 (the denominator is squared).
 */
export const empiricalBayesComparison = (
  treated: readonly TreatedSite[],
  level: number,
  trendVariance = 0,
): EmpiricalBayesComparison => {
  demand("empiricalBayesComparison", [
    ...levelFaults(level),
    ...unless(treated.length > 0, "treated", "is empty"),
    ...unless(
      trendVariance >= 0 && Number.isFinite(trendVariance),
      "trendVariance",
      "must be a number, 0 or more",
    ),
    ...treated.flatMap((site, i) => [
      ...countFaults(`treated[${i}].observedBefore`, site.observedBefore),
      ...countFaults(`treated[${i}].observedAfter`, site.observedAfter),
      ...exposureFaults(`treated[${i}].predictedBefore`, site.predictedBefore),
      ...exposureFaults(`treated[${i}].predictedAfter`, site.predictedAfter),
    ]),
  ]);
  const sites = treated.map(counterfactual);
  const observedAfter = sum(treated.map((site) => site.observedAfter));
  const expectedAfter = sum(sites.map((site) => site.expectedAfter));
  const variance = sum(sites.map((site) => site.variance)) + trendVariance * expectedAfter ** 2;
  const v = variance / expectedAfter ** 2;
  const ratioBiased = observedAfter / expectedAfter;
  const theta = ratioBiased / (1 + v);
  return {
    sites,
    observedBefore: sum(treated.map((site) => site.observedBefore)),
    observedAfter,
    expectedAfter,
    variance,
    ratioBiased,
    theta,
    // OR′² (1/L + v) written without dividing by a count of zero
    se: Math.sqrt(observedAfter + v * observedAfter ** 2) / expectedAfter / (1 + v),
    ci: ratioInterval(observedAfter, expectedAfter, v, level),
    percentChange: percentChange(theta),
  };
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const counterfactual = (site: TreatedSite): SiteCounterfactual => {
  const { weight, estimate } = empiricalBayes({
    observed: site.observedBefore,
    predicted: site.predictedBefore,
    k: site.k,
  });
  const trend = site.predictedAfter / site.predictedBefore;
  return {
    weight,
    expectedBefore: estimate,
    expectedAfter: estimate * trend,
    variance: trend ** 2 * estimate * (1 - weight),
  };
};

/** P(L ≤ l) = I_q(1/v, l + 1) with q = 1 / (1 + v θ Σπ) for a count over a gamma expectation. */
const ratioInterval = (count: number, expected: number, v: number, level: number): Interval => {
  const tail = (1 - level) / 2;
  const method = "gamma-poisson";
  if (v === 0) {
    const { lo, hi } = garwoodLimits(count, level);
    return { lo: lo / expected, hi: hi / expected, level, method };
  }
  const size = 1 / v;
  const ratio = ({ x, y }: { readonly x: number; readonly y: number }): number => (size * (y / x)) / expected;
  return {
    lo: count === 0 ? 0 : ratio(betaQuantile(tail, size, count, "upper")),
    hi: ratio(betaQuantile(tail, size, count + 1, "lower")),
    level,
    method,
  };
};
