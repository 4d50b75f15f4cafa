import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** A count of that mean μ whose variance is φ μ: Poisson for φ = 1, negative binomial above. */
export type DrawCount = (mean: number, phi: number) => number;

/**
 * Draws counts by inversion of the summed density, so that they cannot share a mistake with the methods
 * under test. One generator for all draws of a seed: generators of neighbouring seeds begin alike.
 */
export const randomCounts = (seed: number): DrawCount => {
  const generator = xoroshiro128plus(seed);
  return (mean, phi) => {
    const u = uniformFloat64(generator);
    const size = mean / (phi - 1);
    let term = phi === 1 ? Math.exp(-mean) : phi ** -size;
    let sum = term;
    let k = 0;
    while (u >= sum && (k < mean || term > 1e-18)) {
      term *= phi === 1 ? mean / (k + 1) : ((size + k) / (k + 1)) * ((phi - 1) / phi);
      sum += term;
      k += 1;
    }
    return k;
  };
};

/** Draws of one distribution from a seed of its own; use `randomCounts` where several sources are needed. */
export const countSource = (mean: number, phi: number, seed: number): (() => number) => {
  const draw = randomCounts(seed);
  return () => draw(mean, phi);
};
