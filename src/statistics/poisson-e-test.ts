import { demand, observedFaults } from "./checks.ts";
import { poissonMass } from "./poisson-mass.ts";
import type { Observed } from "./rate-ratio.ts";

/** Terms below this are left out; even a p-value of 1e-250 is still summed whole. */
const SMALLEST = 1e-300;
/** Two statistics closer than this are the same one but for rounding. */
const TIE = 1e-12;

/**
 * Two-sided p-value that two Poisson rates are equal, by the E-test: the probability, with both means at
 * their pooled estimate, of a |T| as large as the observed one, T = (x₁/t₁ − x₀/t₀) / √(x₁/t₁² + x₀/t₀²).
 * More powerful than the conditional test, but its level is not guaranteed: never for the verdict.
 * 1 when both counts are zero. Throws RangeError for bad counts or exposures.
 * Source: Krishnamoorthy & Thomson 2004, J Stat Plan Inference 119:23.
 */
export const poissonETest = (after: Observed, before: Observed): number => {
  demand("poissonETest", [...observedFaults("after", after), ...observedFaults("before", before)]);
  const pooled = (after.count + before.count) / (after.exposure + before.exposure);
  const observed = Math.abs(statistic(after.count, before.count, after.exposure, before.exposure));
  const border = observed * (1 - TIE);
  if (border === 0) return 1;
  const x = poissonTerms(pooled * after.exposure);
  const y = poissonTerms(pooled * before.exposure);
  const atMost = runningSums(y.terms);
  const atLeast = runningSums(y.terms.toReversed()).toReversed();
  const t = (i: number, j: number): number =>
    statistic(x.first + i, y.first + j, after.exposure, before.exposure);
  // T rises with x and falls with y, so both borders in y only ever move up as x does
  let low = 0;
  let high = 0;
  let p = 0;
  for (const [i, term] of x.terms.entries()) {
    while (low < y.terms.length && t(i, low) >= border) low += 1;
    while (high < y.terms.length && t(i, high) > -border) high += 1;
    p += term * ((low === 0 ? 0 : (atMost[low - 1] ?? 0)) + (atLeast[high] ?? 0));
  }
  return Math.min(1, p);
};

const statistic = (x: number, y: number, tx: number, ty: number): number => {
  // no case at all: no difference, and no variance to divide it by
  if (x === 0 && y === 0) return 0;
  return (x / tx - y / ty) / Math.sqrt(x / tx / tx + y / ty / ty);
};

interface Terms {
  /** The count of the first term. */
  readonly first: number;
  readonly terms: readonly number[];
}

/** P(X = k) of a Poisson count for all k at which it is not negligible. */
const poissonTerms = (mean: number): Terms => {
  const mode = Math.floor(mean);
  const top = poissonMass(mode, mean);
  const down: number[] = [];
  for (let k = mode, term = top; k > 0; k -= 1) {
    term *= k / mean;
    if (term < SMALLEST) break;
    down.push(term);
  }
  const up: number[] = [top];
  for (let k = mode + 1, term = top; ; k += 1) {
    term *= mean / k;
    if (term < SMALLEST) break;
    up.push(term);
  }
  return { first: mode - down.length, terms: [...down.toReversed(), ...up] };
};

const runningSums = (terms: readonly number[]): readonly number[] => {
  let sum = 0;
  return terms.map((term) => (sum += term));
};
