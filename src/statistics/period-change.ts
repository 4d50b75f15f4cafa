import type { MonthCount, PeriodChange, PeriodChanges } from "../domain/period-change.ts";
import { demand, levelFaults, observedFaults, unless } from "./checks.ts";
import { totalOf } from "./dispersion.ts";
import { type Observed, rateRatio } from "./rate-ratio.ts";

/**
 * 同比 and 环比 by the definition of the statistics bureau: (current − base) / base, in percent, raw and
 * per exposure, for the month asked for. Throws RangeError for bad or repeated months, counts or level.
 */
export const periodChanges = (months: readonly MonthCount[], month: string, level: number): PeriodChanges => {
  const given = new Map(months.map((entry) => [entry.month, entry]));
  demand("periodChanges", [
    ...levelFaults(level),
    ...monthFaults("month", month),
    ...months.flatMap((entry, i) => [
      ...monthFaults(`months[${i}].month`, entry.month),
      ...observedFaults(`months[${i}]`, entry),
    ]),
    ...unless(given.size === months.length, "months", "hold a month twice"),
  ]);
  const change = (current: readonly string[], base: readonly string[]): PeriodChange | null => {
    const [now, then] = [current, base].map((names) => names.flatMap((name) => given.get(name) ?? []));
    if (now?.length !== current.length || then?.length !== base.length) return null;
    return periodChange(totalOf(now), totalOf(then), level);
  };
  const january = `${month.slice(0, 5)}01`;
  return {
    yearOnYear: change([month], [earlier(month, 12)]),
    monthOnMonth: change([month], [earlier(month, 1)]),
    janFebYearOnYear: month.endsWith("-02")
      ? change([january, month], [earlier(january, 12), earlier(month, 12)])
      : null,
    springFestival: month.endsWith("-01") || month.endsWith("-02"),
  };
};

/** The change from `base` to `current`; exposures in one unit, > 0. */
const periodChange = (current: Observed, base: Observed, level: number): PeriodChange => {
  const { percentChange, exact } = rateRatio(current, base, level);
  return {
    current,
    base,
    rawPercent: base.count === 0 ? null : (100 * (current.count - base.count)) / base.count,
    ratePercent: percentChange,
    rateCi: exact?.percentCi ?? null,
  };
};

const earlier = (month: string, months: number): string => {
  const number = Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1 - months;
  const year = Math.floor(number / 12);
  return `${String(year).padStart(4, "0")}-${String(number - year * 12 + 1).padStart(2, "0")}`;
};

const monthFaults = (field: string, month: string) =>
  unless(/^\d{4}-(?:0[1-9]|1[0-2])$/u.test(month), field, "must be a month YYYY-MM");
