import { continuedFraction, termLimit } from "./continued-fraction.ts";
import { deviance, ROOT_2_PI, stirlingError } from "./stirling.ts";

/** Both tails of a distribution at one point, and how fast they change there. */
export interface Tails {
  readonly lower: number;
  readonly upper: number;
  /** Derivative of `lower` by the logarithm (gamma) or log-odds (beta) of the point. */
  readonly slope: number;
}

/**
 * Regularised incomplete gamma functions P(shape, x) and Q(shape, x), for shape > 0, x ≥ 0, rate 1.
 * The smaller tail keeps full relative precision. Power series for x < shape + 1, else Lentz on
 * Legendre's continued fraction; both carry Loader's saddle-point prefactor xˢ e⁻ˣ / Γ(s+1).
 * For a count k: P(X ≥ k) = P(k, λ) and P(X < k) = Q(k, λ) with X Poisson of mean λ.
 */
export const gammaTails = (shape: number, x: number): Tails => {
  if (x <= 0) return { lower: 0, upper: 1, slope: 0 };
  const prefactor = Math.exp(-stirlingError(shape) - deviance(shape, x)) / (ROOT_2_PI * Math.sqrt(shape));
  const slope = shape * prefactor;
  if (x < shape + 1) {
    const lower = Math.min(1, prefactor * powerSeries(shape, x));
    return { lower, upper: 1 - lower, slope };
  }
  const fraction = continuedFraction(
    x + 1 - shape,
    (j) => [-j * (j - shape), x + 2 * j + 1 - shape],
    termLimit(shape),
  );
  const upper = Math.min(1, slope / fraction);
  return { lower: 1 - upper, upper, slope };
};

/** 1 + x/(s+1) + x²/((s+1)(s+2)) + … */
const powerSeries = (shape: number, x: number): number => {
  let term = 1;
  let sum = 1;
  for (let at = shape + 1; term > sum * (Number.EPSILON / 4); at += 1) {
    term *= x / at;
    sum += term;
  }
  return sum;
};
