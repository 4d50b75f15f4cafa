import { demand, unless } from "../checks.ts";
import { countSeriesFaults, exposureSeriesFaults } from "../series-checks.ts";

/** What is known of a rate before its own bin is looked at: Gamma(shape, rate). */
export interface GammaPrior {
  readonly shape: number;
  /** In units of exposure; shape / rate is the prior mean, in events per exposure. */
  readonly rate: number;
}

/** A prior and the moments it was made from. */
export interface PriorMoments extends GammaPrior {
  /** m = Σc / Σe, in events per exposure. */
  readonly mean: number;
  /** S² = Σ e (r − m)² / (N − 1), with r = c/e. */
  readonly weightedVariance: number;
  /** A = (Σe − Σe²/Σe) / (N − 1), in units of exposure. */
  readonly effectiveExposure: number;
  /** v = max(0, (S² − m) / A), 0 up to rounding: how much the true rates of the units differ. */
  readonly betweenVariance: number;
}

/** The shape when the units do not differ more than chance allows: a firm belief in the common mean. */
const SHAPE_WITHOUT_SPREAD = 50;

/** An excess of S² over m below this share of m is rounding; taken for spread it makes a shape of 1e16. */
const ROUNDING = 1e-9;

/**
 * The gamma prior of a family of rates by weighted moments over N ≥ 2 units (bins or estates):
 * shape = m²/v, rate = m/v; v = 0 gives shape 50 and rate 50/m. Counts 0 or more, exposures > 0 in one
 * unit. Without a single event nothing can be learned of the spread: then Gamma(½, Σe), the posterior
 * of Jeffreys' prior for one common rate.
 * Throws RangeError naming the fields. Source: Marshall 1991, Appl Stat 40:283.
 */
export const gammaPriorMoments = (counts: readonly number[], exposures: readonly number[]): PriorMoments => {
  demand("gammaPriorMoments", [
    ...unless(counts.length >= 2, "counts", "must have 2 or more units"),
    ...countSeriesFaults("counts", counts),
    ...exposureSeriesFaults("exposures", exposures, counts),
  ]);
  const units = counts.map((count, i) => ({ count, exposure: exposures[i] ?? Number.NaN }));
  const total = units.reduce((sum, { exposure }) => sum + exposure, 0);
  const mean = units.reduce((sum, { count }) => sum + count, 0) / total;
  const weightedVariance =
    units.reduce((sum, { count, exposure }) => sum + exposure * (count / exposure - mean) ** 2, 0) /
    (units.length - 1);
  const squares = units.reduce((sum, { exposure }) => sum + exposure ** 2, 0);
  const effectiveExposure = (total - squares / total) / (units.length - 1);
  const excess = weightedVariance - mean;
  const betweenVariance = excess > ROUNDING * mean ? excess / effectiveExposure : 0;
  return {
    ...priorOf(mean, betweenVariance, total),
    mean,
    weightedVariance,
    effectiveExposure,
    betweenVariance,
  };
};

const priorOf = (mean: number, variance: number, total: number): GammaPrior => {
  if (mean === 0) return { shape: 0.5, rate: total };
  if (variance === 0) return { shape: SHAPE_WITHOUT_SPREAD, rate: SHAPE_WITHOUT_SPREAD / mean };
  return { shape: mean ** 2 / variance, rate: mean / variance };
};

/** The mean of the rate after `count` events in `exposure`: (shape + count) / (rate + exposure). */
export const posteriorMean = (prior: GammaPrior, count: number, exposure: number): number =>
  (prior.shape + count) / (prior.rate + exposure);
