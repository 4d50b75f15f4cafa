import type { DiscreteTails } from "../discrete-tails.ts";
import { betaTails } from "../incomplete-beta.ts";
import { gammaTails } from "../incomplete-gamma.ts";
import type { Split } from "../quantiles.ts";

/** Tail probabilities of a count X at a whole number k ≥ 0. */
export type CountTails = Pick<DiscreteTails, "atMost" | "atLeast" | "above">;

/**
 * Tails of the negative binomial with `size` > 0 and success share `p.x` (mean size·p.y/p.x, variance
 * mean/p.x), by way of the beta distribution: P(X ≤ k) = I_p(size, k+1). Small tails keep full relative
 * precision.
 */
export const negativeBinomialTails = (k: number, size: number, p: Split): CountTails => {
  const past = betaTails(size, k + 1, p.x, p.y);
  return {
    atMost: past.lower,
    above: past.upper,
    atLeast: k === 0 ? 1 : betaTails(size, k, p.x, p.y).upper,
  };
};

/** Tails of the Poisson distribution with `mean` > 0: P(X ≥ k) = P(k, mean) of the gamma distribution. */
export const poissonTails = (k: number, mean: number): CountTails => {
  const past = gammaTails(k + 1, mean);
  return { atMost: past.upper, above: past.lower, atLeast: k === 0 ? 1 : gammaTails(k, mean).lower };
};

/** The smallest count k with P(X > k) ≤ `upper`, for 0 < upper < 1: the limit that is crossed that seldom. */
export const countLimit = (tailsAt: (k: number) => CountTails, upper: number): number => {
  const enough = (k: number): boolean => tailsAt(k).above <= upper;
  if (enough(0)) return 0;
  let no = 0;
  let yes = 1;
  while (!enough(yes)) {
    no = yes;
    yes *= 2;
  }
  while (yes - no > 1) {
    const middle = Math.floor((yes + no) / 2);
    if (enough(middle)) yes = middle;
    else no = middle;
  }
  return yes;
};
