import type { Interval } from "../domain/rates.ts";
import { controlledFaults, type ControlledCounts, marginsOf, nullOdds } from "./controlled-counts.ts";
import { demand, levelFaults } from "./checks.ts";
import { centralP, midP } from "./discrete-tails.ts";
import { conditionalEstimate, minimumLikelihoodP, noncentralTails, supportOf } from "./fisher-noncentral.ts";
import { lowerLimit, upperLimit } from "./parameter-limit.ts";

/** The relative incident rate ratio judged on the exact conditional distribution; works with zeros. */
export interface ExactRelativeEffect {
  /** Conditional maximum likelihood estimate of the RIRR (below 1 is good); null is +Infinity. */
  readonly rirrCmle: number | null;
  /** Central limits of the RIRR (below 1 is good). */
  readonly rirrCi: Interval;
  /** That both areas changed alike; agrees with `rirrCi`. */
  readonly pCentral: number;
  readonly pMid: number;
  /** As R's `fisher.test` reports it; for comparison, not for a verdict. */
  readonly pMinlike: number;
}

/**
 * Exact conditional analysis of the RIRR = ((b/E_b)/(a/E_a)) / ((d/E_d)/(c/E_c)): given the margins, the
 * treated count after follows Fisher's non-central hypergeometric distribution with odds ψ = RIRR ψ₀.
 * Null when the margins leave one table only (an area or a period without any case).
 * Throws RangeError for bad cells or level. Source: Fisher 1935; Breslow & Day 1980, ch. 4.2.
 */
export const exactRelativeEffect = (counts: ControlledCounts, level: number): ExactRelativeEffect | null => {
  demand("exactRelativeEffect", [...controlledFaults(counts), ...levelFaults(level)]);
  const margins = marginsOf(counts);
  const { least, greatest } = supportOf(margins);
  if (least === greatest) return null;
  const observed = counts.treated.after.count;
  const psi0 = nullOdds(counts);
  const start = startOf(counts);
  const tailsAt = (u: number) => noncentralTails(margins, observed, u);
  const tail = (1 - level) / 2;
  const cmle = conditionalEstimate(margins, observed, start);
  const atNull = tailsAt(Math.log(psi0));
  return {
    rirrCmle: cmle === null ? null : cmle / psi0,
    rirrCi: {
      lo: observed === least ? 0 : Math.exp(lowerLimit(tailsAt, tail, "whole", start)) / psi0,
      hi: observed === greatest ? null : Math.exp(upperLimit(tailsAt, tail, "whole", start)) / psi0,
      level,
      method: "exact-noncentral-hypergeometric",
    },
    pCentral: centralP(atNull),
    pMid: midP(atNull),
    pMinlike: minimumLikelihoodP(margins, observed, Math.log(psi0)),
  };
};

/** ln of the cross ratio of the counts, moved off zero: where the search for a limit begins. */
const startOf = ({ treated, control }: ControlledCounts): number =>
  Math.log((treated.after.count + 0.5) / (treated.before.count + 0.5)) -
  Math.log((control.after.count + 0.5) / (control.before.count + 0.5));
