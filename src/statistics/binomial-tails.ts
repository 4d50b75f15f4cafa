import type { DiscreteTails } from "./discrete-tails.ts";
import { betaTails } from "./incomplete-beta.ts";
import type { Split } from "./quantiles.ts";

/**
 * Tails of Binomial(n, p.x) around k, 0 ≤ k ≤ n, by way of the beta distribution:
 * P(X ≥ k) = I_p(k, n−k+1). Each small tail keeps full relative precision.
 */
export const binomialTails = (k: number, n: number, p: Split): DiscreteTails => {
  const from = k === 0 ? { lower: 1, upper: 0, slope: 0 } : betaTails(k, n - k + 1, p.x, p.y);
  const past = k === n ? { lower: 0, upper: 1, slope: 0 } : betaTails(k + 1, n - k, p.x, p.y);
  return {
    atLeast: from.lower,
    above: past.lower,
    atMost: past.upper,
    below: from.upper,
    atLeastSlope: from.slope,
    aboveSlope: past.slope,
  };
};
