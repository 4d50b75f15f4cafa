import type { ComparedEstate, TreatedEstate } from "../../domain/comparison-input.ts";
import type { ComparisonWindows, Span } from "../../domain/rates.ts";
import type { LocalDate } from "../../domain/time.ts";
import type { BinnedPeriods } from "../overdispersed-relative-effect.ts";
import type { Grid } from "./grid.ts";
import { monthsFrom } from "./grid.ts";

/** Treated estates that share their windows. */
export interface TreatedCohort {
  readonly installedOn: LocalDate;
  readonly windows: ObservedWindows;
  readonly estates: readonly TreatedEstate[];
}

/** The windows as far as they are over. */
export interface ObservedWindows extends ComparisonWindows {
  /** The window after, cut at today. */
  readonly seen: Span;
}

/** The windows with the one after cut at today, whose own day is not over. */
export const observedWindows = (windows: ComparisonWindows, today: LocalDate): ObservedWindows => ({
  ...windows,
  seen: today < windows.after.to ? { from: windows.after.from, to: today } : windows.after,
});

/** The treated estates by their windows, in order of installation. */
export const cohortsOf = (treated: readonly TreatedEstate[], today: LocalDate): readonly TreatedCohort[] => {
  const groups = Map.groupBy(treated, ({ windows: { before, after } }) =>
    [before.from, before.to, after.from, after.to].join(" "),
  );
  return [...groups.values()]
    .flatMap((estates) => {
      const [first] = estates;
      if (first === undefined) return [];
      return [{ installedOn: first.installedOn, windows: observedWindows(first.windows, today), estates }];
    })
    .toSorted((a, b) => (a.installedOn < b.installedOn ? -1 : 1));
};

/** Counts by month of both windows, summed over the estates. */
export const binsOf = (
  grid: Grid,
  estates: readonly ComparedEstate[],
  { before, seen }: Pick<ObservedWindows, "before" | "seen">,
): BinnedPeriods => ({
  before: monthsFrom(before).map((span) => grid.total(estates, span)),
  after: monthsFrom(seen).map((span) => grid.total(estates, span)),
});

/** The sums of several cohorts by months since their own windows began. */
export const stackedBins = (parts: readonly BinnedPeriods[]): BinnedPeriods => ({
  before: stacked(parts.map(({ before }) => before)),
  after: stacked(parts.map(({ after }) => after)),
});

const stacked = (parts: readonly BinnedPeriods["before"][]): BinnedPeriods["before"] => {
  const length = Math.max(0, ...parts.map((bins) => bins.length));
  return Array.from({ length }, (_, k) => {
    const bins = parts.flatMap((part) => part[k] ?? []);
    return {
      count: bins.reduce((sum, { count }) => sum + count, 0),
      exposure: bins.reduce((sum, { exposure }) => sum + exposure, 0),
    };
  });
};
