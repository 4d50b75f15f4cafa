import { autocorrelation } from "./autocorrelation.ts";
import { type LogEffect, logEffect } from "./log-effect.ts";
import { type CountData, type LogLinearFit, logLinearFit } from "./log-linear.ts";
import { negativeBinomialGlm } from "./negative-binomial-glm.ts";
import { normalCritical } from "./normal.ts";
import { dispersionOf } from "./poisson-glm.ts";
import { neweyWestError } from "./sandwich.ts";

/** Consecutive months with their exposures (any one unit, > 0). */
export interface MonthlySeries {
  readonly counts: readonly number[];
  readonly exposures: readonly number[];
  /** Calendar month of the first entry, 1 to 12. */
  readonly firstMonth: number;
}

/** What the model of a series holds besides its level and the step. */
export interface SegmentedModel {
  /** Index of the first month after the interruption. */
  readonly interruption: number;
  /** A linear trend over all months. */
  readonly trend: boolean;
  /** A change of the trend, counted 1, 2, … from the first month after. */
  readonly slopeChange: boolean;
  /** Pairs of sine and cosine of the year, 0 to 2. */
  readonly harmonics: 0 | 1 | 2;
  /** `quasi-poisson` scales the variance by max(1, φ), `negative-binomial` fits μ + k μ². */
  readonly variance: "quasi-poisson" | "negative-binomial";
}

/** A fitted series. */
export interface SegmentedFit {
  /** Ratio of the level after to the level that the model goes on with. */
  readonly step: LogEffect;
  /** Per month; null without a trend. */
  readonly trend: LogEffect | null;
  /** Per month; null without a change of slope. */
  readonly slopeChange: LogEffect | null;
  /** Level, step, trend, change of slope, then sine and cosine for each harmonic. */
  readonly coefficients: readonly number[];
  /** φ = Pearson χ² / df, not floored. */
  readonly dispersion: number;
  /** k of the negative binomial; 0 for quasi-Poisson. */
  readonly overdispersion: number;
  readonly deviance: number;
  readonly df: number;
  /** Autocorrelation of the deviance residuals at lags 1 to 3. */
  readonly residualAcf: readonly number[];
  /** The step with its Newey–West error of lag 3. */
  readonly neweyWest: LogEffect;
  /** Events after: as counted, and as the model expects them without step and change of slope. */
  readonly after: { readonly observed: number; readonly expected: number };
}

const STEP = 1;
const LAGS = 3;

/**
 * Interrupted time series ln μ_t = ln e_t + b₀ + b₁ post_t + b₂ t + b₃ post_t (t − T) + Σ harmonics, with T the
 * last month before. Normal intervals at `level`. The caller checks that the series is long enough and has
 * events on both sides (`interruptedSeries` does). Throws RangeError when the fit does not settle.
 * Source: Lopez Bernal, Cummins & Gasparrini 2017, Int J Epidemiol 46:348.
 */
export const segmentedRegression = (
  series: MonthlySeries,
  model: SegmentedModel,
  level: number,
): SegmentedFit => {
  const data: CountData = {
    counts: series.counts,
    design: series.counts.map((_, month) => columnsOf(month, series.firstMonth, model)),
    offsets: series.exposures.map(Math.log),
  };
  const { fit, overdispersion } = fitted(data, model.variance);
  const dispersion = dispersionOf(fit) ?? Number.NaN;
  // months more regular than chance are no licence to narrow the interval
  const scale = model.variance === "quasi-poisson" ? Math.max(1, dispersion) : 1;
  const quantile = normalCritical(level);
  const beta = (column: number): number => fit.coefficients[column] ?? Number.NaN;
  const effect = (column: number): LogEffect => {
    const se = Math.sqrt((fit.covariance[column]?.[column] ?? Number.NaN) * scale);
    return logEffect(beta(column), se, quantile, level, model.variance);
  };
  const slope = model.trend ? 3 : 2;
  return {
    step: effect(STEP),
    trend: model.trend ? effect(2) : null,
    slopeChange: model.slopeChange ? effect(slope) : null,
    coefficients: fit.coefficients,
    dispersion,
    overdispersion,
    deviance: fit.deviance,
    df: fit.df,
    residualAcf: autocorrelation(residualsOf(data, fit, overdispersion), LAGS),
    neweyWest: logEffect(
      beta(STEP),
      neweyWestError(data, fit, overdispersion, STEP, LAGS),
      quantile,
      level,
      "newey-west",
    ),
    after: afterwards(data, fit, model, slope),
  };
};

const columnsOf = (month: number, firstMonth: number, model: SegmentedModel): readonly number[] => {
  const after = month >= model.interruption;
  const angle = (2 * Math.PI * (firstMonth + month)) / 12;
  return [
    1,
    after ? 1 : 0,
    ...(model.trend ? [month + 1] : []),
    ...(model.slopeChange ? [after ? month - model.interruption + 1 : 0] : []),
    ...Array.from({ length: model.harmonics }, (_, k) => [
      Math.sin((k + 1) * angle),
      Math.cos((k + 1) * angle),
    ]).flat(),
  ];
};

const fitted = (
  data: CountData,
  variance: SegmentedModel["variance"],
): { readonly fit: LogLinearFit; readonly overdispersion: number } => {
  if (variance === "quasi-poisson") return { fit: logLinearFit(data, 0), overdispersion: 0 };
  const fit = negativeBinomialGlm(data);
  return { fit, overdispersion: fit.overdispersion };
};

const residualsOf = ({ counts }: CountData, { fitted: means }: LogLinearFit, k: number): readonly number[] =>
  counts.map((count, i) => {
    const mean = means[i] ?? Number.NaN;
    return Math.sign(count - mean) * Math.sqrt(unitDeviance(count, mean, k));
  });

/** What one count adds to the deviance of variance μ + k μ². */
const unitDeviance = (count: number, mean: number, k: number): number => {
  const gain = count === 0 ? 0 : count * Math.log(count / mean);
  const loss = k === 0 ? count - mean : (count + 1 / k) * Math.log1p((k * (count - mean)) / (1 + k * mean));
  return Math.max(0, 2 * (gain - loss));
};

const afterwards = (
  data: CountData,
  fit: LogLinearFit,
  model: SegmentedModel,
  slope: number,
): SegmentedFit["after"] => {
  const step = fit.coefficients[STEP] ?? Number.NaN;
  const change = model.slopeChange ? (fit.coefficients[slope] ?? Number.NaN) : 0;
  let observed = 0;
  let expected = 0;
  for (let i = model.interruption; i < data.counts.length; i += 1) {
    observed += data.counts[i] ?? Number.NaN;
    expected += (fit.fitted[i] ?? Number.NaN) * Math.exp(-step - change * (i - model.interruption + 1));
  }
  return { observed, expected };
};
