import type { Interval, RateRow, Span } from "../domain/rates.ts";
import { type FieldFault, ZhianError } from "../errors.ts";
import type { RateStatistics } from "../ports.ts";
import { countFaults, dayFaults, levelFaults, noHouseholds, refuse, unless } from "./checks.ts";
import { type CountLimits, garwoodLimits } from "./count-interval.ts";
import { coverageCaveats, populationChange } from "./exposure-caveats.ts";
import { type Exposure, exposureOf, historyFaults } from "./exposure.ts";

/** Rates are told per this many household-years. */
const PER = 1000;

/** A count over an exposure in household-years, per 1,000 household-years. */
export const rateOf = (count: number, years: number): number => (count / years) * PER;

/** Limits of a count as an interval of its rate per 1,000 household-years. */
export const rateInterval = (limits: CountLimits, years: number, level: number): Interval => ({
  lo: rateOf(limits.lo, years),
  hi: rateOf(limits.hi, years),
  level,
  method: "garwood",
});

/** One row of a rate series; the exposure is > 0. */
const rateRow = (
  { from, to }: Span,
  count: number,
  exposure: Exposure,
  level: number,
  limits: CountLimits = garwoodLimits(count, level),
): RateRow & { readonly rate: number; readonly ci: Interval } => {
  const { households, householdYears, coverage } = exposure;
  return {
    from,
    to,
    count,
    households,
    householdYears,
    coverage,
    rate: rateOf(count, householdYears),
    ci: rateInterval(limits, householdYears, level),
  };
};

/**
 * One row per bucket, in the order given, and their total: its exposure is the sum of theirs. A bucket
 * without exposure has no rate, and neither has a total of which nothing was observed. Throws VALIDATION
 * or NO_EXPOSURE, naming the fields.
 */
export const rates: RateStatistics["rates"] = (input) => {
  const { series, counts, households, changes, adjusted, level } = input;
  refuse("VALIDATION", "the rates asked for cannot be computed", [
    ...levelFaults(level),
    ...historyFaults(households, changes),
    ...counts.flatMap(bucketFaults),
  ]);
  const [first, last] = [counts[0], counts.at(-1)];
  if (!first || !last) return refuseNothing();
  refuse(
    "NO_EXPOSURE",
    "without exposure there is no rate",
    counts.flatMap((span, i) => unless(span.from < span.to, `counts[${i}].to`, "leaves no day after from")),
  );
  // a long series of days has few different counts
  const known = new Map<number, CountLimits>();
  const limitsOf = (count: number): CountLimits => {
    const limits = known.get(count) ?? garwoodLimits(count, level);
    known.set(count, limits);
    return limits;
  };
  const rowOf = (span: Span, count: number, exposure: Exposure): RateRow =>
    exposure.householdYears > 0
      ? rateRow(span, count, exposure, level, limitsOf(count))
      : { from: span.from, to: span.to, count, ...exposure, rate: null, ci: null };

  const basis = { households, changes, adjusted };
  const rows = counts.map((bucket) =>
    rowOf(bucket, bucket.count, exposureOf({ ...basis, span: bucket, coverage: bucket.coverage })),
  );
  const span = { from: first.from, to: last.to };
  const whole = exposureOf({ ...basis, span, coverage: input.coverage });
  const householdYears = rows.reduce((sum, row) => sum + row.householdYears, 0);
  refuse("NO_EXPOSURE", "without exposure there is no rate", noHouseholds(whole.households));
  const count = rows.reduce((sum, row) => sum + row.count, 0);
  const total = rowOf(span, count, { ...whole, householdYears });
  const lived = rows.map((row) => row.households);
  const population = populationChange(Math.min(...lived), Math.max(...lived));
  return {
    rows,
    total,
    caveats: [
      ...(series === "sensor" || adjusted ? coverageCaveats(rows, total, adjusted) : []),
      ...(population ? [population] : []),
    ],
  };
};

const refuseNothing = (): never => {
  throw new ZhianError("NO_EXPOSURE", "without exposure there is no rate", {
    faults: [{ field: "counts", reason: "hold no day" }],
  });
};

const bucketFaults = (
  { from, to, count, coverage }: Span & { readonly count: number; readonly coverage: number | null },
  i: number,
): readonly FieldFault[] => [
  ...dayFaults(`counts[${i}].from`, from),
  ...dayFaults(`counts[${i}].to`, to),
  ...countFaults(`counts[${i}].count`, count),
  ...unless(
    coverage === null || (coverage >= 0 && coverage <= 1),
    `counts[${i}].coverage`,
    "must be a share from 0 to 1, or null",
  ),
];
