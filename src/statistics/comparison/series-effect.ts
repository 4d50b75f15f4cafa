import type { ComparedEstate } from "../../domain/comparison-input.ts";
import type { SeriesEffect } from "../../domain/comparison.ts";
import type { RecordedSpan, Span } from "../../domain/rates.ts";
import type { LocalDate } from "../../domain/time.ts";
import { addMonths } from "../calendar.ts";
import { interruptedSeries } from "../interrupted-series.ts";
import type { Grid } from "./grid.ts";

/**
 * The treated estates' calendar months as one series with an interruption in the month of the installation;
 * the washout counts as after, which can only weaken a step. `months` are consecutive. The reason when the
 * series does not bear a judgement.
 */
export const seriesEffectOf = (
  grid: Grid,
  treated: readonly ComparedEstate[],
  months: readonly LocalDate[],
  installedOn: LocalDate,
  level: number,
): SeriesEffect | string => {
  const spans: readonly Span[] = months.slice(0, -1).map((from) => ({ from, to: addMonths(from, 1) }));
  const bins = spans.map((span) => grid.total(treated, span));
  const interruption = spans.findIndex(({ to }) => to > installedOn);
  if (interruption === -1) return "NO_MONTH_AFTER";
  if (bins.some(({ exposure }) => exposure === 0)) return "NO_EXPOSURE_IN_A_MONTH";
  const found = interruptedSeries(
    {
      counts: bins.map(({ count }) => count),
      exposures: bins.map(({ exposure }) => exposure),
      firstMonth: Number(months[0]?.slice(5, 7)),
    },
    interruption,
    false,
    level,
  );
  if (typeof found === "string") return found;
  const { step, p, withoutTrend, fit } = found;
  return {
    step: { ratio: step.ratio, ci: step.ci, p, method: step.ci.method },
    withoutTrend: { ratio: withoutTrend.ratio, ci: withoutTrend.ci },
    monthsBefore: interruption,
    monthsAfter: spans.length - interruption,
    dispersion: fit.dispersion,
  };
};

/** The longest run of first days of months in the cuts that ends with the last of them. */
export const consecutiveMonths = (cuts: readonly LocalDate[]): readonly LocalDate[] => {
  const firsts = cuts.filter((day) => day.endsWith("-01"));
  let begin = firsts.length - 1;
  while (begin > 0 && addMonths(firsts[begin - 1] ?? "", 1) === firsts[begin]) begin -= 1;
  return firsts.slice(Math.max(0, begin));
};

/** The consecutive months of the cuts that records reach; months before the first record are no zeros. */
export const recordedMonths = (
  cuts: readonly LocalDate[],
  records: RecordedSpan | null,
): readonly LocalDate[] => {
  if (records === null) return [];
  const first = `${records.first.slice(0, 7)}-01`;
  const end = addMonths(`${records.last.slice(0, 7)}-01`, 1);
  return consecutiveMonths(cuts).filter((day) => day >= first && day <= end);
};
