import { demand, observedFaults, unless } from "./checks.ts";
import type { BeforeAfter } from "./controlled-counts.ts";
import { negativeBinomialGlm } from "./negative-binomial-glm.ts";

/** One untreated estate: its households and its counts, exposures in years. */
export interface ReferenceEstate extends BeforeAfter {
  /** > 0. */
  readonly households: number;
}

/** What an untreated estate of some size counts in a year, and how estates of one size differ. */
export interface ReferenceModel {
  readonly estates: number;
  /** a of μ = exp(a) · householdsᵇ · years, before. */
  readonly intercept: number;
  /** b. Taken as 1 when all reference estates are of one size. */
  readonly exponent: number;
  readonly exponentEstimated: boolean;
  /** Over-dispersion between estates of one size: variance μ + k μ². */
  readonly k: number;
  /** Count after over the count that the model of before expects: trend and season of the district. */
  readonly trend: number;
  /** Variance of ln trend: φ (1/Σ after + 1/Σ before), φ how far the estates' own trends differ, at least 1. */
  readonly trendVariance: number;
}

/** Why there is no reference model. */
export type NoReferenceModel =
  | "FEWER_THAN_10_REFERENCE_ESTATES"
  | "NO_REFERENCE_CASES_BEFORE"
  | "NO_REFERENCE_CASES_AFTER";

/** Fewer untreated estates do not tell how estates differ. */
const MIN_ESTATES = 10;

/**
 * Negative binomial regression of the counts before on households over the untreated estates, and the
 * trend of the same estates to the period after; the same windows as the treated estates, or the trend
 * means nothing. Gives the reason when there is no model. Throws RangeError for bad input.
 * Source: Hauer 1997, ch. 11 and 12.
 */
export const referenceModel = (estates: readonly ReferenceEstate[]): ReferenceModel | NoReferenceModel => {
  demand(
    "referenceModel",
    estates.flatMap(({ households, before, after }, i) => [
      ...unless(households > 0 && Number.isFinite(households), `estates[${i}].households`, "must be above 0"),
      ...observedFaults(`estates[${i}].before`, before),
      ...observedFaults(`estates[${i}].after`, after),
    ]),
  );
  if (estates.length < MIN_ESTATES) return "FEWER_THAN_10_REFERENCE_ESTATES";
  if (estates.every(({ before }) => before.count === 0)) return "NO_REFERENCE_CASES_BEFORE";
  if (estates.every(({ after }) => after.count === 0)) return "NO_REFERENCE_CASES_AFTER";
  const exponentEstimated = new Set(estates.map(({ households }) => households)).size > 1;
  // centred, so that estates of nearly one size still leave independent columns
  const centre = estates.reduce((sum, { households }) => sum + Math.log(households), 0) / estates.length;
  const size = ({ households }: ReferenceEstate): number => Math.log(households) - centre;
  const { coefficients, overdispersion: k } = negativeBinomialGlm({
    counts: estates.map(({ before }) => before.count),
    design: estates.map((estate) => (exponentEstimated ? [1, size(estate)] : [1])),
    offsets: estates.map(
      (estate) => Math.log(estate.before.exposure) + (exponentEstimated ? 0 : size(estate)),
    ),
  });
  const [level = 0, exponent = 1] = coefficients;
  const model = { intercept: level - exponent * centre, exponent, trend: 1 };
  const expected = estates.reduce(
    (sum, { households, after }) => sum + predictedAfter(model, households, after.exposure),
    0,
  );
  const observed = estates.reduce((sum, { after }) => sum + after.count, 0);
  return {
    ...model,
    estates: estates.length,
    exponentEstimated,
    k,
    trend: observed / expected,
    trendVariance: trendVarianceOf(estates),
  };
};

/** Given its cases of both periods, an estate's share after is binomial when all estates share one trend. */
const trendVarianceOf = (estates: readonly ReferenceEstate[]): number => {
  const longer = ({ before, after }: ReferenceEstate): number => after.exposure / before.exposure;
  const observed = estates.reduce((sum, { after }) => sum + after.count, 0);
  const had = estates.reduce((sum, { before }) => sum + before.count, 0);
  const trend = observed / estates.reduce((sum, one) => sum + one.before.count * longer(one), 0);
  const some = estates.filter(({ before, after }) => before.count + after.count > 0);
  const chi2 = some.reduce((sum, one) => {
    const cases = one.before.count + one.after.count;
    const share = (trend * longer(one)) / (1 + trend * longer(one));
    return sum + (one.after.count - cases * share) ** 2 / (cases * share * (1 - share));
  }, 0);
  const phi = some.length > 1 ? Math.max(1, chi2 / (some.length - 1)) : 1;
  return phi * (1 / observed + 1 / had);
};

type MeanModel = Pick<ReferenceModel, "intercept" | "exponent" | "trend">;

/** Mean count before of an untreated estate of that size over that many years. */
export const predictedBefore = (model: MeanModel, households: number, years: number): number =>
  Math.exp(model.intercept + model.exponent * Math.log(households)) * years;

/** Mean count after, the trend of the reference estates in it. */
export const predictedAfter = (model: MeanModel, households: number, years: number): number =>
  model.trend * predictedBefore(model, households, years);
