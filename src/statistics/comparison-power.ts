import { minDetectableAfter } from "./min-detectable.ts";
import { normalCritical, normalTails } from "./normal.ts";
import { studentCritical } from "./student-t.ts";

/** A comparison of two windows that has not taken place yet. */
interface PlannedComparison {
  /** Expected count before, above 0. */
  readonly expectedBefore: number;
  /** Exposure after ÷ exposure before, above 0. */
  readonly exposureRatio: number;
  /** True rate after ÷ true rate before, 0 to 1. */
  readonly rateRatio: number;
  /** Variance ÷ mean of the counts, 1 or more. */
  readonly phi: number;
  /** Months on either side, so that φ has 2 (months − 1) degrees of freedom. */
  readonly months: number;
  readonly level: number;
}

/** How a comparison will decide. */
interface Test extends Pick<PlannedComparison, "exposureRatio" | "phi" | "level"> {
  /** What the quasi-Poisson statistic has to reach; of the normal distribution where φ is 1. */
  readonly critical: number;
}

/** Beyond this expected count the enumeration is replaced by the normal approximation. */
const ENUMERATED = 300;
/** What is left out of a distribution, on its far side. */
const NEGLIGIBLE = 1e-12;

/**
 * The chance (0 to 1) that a true reduction is found significant. Both counts are random: Poisson for
 * φ = 1, else negative binomial with variance φ times the mean. Found means: fewer per exposure, exact central
 * p ≤ 1 − level, and for φ > 1 also the quasi-Poisson p with that φ. Up to 300 expected cases the sum
 * over all pairs of counts (Krishnamoorthy & Thomson 2004, JSPI 119:23), beyond it
 * Φ(|ln RR| / √(φ (1/μ₀ + 1/μ₁)) − critical) (Gu, Ng, Tang & Schucany 2008, Biom J 50:283).
 */
export const comparisonPower = (planned: PlannedComparison): number => {
  const { expectedBefore, exposureRatio, rateRatio, phi } = planned;
  const test = testOf(planned);
  const expectedAfter = expectedBefore * exposureRatio * rateRatio;
  if (Math.max(expectedBefore, expectedAfter) > ENUMERATED) {
    const se = Math.sqrt(phi * (1 / expectedBefore + 1 / expectedAfter));
    return normalTails(-Math.log(rateRatio) / se - test.critical).lower;
  }
  const after = masses(expectedAfter, phi);
  return masses(expectedBefore, phi).reduce(
    (power, chance, before) =>
      chance < NEGLIGIBLE ? power : power + chance * chanceFound(before, after, test),
    0,
  );
};

/** The largest count after that will be found a significant decrease; null when none will. */
export const largestSignificantAfter = (
  before: number,
  planned: Pick<PlannedComparison, "exposureRatio" | "phi" | "months" | "level">,
): number | null => {
  const test = testOf(planned);
  const last = minDetectableAfter(before, test.level, test.exposureRatio) ?? -1;
  for (let after = last; after >= 0; after -= 1) if (notBurst(before, after, test)) return after;
  return null;
};

const testOf = ({
  exposureRatio,
  phi,
  months,
  level,
}: Pick<PlannedComparison, "exposureRatio" | "phi" | "months" | "level">): Test => ({
  exposureRatio,
  phi,
  level,
  critical: phi === 1 ? normalCritical(level) : studentCritical(level, 2 * (months - 1)),
});

/** P(found | before): the exact finding holds from 0 up to a count, the other need not begin at 0. */
const chanceFound = (before: number, after: readonly number[], test: Test): number => {
  const last = minDetectableAfter(before, test.level, test.exposureRatio) ?? -1;
  let chance = 0;
  for (let count = 0; count <= last; count += 1) {
    if (notBurst(before, count, test)) chance += after[count] ?? 0;
  }
  return chance;
};

/** True when the quasi-Poisson test with the given φ agrees; it has nothing to say where φ is 1. */
const notBurst = (before: number, after: number, { phi, exposureRatio, critical }: Test): boolean => {
  if (phi === 1) return true;
  const correction = before === 0 || after === 0 ? 0.5 : 0;
  const [x0, x1] = [before + correction, after + correction];
  return Math.log((x0 / x1) * exposureRatio) >= critical * Math.sqrt(phi * (1 / x1 + 1 / x0));
};

/** P(X = 0), P(X = 1), … of a count with that mean and variance φ · mean, until next to nothing is left. */
const masses = (mean: number, phi: number): readonly number[] => {
  const size = mean / (phi - 1);
  const found: number[] = [];
  let term = phi === 1 ? Math.exp(-mean) : phi ** -size;
  let left = 1;
  for (let k = 0; left > NEGLIGIBLE && (k <= mean || term > NEGLIGIBLE / 1e6); k += 1) {
    found.push(term);
    left -= term;
    term *= phi === 1 ? mean / (k + 1) : ((size + k) / (k + 1)) * ((phi - 1) / phi);
  }
  return found;
};
