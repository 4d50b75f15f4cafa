import type { Span } from "../domain/rates.ts";
import { DAY, type LocalDate } from "../domain/time.ts";

const index = (month: string): number => Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1;

/** The month `YYYY-MM` so many months later; earlier when negative. */
export function monthAfter(month: string, months: number): string {
  const at = index(month) + months;
  const year = Math.floor(at / 12);
  return `${String(year).padStart(4, "0")}-${String(at - year * 12 + 1).padStart(2, "0")}`;
}

/** The days of a month; `to` is the first day of the next. */
export function daysOfMonth(month: string): Span {
  return { from: `${month}-01`, to: `${monthAfter(month, 1)}-01` };
}

/** The months that end with `month`, the earliest first. */
export function monthsUpTo(month: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => monthAfter(month, i + 1 - count));
}

/** A span for people: its first and its last day. */
export function spanText({ from, to }: Span): string {
  return `${from} – ${new Date(Date.parse(to) - DAY).toISOString().slice(0, 10)}`;
}

/** Where a day lies on an axis of months that begins with `first`: 0 for its first day, 1.5 for mid of the second. */
export function monthsFrom(first: string, day: LocalDate): number {
  const { from, to } = daysOfMonth(day.slice(0, 7));
  const length = (Date.parse(to) - Date.parse(from)) / DAY;
  return index(day.slice(0, 7)) - index(first) + (Number(day.slice(8)) - 1) / length;
}
