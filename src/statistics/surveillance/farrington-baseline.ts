import type { CountData, LogLinearFit } from "../log-linear.ts";
import { dot } from "../linear-algebra.ts";
import { dispersionOf, poissonGlm } from "../poisson-glm.ts";
import { settled } from "../settled.ts";
import type { ReferenceWeek } from "./farrington-weeks.ts";

/** What the past says of the week under watch. */
export interface WeekBaseline {
  /** Expected count. */
  readonly mean: number;
  /** Quasi-Poisson dispersion of the reweighted fit, at least 1. */
  readonly dispersion: number;
  /** Whether the linear trend in time was kept. */
  readonly trend: boolean;
}

/**
 * Baseline of the week under watch: the reweighted fit with a linear trend, or without when the trend does
 * not settle or would predict more than any reference week held. The trend stays whether significant or not
 * (Noufaily et al. 2013, § 3.2). Seasons without any event are left out: their own effect explains them
 * wholly; when the season of the week is one of them, its mean is 0.
 */
export const weekBaseline = (weeks: readonly ReferenceWeek[], threshold: number): WeekBaseline => {
  const busy = new Set(weeks.filter(({ count }) => count > 0).map(({ season }) => season));
  if (!busy.has(0)) return { mean: 0, dispersion: 1, trend: false };
  const useful = weeks.filter(({ season }) => busy.has(season));
  const most = useful.reduce((max, { count }) => Math.max(max, count), 0);
  const rising = settled(() => reweightedFit(useful, threshold, true));
  const trend = rising !== null && meanOf(rising) <= most;
  const fit = trend ? rising : reweightedFit(useful, threshold, false);
  return { mean: meanOf(fit), dispersion: Math.max(1, dispersionOf(fit) ?? Number.NaN), trend };
};

// time runs to 0 and the season is the first one, so the intercept is the week under watch
const meanOf = (fit: LogLinearFit): number => Math.exp(fit.coefficients[0] ?? Number.NaN);

/**
 * Quasi-Poisson fit of ln μ = a + season + b·weeks, fitted twice: the second time with past outbreaks
 * (standardised Anscombe residual s above `threshold`) weighted down by s⁻². The intercept is ln μ of the
 * week under watch; the trend, if there is one, is the last column. Throws RangeError when a fit does not
 * settle. Source: Farrington et al. 1996, J R Stat Soc A 159:547, § 3.
 */
export const reweightedFit = (
  weeks: readonly ReferenceWeek[],
  threshold: number,
  withTrend: boolean,
): LogLinearFit => {
  const seasons = [...new Set(weeks.map(({ season }) => season))].filter((s) => s > 0);
  const data: CountData = {
    counts: weeks.map(({ count }) => count),
    design: weeks.map(({ weeksAgo, season }) => [
      1,
      ...seasons.map((s) => (s === season ? 1 : 0)),
      ...(withTrend ? [-weeksAgo] : []),
    ]),
    offsets: weeks.map(() => 0),
  };
  const first = poissonGlm(data);
  return poissonGlm(weighted(data, outbreakWeights(data, first, threshold)));
};

/**
 * The data whose plain fit is the fit with prior weights: w·y of mean w·μ has the same score
 * Σ w (y − μ) x, the same information and, with (y − μ)²/μ weighted, the same Pearson sum.
 */
const weighted = ({ counts, design, offsets }: CountData, weights: readonly number[]): CountData => ({
  counts: counts.map((count, i) => count * (weights[i] ?? 1)),
  design,
  offsets: offsets.map((offset, i) => offset + Math.log(weights[i] ?? 1)),
});

/** Weights that sum to the number of weeks: s⁻² for an outbreak, 1 else, times a common factor. */
const outbreakWeights = (data: CountData, fit: LogLinearFit, threshold: number): readonly number[] => {
  const dispersion = Math.max(1, dispersionOf(fit) ?? Number.NaN);
  const weights = data.counts.map((count, i) => {
    const mean = fit.fitted[i] ?? Number.NaN;
    const row = data.design[i] ?? [];
    const leverage =
      mean *
      dot(
        row,
        fit.covariance.map((line) => dot(line, row)),
      );
    const raw = 1.5 * (count ** (2 / 3) * mean ** (-1 / 6) - Math.sqrt(mean));
    const residual = raw / Math.sqrt(dispersion * (1 - leverage));
    return residual > threshold ? residual ** -2 : 1;
  });
  const common = weights.length / weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight * common);
};
