import type { ComparedEstate } from "../../domain/comparison-input.ts";
import type { Span } from "../../domain/rates.ts";
import type { LocalDate } from "../../domain/time.ts";
import { addMonths, daysOf } from "../calendar.ts";
import { householdDays, householdYears } from "../exposure.ts";
import type { Observed } from "../rate-ratio.ts";

/** The days between which the counts of a comparison stand. */
export interface Grid {
  /** Count and household-years of an estate within a span. Throws RangeError unless both its days are cuts. */
  readonly observed: (estate: ComparedEstate, span: Span) => Observed;
  /** The same for all estates together; an exposure of 0 without estates. */
  readonly total: (estates: readonly ComparedEstate[], span: Span) => Observed;
  /** How many of the cases of the estates within a span a simulator made. */
  readonly simulated: (estates: readonly ComparedEstate[], span: Span) => number;
}

/** The grid of ascending days. */
export const gridOf = (cuts: readonly LocalDate[]): Grid => {
  const places = new Map(cuts.map((day, i) => [day, i]));
  const [first = ""] = cuts;
  // spans are asked for thousands of times, so their days are counted once
  const numbers = cuts.map((to) => daysOf({ from: first, to }));
  const placesOf = ({ from, to }: Span): { readonly start: number; readonly end: number } => {
    const [start, end] = [places.get(from), places.get(to)];
    if (start === undefined || end === undefined) throw new RangeError(`gridOf: ${from} or ${to} is no cut`);
    return { start, end };
  };
  const observed = (estate: ComparedEstate, span: Span): Observed => {
    const { start, end } = placesOf(span);
    let count = 0;
    for (let i = start; i < end; i += 1) count += estate.counts[i] ?? Number.NaN;
    const days = (numbers[end] ?? 0) - (numbers[start] ?? 0);
    return { count, exposure: householdYears(1, livedDays(estate, span, days)) };
  };
  return {
    observed,
    total: (estates, span) => {
      let count = 0;
      let exposure = 0;
      for (const estate of estates) {
        const one = observed(estate, span);
        count += one.count;
        exposure += one.exposure;
      }
      return { count, exposure };
    },
    simulated: (estates, span) => {
      const { start, end } = placesOf(span);
      return estates.reduce(
        (sum, estate) => sum + estate.simulated.slice(start, end).reduce((some, n) => some + n, 0),
        0,
      );
    },
  };
};

/** Most estates never changed: theirs is a product, computed thousands of times. */
const livedDays = ({ households, changes }: ComparedEstate, span: Span, days: number): number =>
  changes === undefined || changes.length === 0
    ? households * days
    : householdDays(changes, households, span);

/** Months of a span counted from its first day; the last ends with the span. */
export const monthsFrom = (span: Span): readonly Span[] => stepsFrom(span, 1);

/** Quarters of a span counted from its first day; the last ends with the span. */
export const quartersFrom = (span: Span): readonly Span[] => stepsFrom(span, 3);

const stepsFrom = ({ from, to }: Span, months: number): readonly Span[] => {
  const steps: Span[] = [];
  for (let k = 1, start = from; start < to; k += 1) {
    const next = addMonths(from, k * months);
    const end = next < to ? next : to;
    steps.push({ from: start, to: end });
    start = end;
  }
  return steps;
};
