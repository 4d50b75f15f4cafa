/** Fixed-point fractions of 2⁻⁶⁰⁰: the slow, independent truth the fast functions are held against. */
const BITS = 600n;
const ONE = 1n << BITS;

/** A double as an exact fixed-point number (doubles below 2⁻⁵⁴⁸ lose bits). */
const exact = (x: number): bigint => {
  let mantissa = x;
  let exponent = 0n;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    exponent += 1n;
  }
  return (BigInt(mantissa) << BITS) >> exponent;
};

const ratio = (over: bigint, under: bigint): number => {
  // 80 more bits than the quotient needs, then a double
  const shift = 200n;
  const quotient = (over << shift) / under;
  return Number(quotient) / 2 ** Number(shift);
};

const times = (a: bigint, b: bigint): bigint => (a * b) >> BITS;

export interface Reference {
  readonly lower: number;
  readonly upper: number;
  /** x · density(x). */
  readonly density: number;
}

/** Tails of Gamma(shape, 1) at x for a whole shape: sums of Poisson terms. */
export const exactGamma = (shape: number, x: number): Reference => {
  const mean = exact(x);
  let term = ONE;
  let below = 0n;
  let all = 0n;
  let last = 0n;
  for (let k = 0; term > 0n; k += 1) {
    all += term;
    if (k < shape) {
      below += term;
      last = term;
    }
    term = times(term, mean) / BigInt(k + 1);
  }
  return {
    lower: ratio(all - below, all),
    upper: ratio(below, all),
    density: x * ratio(last, all),
  };
};

/** Tails of Beta(a, b) at x for whole a, b: binomial sums. `density` is x·f(x). */
export const exactBeta = (a: number, b: number, x: number): Reference => {
  const p = exact(x);
  const q = ONE - p;
  const n = a + b - 1;
  // odds form, so that only one power is carried: C(n,k) p^k q^(n−k) ∝ C(n,k) odds^k
  const odds = (p << BITS) / q;
  let term = ONE;
  let below = 0n;
  let above = 0n;
  let at = 0n;
  for (let k = 0; k <= n; k += 1) {
    if (k < a) below += term;
    else above += term;
    if (k === a) at = term;
    term = (times(term, odds) * BigInt(n - k)) / BigInt(k + 1);
  }
  const all = below + above;
  // x·f(x) = a·C(n,a)·p^a·q^(b−1), and P(X = a) = C(n,a)·p^a·q^(n−a) with n−a = b−1
  return { lower: ratio(above, all), upper: ratio(below, all), density: a * ratio(at, all) };
};
