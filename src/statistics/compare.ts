import type { ComparisonSide, RateRatio, Span } from "../domain/rates.ts";
import type { LocalDate } from "../domain/time.ts";
import type { RateStatistics } from "../ports.ts";
import { monthsOf } from "./calendar.ts";
import { caveatsOf } from "./caveats.ts";
import {
  countFaults,
  dayFaults,
  householdFaults,
  levelFaults,
  noHouseholds,
  refuse,
  unless,
} from "./checks.ts";
import { dataCaveats, isRecorded } from "./data-caveats.ts";
import { minDetectableAfter } from "./min-detectable.ts";
import { rateRatio } from "./rate-ratio.ts";
import { rateRow } from "./rates.ts";
import { verdictOf } from "./verdict.ts";
import { checkWindows } from "./windows.ts";

/** What each number of the answer was computed by; a new version of a method changes its text. */
const METHODS = {
  exposure: "household-days / 365.25, households held constant; rates per 1,000 household-years",
  rateInterval: "garwood/1: exact central Poisson limits (Garwood 1936)",
  rateRatio: "exact-conditional/1: binomial given the total, central p and limits (Fay 2010)",
  midP: "mid-p/1: half of the observed point in each tail; for comparison, not for the verdict",
  minDetectable: "min-detectable/1: largest count after with pCentral <= 1 - level at equal exposure",
  verdict:
    "pCentral <= 1 - level, not estimable where a window has no records; over-dispersion, control and regression to the mean not assessed",
} as const;

/**
 * Compares the counts of one estate before and after its installation. An after window that is not
 * over is cut at `today`, whose own day is not counted; the counts must cover the same days. A window
 * that no record reaches is no zero: then there is no effect, and the verdict is `not_estimable`.
 * Throws VALIDATION, WINDOW_OVERLAPS_INSTALL or NO_EXPOSURE, naming the fields.
 */
export const compare: RateStatistics["compare"] = (input) => {
  const { windows, households, level, today, installedOn } = input;
  refuse("VALIDATION", "the comparison cannot be computed", [
    ...levelFaults(level),
    ...householdFaults(households),
    ...countFaults("beforeCount", input.beforeCount),
    ...countFaults("afterCount", input.afterCount),
    ...countFaults("beforeSimulated", input.beforeSimulated),
    ...countFaults("afterSimulated", input.afterSimulated),
    ...dayFaults("today", today),
  ]);
  checkWindows(windows, installedOn);
  refuse("NO_EXPOSURE", "without exposure on both sides there is nothing to compare", [
    ...noHouseholds(households),
    ...unless(
      windows.after.from < today,
      "windows.after.from",
      `is ${windows.after.from}; on ${today} no day of the window after the installation is over`,
    ),
  ]);

  const before = sideOf(windows.before, input.beforeCount, households, level);
  const after = sideOf(observed(windows.after, today), input.afterCount, households, level);
  const recorded = [before, after].every((side) => isRecorded(side, input.records));
  const effect = recorded
    ? rateRatio(
        { count: after.count, exposure: after.householdYears },
        { count: before.count, exposure: before.householdYears },
        level,
      )
    : NO_EFFECT;
  const minDetectable = minDetectableAfter(before.count, level);
  const verdict = verdictOf(effect, level);
  const { simulated, caveats: data } = dataCaveats({
    spans: [before, after],
    counted: before.count + after.count,
    simulated: input.beforeSimulated + input.afterSimulated,
    records: input.records,
  });
  const caveats = [
    ...data,
    ...caveatsOf({ windows, before, after, minDetectable, verdict, level, recorded }),
  ];
  return {
    estateId: input.estateId,
    series: "recorded",
    unit: input.unit,
    types: input.types,
    installedOn,
    windows,
    before,
    after,
    effect,
    minDetectable,
    verdict,
    simulated,
    provisional: caveats.some((caveat) => caveat.severity === "blocking"),
    caveats,
    methods: METHODS,
  };
};

const NO_EFFECT: RateRatio = { rateRatio: null, percentChange: null, exact: null };

const sideOf = (span: Span, count: number, households: number, level: number): ComparisonSide => ({
  ...rateRow(span, count, households, level),
  months: monthsOf(span),
});

const observed = (span: Span, today: LocalDate): Span =>
  today < span.to ? { from: span.from, to: today } : span;
