import type { ChangeName, PeriodAnswer } from "../domain/period-change.ts";
import type { Caveat } from "../domain/rates.ts";
import { TAXONOMY } from "../domain/taxonomy.ts";
import type { CaseTimes } from "./case-times.ts";
import type { RatedSpan } from "./counted-months.ts";
import { heading, table } from "./document.ts";
import { heatMap } from "./heat-map.ts";
import { type Markup, markup } from "./markup.ts";
import { decimal, interval, NONE, percent, percentInterval } from "./numbers.ts";
import type { Texts } from "./texts.ts";

const TYPES_SHOWN = 8;
const HOURS_TOGETHER = 4;

/** Count, exposure, rate and interval of some spans. */
export function rateTable(
  spans: readonly (readonly [name: string, span: RatedSpan])[],
  words: Texts,
): Markup {
  const { column, head } = words;
  return table(
    `${column.rate}: ${words.chart.rateAxis}`,
    [column.span, column.count, column.householdYears, column.rate, column.interval],
    spans.map(([name, { count, estimate, recorded }]) => [
      name,
      recorded ? count : head.noData,
      decimal(estimate?.householdYears ?? null, 1),
      decimal(estimate?.rate ?? null),
      interval(estimate?.ci ?? null),
    ]),
  );
}

/** 同比 and 环比, each with its counts; a dash comes with its reason. */
export function changeTable({ changes, reasons, caveats }: PeriodAnswer, words: Texts): Markup {
  const { row, column } = words;
  const names: readonly (readonly [ChangeName, string])[] = [
    ["yearOnYear", row.yearOnYear],
    ["monthOnMonth", row.monthOnMonth],
    ...(changes.springFestival ? ([["janFebYearOnYear", row.janFeb]] as const) : []),
  ];
  return markup`${table(
    words.changeCaption,
    [column.change, column.counts, column.rawPercent, column.ratePercent, column.interval],
    names.map(([name, title]) => {
      const change = changes[name];
      const reason = reasons[name];
      if (change === null) return [title, reason ? words.noChange[reason] : NONE, NONE, NONE, NONE];
      return [
        title,
        `${change.base.count} → ${change.current.count}`,
        percent(change.rawPercent),
        percent(change.ratePercent),
        percentInterval(change.rateCi),
      ];
    }),
  )}${codes(caveats, words)}`;
}

/** The codes that belong to the numbers above. */
export function codes(caveats: readonly Caveat[], { column }: Texts): Markup {
  if (caveats.length === 0) return markup``;
  const list = [...new Set(caveats.map(({ code }) => code))].join(", ");
  return markup`<p class="codes">${column.caveats}: ${list}</p>`;
}

/** What kinds of cases there were. */
export function typeTable({ types }: CaseTimes, words: Texts): Markup {
  if (types.length === 0) return markup`${heading(words.section.types)}<p>${words.noCases}</p>`;
  const rest = types.slice(TYPES_SHOWN).reduce((sum, { count }) => sum + count, 0);
  return table(
    words.section.types,
    [words.column.type, words.column.count],
    [
      ...types.slice(0, TYPES_SHOWN).map(({ type, count }) => [typeName(type, words), count]),
      ...(rest > 0 ? [["…", rest]] : []),
    ],
  );
}

/** The heat map, with sums of four hours beside it. */
export function hours({ hours: counts, untimed }: CaseTimes, words: Texts): readonly Markup[] {
  const starts = Array.from({ length: 24 / HOURS_TOGETHER }, (_, i) => i * HOURS_TOGETHER);
  const sums = counts.map((day, index) => [
    words.weekdays[index] ?? "",
    ...starts.map((start) => sum(day.slice(start, start + HOURS_TOGETHER))),
    sum(day),
  ]);
  const span = (start: number): string => `${start}–${start + HOURS_TOGETHER}`;
  return [
    heading(words.section.hours),
    heatMap(counts, words),
    table(words.section.hours, [words.chart.hour, ...starts.map(span), words.chart.hoursTotal], sums),
    ...(untimed > 0 ? [markup`<p>${words.untimed(untimed)}</p>`] : []),
  ];
}

/** The name of a taxonomy code. */
function typeName(code: string, { lang }: Texts): string {
  const entry = Object.hasOwn(TAXONOMY, code) ? TAXONOMY[code] : undefined;
  if (!entry) return code;
  return `${lang === "en" ? entry.en : entry.zh} (${code})`;
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
