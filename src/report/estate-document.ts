import { changeTable, codes, hours, rateTable, typeTable } from "./blocks.ts";
import { caveatPages } from "./caveat-list.ts";
import { comparisonBlock } from "./comparison-block.ts";
import { document, type Head, heading } from "./document.ts";
import type { EstateFigures } from "./estate-figures.ts";
import { lastYearChart } from "./last-year-chart.ts";
import { type Markup, markup } from "./markup.ts";
import { spanText } from "./months.ts";
import { rateChart } from "./rate-chart.ts";
import type { Texts } from "./texts.ts";
import type { RatedSpan } from "./counted-months.ts";

const YEAR = 12;

/** The bulletin of one estate, four pages. */
export function estateDocument(figures: EstateFigures, head: Head, words: Texts): string {
  const { months, changes, times, comparison, estate } = figures;
  const caveats = [...changes.caveats, ...(typeof comparison === "string" ? [] : comparison.caveats)];
  return document(
    head,
    [
      [
        heading(words.section.figures),
        rateTable(mainSpans(figures, words), words),
        heading(words.section.changes),
        changeTable(changes, words),
        heading(words.section.lastYear),
        lastYearChart(months, words),
        typeTable(times, words),
      ],
      [
        heading(words.section.rates),
        rateChart(months, estate.installedOn, words),
        monthTables(months, words),
        codes(changes.caveats, words),
      ],
      [...hours(times, words), codes(changes.caveats, words), ...comparisonBlock(comparison, words)],
      ...caveatPages(
        caveats.map((caveat) => ({ caveat })),
        words,
      ),
    ],
    words,
  );
}

/** The spans every bulletin begins with. */
export function mainSpans(
  { months, year, yearBefore }: Pick<EstateFigures, "months" | "year" | "yearBefore">,
  { row }: Texts,
): readonly (readonly [string, RatedSpan])[] {
  const named = [
    [row.month, months.at(-1)],
    [row.monthBefore, months.at(-2)],
    [row.lastYear, months.at(-1 - YEAR)],
    [row.year, year],
    [row.yearBefore, yearBefore],
  ] as const;
  return named.flatMap(([name, span]) => (span ? [[`${name} (${spanText(span)})`, span] as const] : []));
}

/** Two years of months, a year a table. */
export function monthTables(months: readonly RatedSpan[], words: Texts): Markup {
  const half = (part: readonly RatedSpan[]): Markup =>
    rateTable(
      part.map((span) => [span.month, span] as const),
      words,
    );
  return markup`${half(months.slice(0, -YEAR))}${half(months.slice(-YEAR))}`;
}
