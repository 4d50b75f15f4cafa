import type { Interval } from "../domain/rates.ts";

/** An interval and a p-value of one method about one ratio. */
export interface Finding {
  readonly ci: Interval;
  readonly p: number;
}

/** The p-value a verdict rests on, and the interval beside it. */
export interface Decision {
  readonly pDecision: number;
  readonly ciDecision: Interval;
}

/**
 * The cautious of two findings: the larger p, and the wider interval limit by limit. Exact counts guard
 * against small numbers, quasi-Poisson against bursts; neither alone keeps its promised error rate.
 */
export const decide = (exact: Finding, quasi: Finding | null): Decision => {
  if (quasi === null) return { pDecision: exact.p, ciDecision: { ...exact.ci, method: "decision" } };
  const open = exact.ci.hi === null || quasi.ci.hi === null;
  return {
    pDecision: Math.max(exact.p, quasi.p),
    ciDecision: {
      lo: Math.min(exact.ci.lo, quasi.ci.lo),
      hi: open ? null : Math.max(exact.ci.hi ?? 0, quasi.ci.hi ?? 0),
      level: exact.ci.level,
      method: "decision",
    },
  };
};
