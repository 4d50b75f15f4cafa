import { continuedFraction, termLimit } from "./continued-fraction.ts";
import type { Tails } from "./incomplete-gamma.ts";
import { deviance, ROOT_2_PI, stirlingError } from "./stirling.ts";

/**
 * Regularised incomplete beta function I_x(a, b) and its complement, for a > 0, b > 0.
 * `y` is 1 − x and is given, not subtracted, so that points next to 1 lose nothing.
 * The smaller tail keeps full relative precision. Lentz on the continued fraction of
 * DLMF 8.17.22, with Loader's saddle-point form of the prefactor xᵃ yᵇ / B(a, b).
 */
export const betaTails = (a: number, b: number, x: number, y: number): Tails => {
  if (x <= 0) return { lower: 0, upper: 1, slope: 0 };
  if (y <= 0) return { lower: 1, upper: 0, slope: 0 };
  const n = a + b;
  const exponent =
    stirlingError(n) - stirlingError(a) - stirlingError(b) - deviance(a, n * x) - deviance(b, n * y);
  const slope = (Math.sqrt(a * (b / n)) / ROOT_2_PI) * Math.exp(exponent);
  if (x * (n + 2) <= a + 1) {
    const lower = Math.min(1, slope / (a * fraction(a, b, x)));
    return { lower, upper: 1 - lower, slope };
  }
  const upper = Math.min(1, slope / (b * fraction(b, a, y)));
  return { lower: 1 - upper, upper, slope };
};

const fraction = (a: number, b: number, x: number): number =>
  continuedFraction(
    1,
    (j) => {
      const m = Math.floor(j / 2);
      const at = a + 2 * m;
      return j % 2 === 0
        ? [(m * (b - m) * x) / ((at - 1) * at), 1]
        : [(-(a + m) * (a + b + m) * x) / (at * (at + 1)), 1];
    },
    termLimit(Math.max(a, b)),
  );
