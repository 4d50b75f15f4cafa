import type { Caveat } from "../domain/rates.ts";
import type { BeforeAfter } from "./before-after.ts";
import { changeTable, codes, hours, rateTable, typeTable } from "./blocks.ts";
import { caveatPages, type SaidOf } from "./caveat-list.ts";
import { verdictText } from "./comparison-block.ts";
import type { DistrictFigures, DistrictLine } from "./district-figures.ts";
import { document, type Head, heading, table } from "./document.ts";
import { mainSpans, monthTables } from "./estate-document.ts";
import { forestPlot } from "./forest-plot.ts";
import { lastYearChart } from "./last-year-chart.ts";
import { type Markup, markup } from "./markup.ts";
import { decimal, interval, pValue } from "./numbers.ts";
import { pagesOf } from "./pages-of.ts";
import { rateChart } from "./rate-chart.ts";
import { shortened } from "./shortened.ts";
import type { Texts } from "./texts.ts";

/** Estates the pages show, those with the most cases; the CSV file has all. */
const SHOWN = 120;
const LINES_A_PAGE = 30;
const PLOTS_A_PAGE = 14;
/** Narrow characters of a name on one line of a table. */
const LONGEST = 40;

/** The bulletin of a district: its own figures, its estates side by side, their before and after. */
export function districtDocument(figures: DistrictFigures, head: Head, words: Texts): string {
  const { months, changes, times, lines } = figures;
  const shown = lines
    .toSorted((a, b) => b.year.count - a.year.count || (a.estate.id < b.estate.id ? -1 : 1))
    .slice(0, SHOWN);
  const compared = shown.flatMap(({ comparison, q }) =>
    typeof comparison === "string" ? [] : [{ comparison, q }],
  );
  const all = lines.filter(({ comparison }) => typeof comparison !== "string").length;
  const said: readonly SaidOf[] = [
    ...changes.caveats.map((caveat) => ({ caveat })),
    ...compared.flatMap(({ comparison: { caveats, estate } }) =>
      caveats.map((caveat) => ({ caveat, of: estate.name })),
    ),
  ];
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
        rateChart(months, undefined, words),
        monthTables(months, words),
        codes(changes.caveats, words),
      ],
      [...hours(times, words), codes(changes.caveats, words)],
      ...linePages(shown, lines.length - shown.length, changes.caveats, words),
      ...effectPages(compared, all, words),
      ...caveatPages(said, words),
    ],
    words,
  );
}

function linePages(
  shown: readonly DistrictLine[],
  rest: number,
  caveats: readonly Caveat[],
  words: Texts,
): readonly (readonly Markup[])[] {
  const more = rest > 0 ? [markup`<p>${words.notShown(rest)}</p>`] : [];
  return pagesOf(shown, LINES_A_PAGE).map((part) =>
    [lineTable(part, words), codes(caveats, words)].concat(more),
  );
}

function effectPages(
  compared: readonly Compared[],
  all: number,
  words: Texts,
): readonly (readonly Markup[])[] {
  const many = all > 1 ? [markup`<p>${words.many(all)}</p>`] : [];
  return pagesOf(compared, PLOTS_A_PAGE).map((part, index) => {
    const found = part.map(({ comparison }) => comparison);
    const plot = forestPlot(found, `effects-${index}`, words);
    const said = codes(
      found.flatMap(({ caveats }) => caveats),
      words,
    );
    return [heading(words.section.comparison), plot, effectTable(part, words), said].concat(many);
  });
}

interface Compared {
  readonly comparison: BeforeAfter;
  readonly q: number | null;
}

function lineTable(lines: readonly DistrictLine[], words: Texts): Markup {
  const { column, row, head } = words;
  return table(
    words.section.estates,
    [
      column.estate,
      column.month,
      column.lastYear,
      row.year,
      column.householdYears,
      column.rate,
      column.interval,
    ],
    lines.map(({ estate, month, lastYear, year }) => [
      shortened(estate.name, LONGEST),
      month.recorded ? month.count : head.noData,
      lastYear.recorded ? lastYear.count : head.noData,
      year.recorded ? year.count : head.noData,
      decimal(year.estimate?.householdYears ?? null, 1),
      decimal(year.estimate?.rate ?? null),
      interval(year.estimate?.ci ?? null),
    ]),
  );
}

function effectTable(found: readonly Compared[], words: Texts): Markup {
  const { column } = words;
  return table(
    words.section.comparison,
    [column.estate, column.counts, column.ratio, column.interval, column.p, column.q, column.verdict],
    found.map(({ comparison: each, q }) => [
      shortened(each.estate.name, LONGEST),
      `${each.before.count} → ${each.after.count}`,
      decimal(each.effect.rateRatio),
      interval(each.effect.ciDecision),
      pValue(each.effect.pDecision),
      pValue(q),
      verdictText(each, words),
    ]),
  );
}
