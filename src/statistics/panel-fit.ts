import type { CountData, LogLinearFit } from "./log-linear.ts";
import { poissonGlm } from "./poisson-glm.ts";

/** One estate in one period. */
export interface PanelRow {
  readonly estate: string;
  /** Number of the period, in time order. */
  readonly period: number;
  readonly count: number;
  /** Any one unit, > 0. */
  readonly exposure: number;
}

/** A fit with an effect for each estate and period, and where the coefficient asked for stands in it. */
export interface PanelFit {
  readonly data: CountData;
  readonly fit: LogLinearFit;
  readonly column: number;
}

/**
 * The rows without the estates and periods that have no event at all: their own effect explains them
 * wholly, so they say nothing of any other coefficient, and the fit would run to −∞ with them.
 */
export const usefulRows = (rows: readonly PanelRow[]): readonly PanelRow[] => {
  const some = rows.filter(({ count }) => count > 0);
  const estates = new Set(some.map(({ estate }) => estate));
  const periods = new Set(some.map(({ period }) => period));
  return rows.filter(({ estate, period }) => estates.has(estate) && periods.has(period));
};

/**
 * Poisson fit of ln μ = estate + period + β·regressor + ln exposure. `rows` as `usefulRows` gives them.
 * Throws RangeError when the regressor is a combination of estates and periods, or nothing settles.
 */
export const panelFit = (rows: readonly PanelRow[], regressor: (row: PanelRow) => number): PanelFit => {
  const estates = placesOf(rows.map(({ estate }) => estate));
  const periods = placesOf(rows.map(({ period }) => period));
  const column = estates.size + periods.size - 1;
  const data: CountData = {
    counts: rows.map(({ count }) => count),
    design: rows.map((row) => {
      const columns = Array.from({ length: column + 1 }, () => 0);
      columns[estates.get(row.estate) ?? 0] = 1;
      const period = periods.get(row.period) ?? 0;
      // the first period is the level that the estates carry
      if (period > 0) columns[estates.size + period - 1] = 1;
      columns[column] = regressor(row);
      return columns;
    }),
    offsets: rows.map(({ exposure }) => Math.log(exposure)),
  };
  return { data, fit: poissonGlm(data), column };
};

/** Each value with its place among the different values, in order of appearance. */
const placesOf = <T>(values: readonly T[]): ReadonlyMap<T, number> =>
  new Map([...new Set(values)].map((value, i) => [value, i]));
