import type { Span } from "../domain/rates.ts";
import { daysByCalendarMonth } from "./calendar.ts";

/**
 * Share (0 to 1) of one span's days that fall in other calendar months than the other span's: half the
 * sum of |shareᵢ − share'ᵢ| over the months. 0 for whole years, whatever their number.
 */
export const seasonMismatch = (one: Span, other: Span): number => {
  const theirs = shares(other);
  return shares(one).reduce((sum, share, month) => sum + Math.abs(share - (theirs[month] ?? 0)), 0) / 2;
};

const shares = (span: Span): readonly number[] => {
  const days = daysByCalendarMonth(span);
  const all = days.reduce((sum, n) => sum + n, 0);
  return days.map((n) => n / all);
};
