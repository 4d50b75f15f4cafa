const TINY = 1e-300;

/**
 * Evaluates f = b₀ + a₁/(b₁ + a₂/(b₂ + …)) by the modified Lentz method to machine precision.
 * `term(j)` gives [aⱼ, bⱼ] for j ≥ 1. Throws RangeError when `limit` terms do not suffice.
 * Source: Thompson & Barnett 1986, J Comput Phys 64:490.
 */
export const continuedFraction = (
  b0: number,
  term: (j: number) => readonly [a: number, b: number],
  limit: number,
): number => {
  let f = b0 === 0 ? TINY : b0;
  let c = f;
  let d = 0;
  for (let j = 1; j <= limit; j += 1) {
    const [a, b] = term(j);
    d = b + a * d;
    if (d === 0) d = TINY;
    c = b + a / c;
    if (c === 0) c = TINY;
    d = 1 / d;
    const factor = c * d;
    f *= factor;
    if (Math.abs(factor - 1) <= 2 * Number.EPSILON) return f;
  }
  throw new RangeError(`continued fraction: no convergence in ${limit} terms`);
};

/** Terms that surely suffice for parameters of this size; the need grows with the square root. */
export const termLimit = (size: number): number => 500 + 40 * Math.ceil(Math.sqrt(size));
