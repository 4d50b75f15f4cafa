/** What one estate counted and what its kind would lead one to expect. */
export interface SiteExpectation {
  /** Count of the period, ≥ 0. */
  readonly observed: number;
  /** Mean of the reference estates of this size over the same period, > 0. */
  readonly predicted: number;
  /** Over-dispersion of the reference estates: variance μ + k μ², k ≥ 0. */
  readonly k: number;
}

/** The expected count of an estate, its own history tempered by its kind. */
export interface EmpiricalBayesEstimate {
  /** Share of the reference mean: 1 / (1 + k μ). */
  readonly weight: number;
  /** w μ + (1 − w) x. */
  readonly estimate: number;
  /** (1 − w) · estimate. */
  readonly variance: number;
}

/**
 * Empirical Bayes estimate of the mean behind one count: what would be expected again if nothing changed,
 * so that an estate chosen for its bad year is not credited with the return to normal.
 * Throws RangeError for anything outside the ranges given.
 * Source: Hauer, Harwood, Council & Griffith 2002, TRR 1784:126; Hauer 1997, ch. 11.
 */
export const empiricalBayes = ({ observed, predicted, k }: SiteExpectation): EmpiricalBayesEstimate => {
  if (!(observed >= 0) || !(predicted > 0 && Number.isFinite(predicted)) || !(k >= 0)) {
    throw new RangeError(`empiricalBayes: observed ${observed}, predicted ${predicted}, k ${k}`);
  }
  const weight = 1 / (1 + k * predicted);
  const estimate = weight * predicted + (1 - weight) * observed;
  return { weight, estimate, variance: (1 - weight) * estimate };
};
