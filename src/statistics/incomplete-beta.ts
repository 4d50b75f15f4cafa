import { continuedFraction, termLimit } from "./continued-fraction.ts";
import type { Tails } from "./incomplete-gamma.ts";
import { deviance, ROOT_2_PI, stirlingError } from "./stirling.ts";

/**
 * Regularised incomplete beta function I_x(a, b) and its complement, for a > 0, b > 0.
 * `y` is 1 − x and is given, not subtracted, so that points next to 1 lose nothing.
 * The smaller tail keeps full relative precision. Lentz on a continued fraction, with Loader's
 * saddle-point form of the prefactor xᵃ yᵇ / B(a, b).
 */
export const betaTails = (a: number, b: number, x: number, y: number): Tails => {
  if (x <= 0) return { lower: 0, upper: 1, slope: 0 };
  if (y <= 0) return { lower: 1, upper: 0, slope: 0 };
  const n = a + b;
  const exponent =
    stirlingError(n) - stirlingError(a) - stirlingError(b) - deviance(a, n * x) - deviance(b, n * y);
  const slope = (Math.sqrt(a * (b / n)) / ROOT_2_PI) * Math.exp(exponent);
  if (x * (n + 2) <= a + 1) {
    const lower = Math.min(1, slope / fraction(a, b, x, y));
    return { lower, upper: 1 - lower, slope };
  }
  const upper = Math.min(1, slope / fraction(b, a, y, x));
  return { lower: 1 - upper, upper, slope };
};

/** The even part of the fraction of DLMF 8.17.22, as DiDonato & Morris 1992 (TOMS 18:360) write it. */
const fraction = (a: number, b: number, x: number, y: number): number => {
  // a + 1 − (a + b) x from the smaller of x and y: next to 1 the other has lost what matters
  const above = 1 + (x <= y ? a - (a + b) * x : (a + b) * y - b);
  const denominator = (n: number): number =>
    n + (n * (b - n) * x) / (a + 2 * n - 1) + ((a + n) / (a + 2 * n + 1)) * (above + n * (1 + y));
  return continuedFraction(
    (a / (a + 1)) * above,
    (n) => {
      const at = a + 2 * n - 1;
      return [((a + n - 1) / at) * ((a + b + n - 1) / at) * n * (b - n) * x * x, denominator(n)];
    },
    termLimit(Math.max(a, b)),
  );
};
