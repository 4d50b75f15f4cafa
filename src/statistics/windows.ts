import { type ComparisonWindows, MIN_WINDOW_MONTHS, type Span } from "../domain/rates.ts";
import type { LocalDate } from "../domain/time.ts";
import type { FieldFault } from "../errors.ts";
import type { RateStatistics } from "../ports.ts";
import { addDays, addMonths } from "./calendar.ts";
import { dayFaults, refuse, unless } from "./checks.ts";

const MAX_MONTHS = 240;
const MAX_WASHOUT_DAYS = 730;

/**
 * Before = [T − months, T) · washout = [T, commissioning + days) · after = the months that follow,
 * with T the installation day. Days are estate-local and have no zone.
 */
export const layWindows: RateStatistics["windows"] = (input) => {
  const { installedOn, beforeMonths, afterMonths, washoutDays } = input;
  const commissionedOn = input.commissionedOn ?? installedOn;
  refuse("VALIDATION", "the windows cannot be laid", [
    ...dayFaults("installedOn", installedOn),
    ...dayFaults("commissionedOn", commissionedOn),
    ...monthFaults("beforeMonths", beforeMonths),
    ...monthFaults("afterMonths", afterMonths),
    ...unless(
      Number.isInteger(washoutDays) && washoutDays >= 0 && washoutDays <= MAX_WASHOUT_DAYS,
      "washoutDays",
      `must be a whole number of days from 0 to ${MAX_WASHOUT_DAYS}`,
    ),
  ]);
  refuse(
    "WINDOW_OVERLAPS_INSTALL",
    "the windows would overlap the installation",
    unless(
      commissionedOn >= installedOn,
      "commissionedOn",
      `is ${commissionedOn}, before the installation on ${installedOn}`,
    ),
  );
  const settled = addDays(commissionedOn, washoutDays);
  return {
    before: { from: addMonths(installedOn, -beforeMonths), to: installedOn },
    washout: { from: installedOn, to: settled },
    after: { from: settled, to: addMonths(settled, afterMonths) },
  };
};

const monthFaults = (field: string, months: number): readonly FieldFault[] =>
  unless(
    Number.isInteger(months) && months >= MIN_WINDOW_MONTHS && months <= MAX_MONTHS,
    field,
    `must be a whole number of months from ${MIN_WINDOW_MONTHS} to ${MAX_MONTHS}`,
  );

const spanFaults = (field: string, span: Span): readonly FieldFault[] => [
  ...dayFaults(`${field}.from`, span.from),
  ...dayFaults(`${field}.to`, span.to),
];

/** Refuses windows that are no calendar days, are empty, or reach over the installation day. */
export const checkWindows = (windows: ComparisonWindows, installedOn: LocalDate): void => {
  const { before, washout, after } = windows;
  refuse("VALIDATION", "the windows are not made of calendar days", [
    ...dayFaults("installedOn", installedOn),
    ...spanFaults("windows.before", before),
    ...spanFaults("windows.washout", washout),
    ...spanFaults("windows.after", after),
  ]);
  refuse("WINDOW_OVERLAPS_INSTALL", "the windows overlap the installation or its washout", [
    ...unless(
      before.to <= installedOn && before.to <= washout.from,
      "windows.before.to",
      `is ${before.to}; the window must end by the installation on ${installedOn} and before the washout`,
    ),
    ...unless(
      after.from >= installedOn && after.from >= washout.to,
      "windows.after.from",
      `is ${after.from}; the window must begin after the installation on ${installedOn} and its washout`,
    ),
  ]);
  refuse("NO_EXPOSURE", "a window has no days", [
    ...unless(before.from < before.to, "windows.before.to", "leaves no day after from"),
    ...unless(after.from < after.to, "windows.after.to", "leaves no day after from"),
  ]);
};
