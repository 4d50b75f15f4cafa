import { betaTails } from "./incomplete-beta.ts";
import { gammaTails } from "./incomplete-gamma.ts";
import { tailRoot } from "./tail-root.ts";

/** Which tail a probability is measured in; a small upper tail is given as such, never as 1 − p. */
export type Tail = "lower" | "upper";

/** A probability and its complement, each with full relative precision. */
export interface Split {
  readonly x: number;
  /** 1 − x. */
  readonly y: number;
}

const other = (tail: Tail): Tail => (tail === "lower" ? "upper" : "lower");

const isProbability = (p: number): boolean => p >= 0 && p <= 1;

/** The point with log-odds u. */
export const splitAt = (u: number): Split => ({ x: 1 / (1 + Math.exp(-u)), y: 1 / (1 + Math.exp(u)) });

/**
 * The x at which the named tail of Gamma(shape, rate 1) holds probability p; relative error ≤ 1e-11
 * (about 1e-14 for the shapes of counts). Returns 0 or Infinity at the ends.
 * Throws RangeError for p outside [0, 1] or shape ≤ 0.
 */
export const gammaQuantile = (p: number, shape: number, tail: Tail = "lower"): number => {
  if (!isProbability(p) || !(shape > 0)) throw new RangeError(`gammaQuantile(${p}, ${shape})`);
  if (p > 0.5) return gammaQuantile(1 - p, shape, other(tail));
  if (p === 0) return tail === "lower" ? 0 : Number.POSITIVE_INFINITY;
  return Math.exp(
    tailRoot(
      (u) => {
        const tails = gammaTails(shape, Math.exp(u));
        return { tail: tails[tail], slope: tail === "lower" ? tails.slope : -tails.slope };
      },
      p,
      tail === "lower" ? "rising" : "falling",
      Math.log(shape),
    ),
  );
};

/**
 * The x at which the named tail of Beta(a, b) holds probability p, with 1 − x beside it; relative
 * error of both ≤ 1e-11 (about 1e-14 for the parameters of counts).
 * Throws RangeError for p outside [0, 1], a ≤ 0 or b ≤ 0.
 */
export const betaQuantile = (p: number, a: number, b: number, tail: Tail = "lower"): Split => {
  if (!isProbability(p) || !(a > 0) || !(b > 0)) throw new RangeError(`betaQuantile(${p}, ${a}, ${b})`);
  if (p > 0.5) return betaQuantile(1 - p, a, b, other(tail));
  if (p === 0) return tail === "lower" ? { x: 0, y: 1 } : { x: 1, y: 0 };
  return splitAt(
    tailRoot(
      (u) => {
        const { x, y } = splitAt(u);
        const tails = betaTails(a, b, x, y);
        return { tail: tails[tail], slope: tail === "lower" ? tails.slope : -tails.slope };
      },
      p,
      tail === "lower" ? "rising" : "falling",
      Math.log(a / b),
    ),
  );
};
