import { DAYS_PER_YEAR, type HouseholdChange } from "../domain/exposure.ts";
import type { Span } from "../domain/rates.ts";
import type { FieldFault } from "../errors.ts";
import { daysOf } from "./calendar.ts";
import { dayFaults, householdFaults } from "./checks.ts";

/** What the counts of a span arose in. */
export interface Exposure {
  /** Mean over the days of the span. */
  readonly households: number;
  readonly householdYears: number;
  /** Share of device-hours observed; null: unknown. */
  readonly coverage: number | null;
}

/** Exposure: households × days / 365.25. */
export const householdYears = (households: number, days: number): number =>
  (households * days) / DAYS_PER_YEAR;

/**
 * Household-days of a span: H = Σ over its days of the households on that day. `households` hold before
 * the first of the changes, which are in order of their days. No change within the span: households × days.
 */
export const householdDays = (
  changes: readonly HouseholdChange[],
  households: number,
  span: Span,
): number => {
  let sum = 0;
  let present = households;
  let { from } = span;
  for (const change of changes) {
    if (change.fromDay > from && from < span.to) {
      const to = change.fromDay < span.to ? change.fromDay : span.to;
      sum += present * daysOf({ from, to });
      from = to;
    }
    present = change.households;
  }
  return sum + present * daysOf({ from, to: span.to });
};

/**
 * Household-years that were observed: H_cov = H × coverage, one span's share of Σ (households × up-time).
 * Unknown coverage adjusts nothing.
 */
export const adjustedHouseholdYears = (years: number, coverage: number | null): number =>
  years * (coverage ?? 1);

/** Exposure of a span of at least one day. */
export const exposureOf = (input: {
  readonly span: Span;
  readonly households: number;
  readonly changes: readonly HouseholdChange[];
  readonly coverage: number | null;
  readonly adjusted: boolean;
}): Exposure => {
  const { span, households, changes, coverage, adjusted } = input;
  const all = householdDays(changes, households, span);
  const years = householdYears(all, 1);
  return {
    households: all / daysOf(span),
    householdYears: adjusted ? adjustedHouseholdYears(years, coverage) : years,
    coverage,
  };
};

/** Faults of the households of an estate and of their changes. */
export const historyFaults = (
  households: number,
  changes: readonly HouseholdChange[],
): readonly FieldFault[] => [
  ...householdFaults(households),
  ...changes.flatMap((change, i) => [
    ...dayFaults(`changes[${i}].fromDay`, change.fromDay),
    ...householdFaults(change.households, `changes[${i}].households`),
  ]),
];
