import { demand, levelFaults } from "./checks.ts";
import { type LogEffect, logEffect } from "./log-effect.ts";
import { settled } from "./settled.ts";
import { countSeriesFaults, exposureSeriesFaults, wholeFaults } from "./series-checks.ts";
import {
  type MonthlySeries,
  type SegmentedFit,
  type SegmentedModel,
  segmentedRegression,
} from "./segmented-regression.ts";
import { studentCritical, studentTwoSided } from "./student-t.ts";

/** Why a series is not judged. */
export type NoSeries =
  | "FEWER_THAN_24_MONTHS_BEFORE"
  | "FEWER_THAN_12_MONTHS_AFTER"
  | "FEWER_THAN_ONE_EVENT_A_MONTH"
  | "NO_EVENTS_BEFORE"
  | "NO_EVENTS_AFTER"
  /** Some effect has no finite value (all events of a side fall into few months), or a month exceeds 1e6. */
  | "MODEL_DOES_NOT_SETTLE";

/** A series judged by itself, without a control. */
export interface InterruptedSeries {
  /** The step to report, by the method named in its interval. */
  readonly step: LogEffect;
  /** Of the step: two-sided, t with the degrees of freedom of the fit. */
  readonly p: number;
  readonly fit: SegmentedFit;
  /** The same with no trend in the model: a step that only one of them has is fragile. */
  readonly withoutTrend: LogEffect;
}

const MONTHS_BEFORE = 24;
const MONTHS_AFTER = 12;
const BURSTY = 1.5;
const NORMAL_95 = 1.959964;

/**
 * The step of a monthly series at an interruption (index of the first month after), with trend and two
 * harmonics: quasi-Poisson; negative binomial when φ > 1.5; when the residuals of that fit are correlated
 * (|r| > 1.96/√n at a lag of 1 to 3) the Newey–West error of lag 3, unless it is the smaller one. An error of
 * the negative binomial is scaled by √max(1, Pearson's χ²/df), as the likelihood takes k too small in short
 * series; limits are of t with the fit's df. Needs 24 months before, 12 after and one event a month on average;
 * else gives the reason. `slopeChange` is the
 * caller's choice beforehand, never by the result. Throws RangeError naming the fields. Source: Lopez Bernal et al. 2017, Int J Epidemiol 46:348.
 */
export const interruptedSeries = (
  series: MonthlySeries,
  interruption: number,
  slopeChange: boolean,
  level: number,
): InterruptedSeries | NoSeries => {
  const { counts } = series;
  demand("interruptedSeries", [
    ...countSeriesFaults("counts", counts),
    ...exposureSeriesFaults("exposures", series.exposures, counts),
    ...wholeFaults("firstMonth", series.firstMonth, 1, 12),
    ...wholeFaults("interruption", interruption, 0, counts.length),
    ...levelFaults(level),
  ]);
  const reason = tooLittle(counts, interruption);
  if (reason !== null) return reason;
  const fitAs = (model: SegmentedModel): SegmentedFit | null =>
    settled(() => segmentedRegression(series, model, level));
  const bestFit = (model: Omit<SegmentedModel, "variance">): SegmentedFit | null => {
    const quasi = fitAs({ ...model, variance: "quasi-poisson" });
    if (quasi === null || quasi.dispersion <= BURSTY) return quasi;
    return fitAs({ ...model, variance: "negative-binomial" });
  };
  const fit = bestFit({ interruption, trend: true, slopeChange, harmonics: 2 });
  const withoutTrend = bestFit({ interruption, trend: false, slopeChange: false, harmonics: 2 });
  if (fit === null || withoutTrend === null) return "MODEL_DOES_NOT_SETTLE";
  const bound = NORMAL_95 / Math.sqrt(counts.length);
  const correlated = fit.residualAcf.some((r) => Math.abs(r) > bound);
  const own = scaledError(fit);
  const step =
    correlated && fit.neweyWest.se > own
      ? withStudent(fit, fit.neweyWest.se, level, fit.neweyWest.ci.method)
      : withStudent(fit, own, level, fit.step.ci.method);
  return {
    step,
    p: studentTwoSided(step.beta / step.se, fit.df),
    fit,
    withoutTrend: withStudent(withoutTrend, scaledError(withoutTrend), level, withoutTrend.step.ci.method),
  };
};

/** The error of the step, with what months vary beyond the negative binomial; quasi-Poisson's has it already. */
const scaledError = ({ step, overdispersion, dispersion }: SegmentedFit): number =>
  overdispersion > 0 ? step.se * Math.sqrt(Math.max(1, dispersion)) : step.se;

const withStudent = ({ step, df }: SegmentedFit, se: number, level: number, method: string): LogEffect =>
  logEffect(step.beta, se, studentCritical(level, df), level, method);

const tooLittle = (counts: readonly number[], interruption: number): NoSeries | null => {
  if (interruption < MONTHS_BEFORE) return "FEWER_THAN_24_MONTHS_BEFORE";
  if (counts.length - interruption < MONTHS_AFTER) return "FEWER_THAN_12_MONTHS_AFTER";
  if (sum(counts) < counts.length) return "FEWER_THAN_ONE_EVENT_A_MONTH";
  if (sum(counts.slice(0, interruption)) === 0) return "NO_EVENTS_BEFORE";
  return sum(counts.slice(interruption)) === 0 ? "NO_EVENTS_AFTER" : null;
};

const sum = (values: readonly number[]): number => values.reduce((total, x) => total + x, 0);
