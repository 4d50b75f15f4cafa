import type { BayesEffect } from "../../domain/comparison.ts";
import type { BeforeAfter } from "../controlled-counts.ts";
import { empiricalBayesComparison } from "../empirical-bayes-comparison.ts";
import { predictedAfter, predictedBefore, referenceModel } from "../reference-model.ts";

/** One estate: its households, its counts, and the years its windows last. */
export interface SizedEstate extends BeforeAfter {
  readonly households: number;
}

/**
 * The effect by empirical Bayes with the controls as reference; exposures are years, the size of an estate is
 * in its households. The interval holds what is not known of the controls' trend. The reason when the controls
 * give no reference. Source: Hauer 1997.
 */
export const bayesEffectOf = (
  treated: readonly SizedEstate[],
  reference: readonly SizedEstate[],
  level: number,
): BayesEffect | string => {
  const model = referenceModel(reference);
  if (typeof model === "string") return model;
  const found = empiricalBayesComparison(
    treated.map(({ households, before, after }) => ({
      observedBefore: before.count,
      observedAfter: after.count,
      predictedBefore: predictedBefore(model, households, before.exposure),
      predictedAfter: predictedAfter(model, households, after.exposure),
      k: model.k,
    })),
    level,
    model.trendVariance,
  );
  return {
    theta: found.theta,
    percentChange: found.percentChange,
    ci: found.ci,
    observedAfter: found.observedAfter,
    expectedAfter: found.expectedAfter,
    nReference: model.estates,
    k: model.k,
  };
};
