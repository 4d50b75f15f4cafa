import type { SelectionReason } from "../../domain/comparison-input.ts";
import type {
  BayesEffect,
  Comparison,
  ComparisonEffect,
  ComparisonVerdict,
  ControlledEffect,
  EventStudy,
} from "../../domain/comparison.ts";
import type { Interval } from "../../domain/rates.ts";

/** What there is to decide on. */
export interface Findings {
  readonly effect: ComparisonEffect;
  readonly controlled: ControlledEffect | null;
  readonly eb: BayesEffect | null;
  /** Of staggered estates only. */
  readonly staggered: EventStudy | null;
  readonly hasControl: boolean;
  readonly selectionReason: SelectionReason;
}

/**
 * The verdict and the block it rests on. With a control it is the controlled finding, never the bare
 * before/after. Where the estates were, or may have been, chosen for their many cases and empirical Bayes could
 * be computed, its interval has to agree as well.
 */
export const comparisonVerdict = (
  findings: Findings,
  level: number,
): Pick<Comparison, "verdict" | "decidedBy"> => {
  const { effect, controlled, eb, staggered, hasControl, selectionReason } = findings;
  if (!hasControl)
    return {
      verdict: told(effect.ciDecision, effect.pDecision, level, "uncontrolled"),
      decidedBy: by(effect.pDecision, "effect"),
    };
  if (staggered !== null) {
    const { ci, p } = staggered.overall;
    return { verdict: told(ci, p, level, "vs_control"), decidedBy: "eventStudy" };
  }
  if (controlled === null) return { verdict: "not_estimable", decidedBy: null };
  const verdict = told(controlled.ciDecision, controlled.pDecision, level, "vs_control");
  const chosenForCases = selectionReason === "high_incidents" || selectionReason === "unknown";
  if (eb === null || !chosenForCases) return { verdict, decidedBy: by(controlled.pDecision, "controlled") };
  const decidedBy = selectionReason === "high_incidents" ? "eb" : "controlled";
  return { verdict: agrees(verdict, eb.ci) ? verdict : "inconclusive", decidedBy };
};

const by = <T>(p: number | null, block: T): T | null => (p === null ? null : block);

/** A finding when p ≤ 1 − level. */
const told = (
  ci: Interval | null,
  p: number | null,
  level: number,
  against: "uncontrolled" | "vs_control",
): ComparisonVerdict => {
  if (ci === null || p === null) return "not_estimable";
  if (p > 1 - level) return "inconclusive";
  // one side of 1 holds the interval of a finding, so the product of its limits lies there too
  return ci.hi !== null && ci.lo * ci.hi < 1 ? `decrease_${against}` : `increase_${against}`;
};

const agrees = (verdict: ComparisonVerdict, { lo, hi }: Interval): boolean => {
  if (verdict === "decrease_vs_control") return hi !== null && hi < 1;
  return verdict === "increase_vs_control" ? lo > 1 : true;
};
