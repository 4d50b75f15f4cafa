import type { ChangeName, PeriodAnswer } from "../domain/period-change.ts";
import type { Caveat } from "../domain/rates.ts";
import type { BeforeAfter, NoComparison } from "./before-after.ts";
import type { RatedSpan } from "./counted-months.ts";
import { type Cell, csv } from "./csv.ts";
import type { DistrictFigures } from "./district-figures.ts";
import type { EstateFigures } from "./estate-figures.ts";
import type { Texts } from "./texts.ts";

/** The columns of every CSV bulletin: one fact a line. */
const COLUMNS = [
  "estate",
  "name",
  "what",
  "from",
  "to",
  "count",
  "count_base",
  "household_years",
  "rate_per_1000_household_years",
  "lower_95",
  "upper_95",
  "ratio_or_percent",
  "p",
  "q",
  "verdict",
  "note",
  "caveats",
] as const;
type Line = Readonly<Partial<Record<(typeof COLUMNS)[number], Cell>>>;

/** One estate as CSV: months, sums, changes, comparison. */
export function estateCsv(
  figures: EstateFigures,
  facts: readonly (readonly [string, string])[],
  words: Texts,
): string {
  const { estate, months, year, yearBefore, changes, comparison, times } = figures;
  const who: Line = { estate: estate.id, name: estate.name };
  return written([
    ...facts.map(([name, value]) => ({ what: name, note: value })),
    ...months.map((span) => whose(who, spanLine("month", span, words))),
    { ...who, ...spanLine("last_12_months", year, words) },
    { ...who, ...spanLine("12_months_before", yearBefore, words) },
    ...changeLines(changes, words).map((line) => whose(who, line)),
    ...times.types.map(({ type, count }) => whose(who, { what: "type_last_12_months", note: type, count })),
    { ...who, ...comparisonLine(comparison, words) },
  ]);
}

/** A district as CSV: its months, then its estates with month, year and comparison. */
export function districtCsv(
  figures: DistrictFigures,
  facts: readonly (readonly [string, string])[],
  words: Texts,
): string {
  const { lines, months, year, yearBefore, changes } = figures;
  return written([
    ...facts.map(([name, value]) => ({ what: name, note: value })),
    ...months.map((span) => spanLine("month", span, words)),
    spanLine("last_12_months", year, words),
    spanLine("12_months_before", yearBefore, words),
    ...changeLines(changes, words),
    ...lines.flatMap(({ estate, month, lastYear, year: own, comparison, q }) =>
      [
        spanLine("month", month, words),
        spanLine("same_month_last_year", lastYear, words),
        spanLine("last_12_months", own, words),
        { ...comparisonLine(comparison, words), q },
      ].map((line) => whose({ estate: estate.id, name: estate.name }, line)),
    ),
  ]);
}

const whose = (who: Line, line: Line): Line => ({ ...who, ...line });

const written = (lines: readonly Line[]): string =>
  csv([COLUMNS, ...lines.map((line) => COLUMNS.map((column) => line[column]))]);

function spanLine(what: string, span: RatedSpan, { head }: Texts): Line {
  const { from, to, count, recorded, estimate } = span;
  return {
    what,
    from,
    to,
    // A month without records is no zero.
    count: recorded ? count : null,
    household_years: estimate?.householdYears,
    rate_per_1000_household_years: estimate?.rate,
    lower_95: estimate?.ci.lo,
    upper_95: estimate?.ci.hi,
    note: recorded ? undefined : head.noData,
  };
}

const CHANGES: readonly (readonly [ChangeName, string])[] = [
  ["yearOnYear", "year_on_year_percent_of_rates"],
  ["monthOnMonth", "month_on_month_percent_of_rates"],
  ["janFebYearOnYear", "january_february_year_on_year_percent_of_rates"],
];

function changeLines({ changes, reasons, caveats }: PeriodAnswer, words: Texts): readonly Line[] {
  return CHANGES.map(([name, what]) => {
    const change = changes[name];
    const reason = reasons[name];
    return {
      what,
      count: change?.current.count,
      count_base: change?.base.count,
      ratio_or_percent: change?.ratePercent,
      lower_95: change?.rateCi?.lo,
      upper_95: change?.rateCi?.hi,
      note: reason && words.noChange[reason],
      caveats: codes(caveats),
    };
  });
}

function comparisonLine(found: BeforeAfter | NoComparison, words: Texts): Line {
  const what = "rate_ratio_after_before";
  if (typeof found === "string") return { what, note: words.noComparison[found] };
  const { before, after, effect, verdict, caveats } = found;
  return {
    what,
    from: after.from,
    to: after.to,
    count: after.count,
    count_base: before.count,
    ratio_or_percent: effect.rateRatio,
    lower_95: effect.ciDecision?.lo,
    upper_95: effect.ciDecision?.hi,
    p: effect.pDecision,
    verdict,
    caveats: codes(caveats),
  };
}

const codes = (caveats: readonly Caveat[]): string => caveats.map(({ code }) => code).join(" ");
