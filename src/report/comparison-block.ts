import type { BeforeAfter, NoComparison } from "./before-after.ts";
import { codes } from "./blocks.ts";
import { heading, table } from "./document.ts";
import { forestPlot } from "./forest-plot.ts";
import { type Markup, markup } from "./markup.ts";
import { spanText } from "./months.ts";
import { decimal, interval, ofRatio, percent, percentInterval, pValue } from "./numbers.ts";
import type { Texts } from "./texts.ts";

/** One estate before and after: both rates, their ratio, what it shows and what it does not. */
export function comparisonBlock(found: BeforeAfter | NoComparison, words: Texts): readonly Markup[] {
  const title = heading(words.section.comparison);
  if (typeof found === "string") return [title, markup`<p>${words.noComparison[found]}</p>`];
  const { before, after, effect, caveats } = found;
  const { column } = words;
  return [
    title,
    table(
      `${column.rate}: ${words.chart.rateAxis}`,
      [column.span, column.count, column.householdYears, column.rate, column.interval],
      [before, after].map((side, index) => [
        `${index === 0 ? column.before : column.after}: ${spanText(side)}`,
        side.count,
        decimal(side.householdYears, 1),
        decimal(side.rate),
        interval(side.ci),
      ]),
    ),
    table(
      words.section.comparison,
      [
        column.counts,
        column.ratio,
        column.interval,
        column.ratePercent,
        column.interval,
        column.p,
        column.verdict,
      ],
      [
        [
          `${before.count} → ${after.count}`,
          decimal(effect.rateRatio),
          interval(effect.ciDecision),
          percent(effect.percentChange),
          percentInterval(ofRatio(effect.ciDecision)),
          pValue(effect.pDecision),
          verdictText(found, words),
        ],
      ],
    ),
    codes(caveats, words),
    forestPlot([found], "effect", words),
  ];
}

/** A verdict in words; a provisional one says so. */
export function verdictText({ verdict, provisional }: BeforeAfter, words: Texts): string {
  const told = words.verdict[verdict] ?? verdict;
  return provisional ? `${told} (${words.provisional})` : told;
}
