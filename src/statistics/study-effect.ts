import type { BeforeAfter } from "./controlled-counts.ts";

/** One study's effect (a logarithm of a ratio, say) and its variance, > 0. */
export interface StudyEffect {
  readonly effect: number;
  readonly variance: number;
}

const CORRECTION = 0.5;

/**
 * ln of the rate ratio after/before of one estate with its Poisson variance 1/x₁ + 1/x₀, for pooling by
 * inverse variance; both counts + 0.5 when one is zero. Null when both are: such an estate says nothing
 * of a ratio. With many zeros pool by Mantel–Haenszel instead.
 */
export const logRateRatio = ({ after, before }: BeforeAfter): StudyEffect | null => {
  if (after.count === 0 && before.count === 0) return null;
  const correction = after.count === 0 || before.count === 0 ? CORRECTION : 0;
  const x1 = after.count + correction;
  const x0 = before.count + correction;
  return {
    effect: Math.log((x1 / x0) * (before.exposure / after.exposure)),
    variance: 1 / x1 + 1 / x0,
  };
};
