import type { Interval, RateRow, Span } from "../domain/rates.ts";
import type { FieldFault } from "../errors.ts";
import type { RateStatistics } from "../ports.ts";
import { daysOf } from "./calendar.ts";
import {
  countFaults,
  dayFaults,
  householdFaults,
  levelFaults,
  noHouseholds,
  refuse,
  unless,
} from "./checks.ts";
import { type CountLimits, garwoodLimits } from "./count-interval.ts";

const DAYS_PER_YEAR = 365.25;

/** Rates are told per this many household-years. */
const PER = 1000;

/** Exposure: households × days / 365.25. */
export const householdYears = (households: number, days: number): number =>
  (households * days) / DAYS_PER_YEAR;

/** A count over an exposure in household-years, per 1,000 household-years. */
export const rateOf = (count: number, years: number): number => (count / years) * PER;

/** Limits of a count as an interval of its rate per 1,000 household-years. */
export const rateInterval = (limits: CountLimits, years: number, level: number): Interval => ({
  lo: rateOf(limits.lo, years),
  hi: rateOf(limits.hi, years),
  level,
  method: "garwood",
});

/** One row of a rate series for a span in which `households` were constant and > 0. */
export const rateRow = (
  span: Span,
  count: number,
  households: number,
  level: number,
  limits: CountLimits = garwoodLimits(count, level),
): RateRow => {
  const years = householdYears(households, daysOf(span));
  return {
    from: span.from,
    to: span.to,
    count,
    households,
    householdYears: years,
    rate: rateOf(count, years),
    ci: rateInterval(limits, years, level),
  };
};

/** One row per bucket, in the order given. Throws VALIDATION or NO_EXPOSURE, naming the fields. */
export const rates: RateStatistics["rates"] = ({ counts, households, level }) => {
  refuse("VALIDATION", "the rates asked for cannot be computed", [
    ...levelFaults(level),
    ...householdFaults(households),
    ...counts.flatMap(bucketFaults),
  ]);
  refuse("NO_EXPOSURE", "without exposure there is no rate", [
    ...noHouseholds(households),
    ...counts.flatMap((span, i) =>
      unless(span.from < span.to, `counts[${i}].to`, "leaves no day after from"),
    ),
  ]);
  // a long series of days has few different counts
  const known = new Map<number, CountLimits>();
  return counts.map((span) => {
    const limits = known.get(span.count) ?? garwoodLimits(span.count, level);
    known.set(span.count, limits);
    return rateRow(span, span.count, households, level, limits);
  });
};

const bucketFaults = (span: Span & { readonly count: number }, i: number): readonly FieldFault[] => [
  ...dayFaults(`counts[${i}].from`, span.from),
  ...dayFaults(`counts[${i}].to`, span.to),
  ...countFaults(`counts[${i}].count`, span.count),
];
