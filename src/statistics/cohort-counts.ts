import { demand, unless } from "./checks.ts";
import type { StaggeredEstate } from "./cohort-outcome.ts";
import type { BeforeAfter, ControlledCounts } from "./controlled-counts.ts";
import { staggeredFaults, type StaggeredPanel } from "./staggered-panel.ts";

/** A cohort against its controls, summed over the same periods before and after. */
export interface CohortCounts {
  readonly cohort: number;
  readonly estates: number;
  /** Null when the panel does not cover the window, or nobody is left to compare with. */
  readonly counts: ControlledCounts | null;
}

/**
 * The four cells of each cohort: `window` periods before its date and as many from it on, against the
 * controls over the same periods (not yet treated: until the window ends). One RIRR each, to be pooled over
 * cohorts; they share controls, so pooling them as independent makes the interval somewhat too short.
 * Throws RangeError naming the fields.
 */
export const cohortCounts = (panel: StaggeredPanel, window: number): readonly CohortCounts[] => {
  demand("cohortCounts", [
    ...staggeredFaults(panel),
    ...unless(Number.isInteger(window) && window >= 1, "window", "must be a whole number, 1 or more"),
  ]);
  const { estates, periods, control } = panel;
  const cohorts = [...new Set(estates.map(({ cohort }) => cohort))].filter((cohort) => cohort !== null);
  return cohorts
    .toSorted((a, b) => a - b)
    .map((cohort) => {
      const own = estates.filter((estate) => estate.cohort === cohort);
      const start = periods.findIndex((period) => period >= cohort);
      const last = periods[start + window - 1];
      const others = estates.filter(
        (estate) =>
          estate.cohort === null ||
          (control === "not-yet-treated" && last !== undefined && estate.cohort > last),
      );
      const covered = start >= window && last !== undefined && others.length > 0;
      const cells = (group: readonly StaggeredEstate[]): BeforeAfter => ({
        before: sumOver(group, start - window, start),
        after: sumOver(group, start, start + window),
      });
      return {
        cohort,
        estates: own.length,
        counts: covered ? { treated: cells(own), control: cells(others) } : null,
      };
    });
};

const sumOver = (group: readonly StaggeredEstate[], from: number, to: number): BeforeAfter["before"] => {
  const sum = (of: (estate: StaggeredEstate) => readonly number[]): number =>
    group.reduce(
      (total, estate) =>
        total +
        of(estate)
          .slice(from, to)
          .reduce((a, b) => a + b, 0),
      0,
    );
  return { count: sum(({ counts }) => counts), exposure: sum(({ exposures }) => exposures) };
};
