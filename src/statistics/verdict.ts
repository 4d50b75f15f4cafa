import type { RateRatio, Verdict } from "../domain/rates.ts";

/**
 * What the comparison says without a control: decided on the exact central p at 1 − level.
 * `not_estimable` when both counts are zero.
 */
export const verdictOf = (effect: RateRatio, level: number): Verdict => {
  if (effect.exact === null) return "not_estimable";
  if (effect.exact.pCentral > 1 - level) return "inconclusive";
  // a null ratio has nothing before and something after
  return effect.rateRatio !== null && effect.rateRatio < 1
    ? "decrease_uncontrolled"
    : "increase_uncontrolled";
};
