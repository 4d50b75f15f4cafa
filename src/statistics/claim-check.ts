import type { ClaimCheck, ConsistentPair, PrintedClaim } from "../domain/study.ts";
import { levelFaults, refuse, unless } from "./checks.ts";
import { rateRatio } from "./rate-ratio.ts";

const MAX_BEFORE = 10_000;
const MAX_DECIMALS = 6;
const SHOWN = 6;

/**
 * Counts before up to `maxBefore` and after whose decrease prints as the claim, a half rounded either
 * way, compared in whole numbers: |100·10ᵈ (before − after) − P before| ≤ before / 2, P the claim in units of
 * its last digit. p and interval assume equal exposure. Throws VALIDATION, naming the fields.
 */
export const claimCheck = (claim: PrintedClaim, level: number): ClaimCheck => {
  const { percentDecrease, decimals, maxBefore } = claim;
  const unit = 10 ** decimals;
  const printed = Math.round(percentDecrease * unit);
  refuse("VALIDATION", "the claim cannot be checked", [
    ...levelFaults(level),
    ...unless(
      whole(decimals, 0, MAX_DECIMALS),
      "decimals",
      `must be a whole number from 0 to ${MAX_DECIMALS}`,
    ),
    ...unless(whole(maxBefore, 1, MAX_BEFORE), "maxBefore", `must be a whole number from 1 to ${MAX_BEFORE}`),
    ...unless(percentDecrease >= 0 && percentDecrease <= 100, "percentDecrease", "must be from 0 to 100"),
    ...unless(
      Math.abs(percentDecrease * unit - printed) < 1e-6,
      "percentDecrease",
      "has more decimals than `decimals` says",
    ),
  ]);
  const pairs = Array.from({ length: maxBefore }, (_, i) => i + 1).flatMap((before) =>
    aftersOf(before, printed, unit).map((after) => ({ before, after })),
  );
  return {
    pairCount: pairs.length,
    smallestPairs: pairs.slice(0, SHOWN).map((pair) => withEvidence(pair, level)),
  };
};

const whole = (value: number, least: number, greatest: number): boolean =>
  Number.isInteger(value) && value >= least && value <= greatest;

/** Counts after that print as the claim, least first; twice the inequality keeps it in whole numbers. */
const aftersOf = (before: number, printed: number, unit: number): readonly number[] => {
  const middle = before * (1 - printed / (100 * unit));
  const reach = before / (200 * unit) + 1;
  const first = Math.max(0, Math.floor(middle - reach));
  const last = Math.min(before, Math.ceil(middle + reach));
  return Array.from({ length: last - first + 1 }, (_, i) => first + i).filter(
    (after) => 2 * Math.abs(100 * unit * (before - after) - printed * before) <= before,
  );
};

const withEvidence = (
  pair: { readonly before: number; readonly after: number },
  level: number,
): ConsistentPair => {
  const { exact } = rateRatio({ count: pair.after, exposure: 1 }, { count: pair.before, exposure: 1 }, level);
  if (exact === null) throw new Error("a pair of the claim has a count before");
  return { ...pair, pCentral: exact.pCentral, ci: exact.ci };
};
