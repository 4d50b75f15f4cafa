import type { Cohort, CohortOutcome } from "./staggered-att.ts";

/** The mean outcome of a cohort in a period. */
export interface CohortMean {
  readonly cohort: Cohort;
  readonly period: number;
  /** Estates of the cohort. */
  readonly size: number;
  readonly mean: number;
}

/** An estate with its events by period, in the order of the panel's periods. */
export interface StaggeredEstate {
  readonly cohort: Cohort;
  readonly counts: readonly number[];
  /** Any one unit, > 0. */
  readonly exposures: readonly number[];
}

/** Means of cohorts, pooled by their number of estates. A cohort keeps its size in all periods. */
export const meanOutcome = (means: readonly CohortMean[]): CohortOutcome => {
  const cells = new Map(means.map((cell) => [keyOf(cell.cohort, cell.period), cell]));
  return {
    cohorts: [...new Map(means.map(({ cohort, size }) => [cohort, { cohort, size }])).values()],
    periods: [...new Set(means.map(({ period }) => period))].toSorted((a, b) => a - b),
    valueOf: (cohorts, period) => {
      let sum = 0;
      let size = 0;
      for (const cohort of cohorts) {
        const cell = cells.get(keyOf(cohort, period));
        if (cell === undefined) return null;
        sum += cell.mean * cell.size;
        size += cell.size;
      }
      return sum / size;
    },
  };
};

/**
 * ln(Σ counts / Σ exposures) of cohorts, so that effects are logarithms of rate ratios; null without events:
 * choose periods long enough that every cohort has some.
 */
export const logRateOutcome = (
  estates: readonly StaggeredEstate[],
  periods: readonly number[],
): CohortOutcome => {
  const totals = new Map<string, { count: number; exposure: number }>();
  const sizes = new Map<Cohort, number>();
  for (const { cohort, counts, exposures } of estates) {
    sizes.set(cohort, (sizes.get(cohort) ?? 0) + 1);
    for (const [i, period] of periods.entries()) {
      const total = totals.get(keyOf(cohort, period)) ?? { count: 0, exposure: 0 };
      total.count += counts[i] ?? Number.NaN;
      total.exposure += exposures[i] ?? Number.NaN;
      totals.set(keyOf(cohort, period), total);
    }
  }
  return {
    cohorts: [...sizes].map(([cohort, size]) => ({ cohort, size })),
    periods,
    valueOf: (cohorts, period) => {
      let count = 0;
      let exposure = 0;
      for (const cohort of cohorts) {
        const total = totals.get(keyOf(cohort, period));
        if (total === undefined) return null;
        count += total.count;
        exposure += total.exposure;
      }
      return count === 0 ? null : Math.log(count / exposure);
    },
  };
};

const keyOf = (cohort: Cohort, period: number): string => `${cohort}:${period}`;
