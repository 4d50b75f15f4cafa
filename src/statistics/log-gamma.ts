import { stirlingError } from "./stirling.ts";

const HALF_LN_2_PI = 0.5 * Math.log(2 * Math.PI);

/**
 * ln Γ(z) for z > 0, by Stirling's formula with Loader's remainder; absolute error below 1e-14 up to
 * z = 10, relative error below 1e-14 beyond (next to z = 1 and 2, where it is 0, absolute only).
 * Throws RangeError for z ≤ 0.
 */
export const logGamma = (z: number): number => {
  if (!(z > 0)) throw new RangeError(`logGamma(${z})`);
  return stirlingError(z) + (z - 0.5) * Math.log(z) - z + HALF_LN_2_PI;
};

/**
 * ln of the binomial coefficient n over k, for whole 0 ≤ k ≤ n, without the cancellation of three
 * log-gammas. Throws RangeError otherwise. Source: Loader 2000.
 */
export const logChoose = (n: number, k: number): number => {
  if (!Number.isInteger(n) || !Number.isInteger(k) || k < 0 || k > n) {
    throw new RangeError(`logChoose(${n}, ${k})`);
  }
  if (k === 0 || k === n) return 0;
  const rest = n - k;
  return (
    stirlingError(n) -
    stirlingError(k) -
    stirlingError(rest) -
    k * logShare(k, n) -
    rest * logShare(rest, n) -
    HALF_LN_2_PI -
    0.5 * Math.log(k * (rest / n))
  );
};

/** ln(part / n), exact where the part is nearly all of n. */
const logShare = (part: number, n: number): number =>
  part < n / 2 ? Math.log(part / n) : Math.log1p((part - n) / n);
