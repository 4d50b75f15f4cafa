import type { Interval, RateRatio } from "../domain/rates.ts";
import { binomialTails } from "./binomial-tails.ts";
import { centralP, midP } from "./discrete-tails.ts";
import { lowerLimit, upperLimit } from "./parameter-limit.ts";
import { percentChange, percentInterval } from "./percent-change.ts";
import { betaQuantile, splitAt } from "./quantiles.ts";

/** A count and the exposure it arose in; exposures in any unit, the same on both sides, > 0. */
export interface Observed {
  readonly count: number;
  readonly exposure: number;
}

/** One- and two-sided p-values of the hypothesis that both rates are equal. */
export interface RatioTest {
  /** That the rate after is not lower: P(X ≤ after). */
  readonly pLess: number;
  /** That the rate after is not higher: P(X ≥ after). */
  readonly pGreater: number;
  /** min(1, 2 min(pLess, pGreater)): the two-sided p that agrees with the exact interval. */
  readonly pCentral: number;
  /** The same with half of P(X = after) in each tail. */
  readonly pMid: number;
}

/**
 * Exact conditional test of equal Poisson rates: given the total n, the count after is binomial with
 * p₀ = t₁/(t₁+t₀). Central p-values (Fay 2010, R Journal 2(1):53; Lehmann & Romano, ch. 4).
 */
export const ratioTest = (after: Observed, before: Observed): RatioTest => {
  const total = after.exposure + before.exposure;
  const tails = binomialTails(after.count, after.count + before.count, {
    x: after.exposure / total,
    y: before.exposure / total,
  });
  return {
    pLess: tails.atMost,
    pGreater: tails.atLeast,
    pCentral: centralP(tails),
    pMid: midP(tails),
  };
};

/**
 * Rate ratio after/before with exact conditional and mid-p intervals and tests.
 * No count before: the ratio is null, its lower limit is not. No count at all: `exact` is null.
 */
export const rateRatio = (after: Observed, before: Observed, level: number): RateRatio => {
  if (after.count === 0 && before.count === 0) return { rateRatio: null, percentChange: null, exact: null };
  const ratio = before.count === 0 ? null : (after.count / before.count) * (before.exposure / after.exposure);
  const ci = exactInterval(after, before, level);
  const { pCentral, pMid } = ratioTest(after, before);
  return {
    rateRatio: ratio,
    percentChange: ratio === null ? null : percentChange(ratio),
    exact: {
      ci,
      percentCi: percentInterval(ci),
      pCentral,
      pMid,
      midpCi: midPInterval(after, before, level),
    },
  };
};

/** Clopper–Pearson limits for the binomial share, turned into a ratio of rates. */
const exactInterval = (after: Observed, before: Observed, level: number): Interval => {
  const tail = (1 - level) / 2;
  const scale = before.exposure / after.exposure;
  const odds = ({ x, y }: { x: number; y: number }): number => (x / y) * scale;
  return {
    lo: after.count === 0 ? 0 : odds(betaQuantile(tail, after.count, before.count + 1, "lower")),
    hi: before.count === 0 ? null : odds(betaQuantile(tail, after.count + 1, before.count, "upper")),
    level,
    method: "exact-conditional",
  };
};

const midPInterval = (after: Observed, before: Observed, level: number): Interval => {
  const tail = (1 - level) / 2;
  const scale = before.exposure / after.exposure;
  const start = Math.log((after.count + 0.5) / (before.count + 0.5));
  const tailsAt = (u: number) => binomialTails(after.count, after.count + before.count, splitAt(u));
  return {
    lo: after.count === 0 ? 0 : Math.exp(lowerLimit(tailsAt, tail, "half", start)) * scale,
    hi: before.count === 0 ? null : Math.exp(upperLimit(tailsAt, tail, "half", start)) * scale,
    level,
    method: "mid-p",
  };
};
