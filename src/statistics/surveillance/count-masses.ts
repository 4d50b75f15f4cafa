import type { FieldFault } from "../../errors.ts";
import { unless } from "../checks.ts";
import { logGamma } from "../log-gamma.ts";
import { poissonMass } from "../poisson-mass.ts";

/** Counts that vary more than this are refused: no chart of single events finds anything in them. */
const MAX_PHI = 100;

/** A fault when φ is no variance over mean that counts can have here. */
export const spreadFaults = (phi: number): readonly FieldFault[] =>
  unless(phi >= 1 && phi <= MAX_PHI, "phi", `must be a number from 1 to ${MAX_PHI}`);

/**
 * P(X = k) for k = 0, 1, … of a count with `mean` > 0 and variance `phi` times the mean: Poisson for 1, negative
 * binomial above. Ends where what is left is below 1e-20 or so.
 */
export const countMasses = (mean: number, phi: number): Float64Array => {
  const farthest = Math.ceil(mean + 10 * Math.sqrt(phi * mean) + 30 * phi);
  const counts = { length: farthest + 1 };
  if (phi === 1) return Float64Array.from(counts, (_, k) => poissonMass(k, mean));
  // variance μ φ: size μ / (φ − 1), chance 1 / φ
  const size = mean / (phi - 1);
  const ends = logGamma(size) + size * Math.log(phi);
  const step = Math.log1p(-1 / phi);
  return Float64Array.from(counts, (_, k) =>
    Math.exp(logGamma(size + k) - logGamma(k + 1) - ends + k * step),
  );
};
