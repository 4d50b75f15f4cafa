import type { ComparisonWindows, Span } from "../../domain/rates.ts";
import type { LocalDate } from "../../domain/time.ts";
import type { RateStatistics } from "../../ports.ts";
import { addMonths } from "../calendar.ts";
import { layWindows } from "../windows.ts";
import { observedWindows } from "./cohorts.ts";
import { monthsFrom } from "./grid.ts";

const YEAR_MONTHS = 12;
/** Months before the first installation that a series needs, with some to spare. */
const SERIES_BEFORE = 24;

/**
 * The windows of each installation and the days between which to count. `days`: windows to the day, and whole
 * months of `seriesMonths` up to today beside them. `months`: windows of whole calendar months, so that many
 * dates share their cuts; what of the present month is over is left out. `calendarMatch`: where less than a
 * year after is over, the window before is the same days of an earlier year.
 * Throws VALIDATION or WINDOW_OVERLAPS_INSTALL, naming the fields.
 */
export const comparisonPlan: RateStatistics["comparisonPlan"] = (input) => {
  const { installs, grain, calendarMatch, seriesMonths } = input;
  const today = grain === "months" ? monthOf(input.today) : input.today;
  const windows = installs.map((install) => {
    const laid = layWindows({ ...input, ...install });
    const snapped = grain === "months" ? wholeMonths(laid, input) : laid;
    return calendarMatch ? matched(snapped, today) : snapped;
  });
  const spans = windows.flatMap((each) => {
    const { before, seen } = observedWindows(each, today);
    return seen.from < seen.to ? [before, seen] : [before];
  });
  const cuts = new Set(spans.flatMap((span) => [...monthsFrom(span).map(({ from }) => from), span.to]));
  const series =
    grain === "months"
      ? seriesAround(spans)
      : { from: addMonths(monthOf(today), -seriesMonths), to: monthOf(today) };
  for (let day = series.from; day <= series.to; day = addMonths(day, 1)) cuts.add(day);
  return { windows, cuts: [...cuts].toSorted(), today };
};

const monthOf = (day: LocalDate): LocalDate => `${day.slice(0, 7)}-01`;

/** The first of the month on or after a day. */
const nextMonth = (day: LocalDate): LocalDate => (day.endsWith("-01") ? day : addMonths(monthOf(day), 1));

const wholeMonths = (
  { before, washout }: ComparisonWindows,
  { beforeMonths, afterMonths }: { readonly beforeMonths: number; readonly afterMonths: number },
): ComparisonWindows => {
  const end = monthOf(before.to);
  const settled = nextMonth(washout.to);
  return {
    before: { from: addMonths(end, -beforeMonths), to: end },
    washout: { from: end, to: settled },
    after: { from: settled, to: addMonths(settled, afterMonths) },
  };
};

/** Less than a year after is compared with the same days of the latest year that had ended by then. */
const matched = (windows: ComparisonWindows, today: LocalDate): ComparisonWindows => {
  const { before } = windows;
  const { seen } = observedWindows(windows, today);
  if (seen.from >= seen.to || addMonths(seen.from, YEAR_MONTHS) <= seen.to) return windows;
  let years = 1;
  while (addMonths(seen.to, -YEAR_MONTHS * years) > before.to) years += 1;
  const shifted = (day: LocalDate): LocalDate => addMonths(day, -YEAR_MONTHS * years);
  return { ...windows, before: { from: shifted(seen.from), to: shifted(seen.to) } };
};

const seriesAround = (spans: readonly Span[]): Span => {
  const days = spans.flatMap(({ from, to }) => [from, to]).toSorted();
  const firstEnd = spans.map(({ to }) => to).toSorted()[0] ?? "";
  const [from = ""] = [days[0] ?? "", addMonths(firstEnd, -SERIES_BEFORE)].toSorted();
  return { from, to: days.at(-1) ?? from };
};
