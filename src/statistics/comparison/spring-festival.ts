import type { Span } from "../../domain/rates.ts";
import { DAY, type LocalDate } from "../../domain/time.ts";
import { addDays, daysOf } from "../calendar.ts";

/** The travel season 春运: so many days before New Year's Day, so many from it on. */
const DAYS_BEFORE = 15;
const DAYS_FROM = 25;
/** New Year's Day always lies between these, in the civil calendar. */
const EARLIEST = "-01-20";
const LATEST_AFTER = 33;

const chinese = new Intl.DateTimeFormat("en-u-ca-chinese", {
  month: "numeric",
  day: "numeric",
  timeZone: "UTC",
});

/**
 * Where the new moon falls within minutes of midnight in Beijing the built-in calendar is a day off; these are
 * the days of the almanac.
 */
const NEAR_MIDNIGHT: Readonly<Record<number, LocalDate>> = { 2027: "2027-02-06", 2030: "2030-02-03" };

/** The first day of the lunar year that begins in a civil year. Throws RangeError when the calendar has none. */
export const springFestival = (year: number): LocalDate => {
  const known = NEAR_MIDNIGHT[year];
  if (known !== undefined) return known;
  for (let i = 0; i <= LATEST_AFTER; i += 1) {
    const day = addDays(`${year}${EARLIEST}`, i);
    const parts = chinese.formatToParts(Date.parse(`${day}T00:00:00Z`) + DAY / 2);
    const part = (type: string) => parts.find((one) => one.type === type)?.value;
    if (part("month") === "1" && part("day") === "1") return day;
  }
  throw new RangeError(`springFestival: no lunar year begins in ${year}`);
};

/** Days of a span in which people travel for the festival and homes stand empty. */
export const festivalDays = (span: Span): number => {
  let days = 0;
  for (let year = Number(span.from.slice(0, 4)); year <= Number(span.to.slice(0, 4)); year += 1) {
    const first = springFestival(year);
    const from = addDays(first, -DAYS_BEFORE);
    const to = addDays(first, DAYS_FROM);
    days += Math.max(
      0,
      daysOf({ from: from > span.from ? from : span.from, to: to < span.to ? to : span.to }),
    );
  }
  return days;
};
