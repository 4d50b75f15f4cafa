import type { Span } from "../domain/rates.ts";
import { DAY, type LocalDate } from "../domain/time.ts";

const FIRST = "1900-01-01";
const LAST = "2199-12-31";

// Local days are counted as if they were UTC days: no zone, no summer time, every day is 24 h.
const dayNumber = (day: LocalDate): number => Date.parse(`${day}T00:00:00Z`) / DAY;
const dayOf = (number: number): LocalDate => new Date(number * DAY).toISOString().slice(0, 10);

/** True for a real calendar day `YYYY-MM-DD` from 1900 to 2199. */
export const isLocalDate = (text: string): boolean => {
  if (!/^\d{4}-\d\d-\d\d$/u.test(text) || text < FIRST || text > LAST) return false;
  const number = dayNumber(text);
  // the engine reads 30 February as 1 March; a real day comes back unchanged
  return Number.isFinite(number) && dayOf(number) === text;
};

/** The day `days` later (earlier when negative). */
export const addDays = (day: LocalDate, days: number): LocalDate => dayOf(dayNumber(day) + days);

/** The same day of the month `months` later; the last day of that month when it is shorter. */
export const addMonths = (day: LocalDate, months: number): LocalDate => {
  const date = new Date(dayNumber(day) * DAY);
  const wanted = date.getUTCDate();
  const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1) / DAY;
  const next = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months + 1, 1) / DAY;
  return dayOf(first + Math.min(wanted, next - first) - 1);
};

/** Days of a span: `from` counts, `to` does not. Negative when `to` is earlier. */
export const daysOf = (span: Span): number => dayNumber(span.to) - dayNumber(span.from);

/** Length of a span in months: whole months, then the share of the next one; to a hundredth. */
export const monthsOf = (span: Span): number => {
  let whole = 0;
  while (addMonths(span.from, whole + 1) <= span.to) whole += 1;
  const begun = addMonths(span.from, whole);
  const rest = daysOf({ from: begun, to: span.to });
  const length = daysOf({ from: begun, to: addMonths(span.from, whole + 1) });
  return Math.round((whole + rest / length) * 100) / 100;
};

/** Days of a span that fall in each calendar month, January first. */
export const daysByCalendarMonth = (span: Span): readonly number[] => {
  const days = Array.from({ length: 12 }, () => 0);
  let from = span.from;
  while (from < span.to) {
    const month = addMonths(`${from.slice(0, 7)}-01`, 1);
    const to = month < span.to ? month : span.to;
    const index = Number(from.slice(5, 7)) - 1;
    days[index] = (days[index] ?? 0) + daysOf({ from, to });
    from = to;
  }
  return days;
};
