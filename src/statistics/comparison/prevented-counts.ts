import type { PreventedCounts } from "../../domain/comparison.ts";
import type { BeforeAfter } from "../controlled-counts.ts";
import type { TestedDifference } from "../displacement-difference.ts";

/** A difference in counts, below 0 fewer, as cases prevented: above 0 is good everywhere in an answer. */
export const preventedOf = ({ estimate, ci }: TestedDifference): PreventedCounts => ({
  // 0 − x: a minus sign would make a negative zero of a difference of none
  est: 0 - estimate,
  ci: { ...ci, lo: 0 - (ci.hi ?? 0), hi: 0 - ci.lo },
  method: "wdd",
});

/** The cells with exposures as multiples of `unit`. */
export const weighted = ({ before, after }: BeforeAfter, unit: number): BeforeAfter => ({
  before: { count: before.count, exposure: before.exposure / unit },
  after: { count: after.count, exposure: after.exposure / unit },
});
