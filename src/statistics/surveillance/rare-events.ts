import { countFaults, demand, exposureFaults } from "../checks.ts";
import { midUpper } from "../discrete-tails.ts";
import { type CountTails, countLimit, negativeBinomialTails } from "./count-tails.ts";
import { type GammaPrior, posteriorMean } from "./gamma-prior.ts";

/** A bin of the week: what it saw in its baseline, and what it sees now. */
export interface BinCounts {
  readonly baselineCount: number;
  /** Bin-weeks, or any unit that the prior and `currentExposure` share; > 0. */
  readonly baselineExposure: number;
  readonly currentExposure: number;
  readonly observed: number;
}

/** How unusual the current count of a bin is, given its baseline. */
export interface RareEvents {
  /** Mean of the predictive distribution, in events. */
  readonly expected: number;
  /** P(X ≥ observed). */
  readonly pUpper: number;
  /** P(X ≤ observed). */
  readonly pLower: number;
  /** P(X > observed) + P(X = observed)/2: the p the alarm is decided on. */
  readonly midPUpper: number;
  /** Smallest counts that are passed with a chance of at most 1 % and 0.1 %. */
  readonly limit99: number;
  readonly limit999: number;
  readonly alarm: "none" | "amber" | "red";
}

/**
 * Gamma–Poisson predictive of a bin: after C events in E bin-weeks, the count in exposure e is negative
 * binomial with size shape + C and success share (rate + E) / (rate + E + e).
 * Amber: mid-p < 0.01 and 2 events or more; red: mid-p < 0.001 and 3 or more, so that a silent bin does
 * not alarm at its first event. Throws RangeError naming the fields.
 * Source: Gelman et al., Bayesian Data Analysis, 3rd ed., § 2.6.
 */
export const rareEvents = (prior: GammaPrior, bin: BinCounts): RareEvents => {
  demand("rareEvents", [
    ...exposureFaults("prior.shape", prior.shape),
    ...exposureFaults("prior.rate", prior.rate),
    ...countFaults("baselineCount", bin.baselineCount),
    ...exposureFaults("baselineExposure", bin.baselineExposure),
    ...exposureFaults("currentExposure", bin.currentExposure),
    ...countFaults("observed", bin.observed),
  ]);
  const known = prior.rate + bin.baselineExposure;
  const all = known + bin.currentExposure;
  const tailsAt = (k: number): CountTails =>
    negativeBinomialTails(k, prior.shape + bin.baselineCount, {
      x: known / all,
      y: bin.currentExposure / all,
    });
  const tails = tailsAt(bin.observed);
  const midPUpper = midUpper(tails);
  return {
    expected: bin.currentExposure * posteriorMean(prior, bin.baselineCount, bin.baselineExposure),
    pUpper: tails.atLeast,
    pLower: tails.atMost,
    midPUpper,
    limit99: countLimit(tailsAt, 0.01),
    limit999: countLimit(tailsAt, 0.001),
    alarm: alarmOf(midPUpper, bin.observed),
  };
};

const alarmOf = (midP: number, observed: number): RareEvents["alarm"] => {
  if (midP < 0.001 && observed >= 3) return "red";
  return midP < 0.01 && observed >= 2 ? "amber" : "none";
};
