import {
  chart,
  countAxis,
  monthAxis,
  type Plot,
  pointList,
  unbroken,
  WIDTH,
  xOf,
  yOf,
} from "./chart-frame.ts";
import type { RatedSpan } from "./counted-months.ts";
import { type Markup, markup } from "./markup.ts";
import { at, ticksUpTo } from "./scale.ts";
import type { Texts } from "./texts.ts";

const HEIGHT = 210;
const YEAR = 12;
const PLOT: Plot = { left: 56, right: WIDTH - 6, top: 30, bottom: 150 };

/** Counts of the last twelve months, solid, beside those of the twelve before, dashed. */
export function lastYearChart(months: readonly RatedSpan[], words: Texts): Markup {
  const counts = months.map(({ count, recorded }) => (recorded ? count : null));
  const [now, before] = [counts.slice(-YEAR), counts.slice(-2 * YEAR, -YEAR)];
  const ticks = ticksUpTo(Math.max(1, ...counts.map((count) => count ?? 0)));
  const top = ticks.at(-1) ?? 1;
  const place = ({ index, value }: { index: number; value: number }): readonly [number, number] => [
    xOf(PLOT, YEAR, index + 0.5),
    yOf(PLOT, top, value),
  ];
  const line = (name: string, values: readonly (number | null)[]): readonly Markup[] =>
    unbroken(values).map((run) => markup`<polyline class="${name}" points="${pointList(run.map(place))}"/>`);
  const marks = (values: readonly (number | null)[], mark: (x: number, y: number) => Markup) =>
    unbroken(values)
      .flat()
      .map((each) => mark(...place(each)));
  return chart(
    { id: "last-year", title: words.section.lastYear, description: words.chart.lastYearText, height: HEIGHT },
    countAxis(PLOT, ticks, words.chart.countAxis),
    ...line("dashed", before),
    ...line("line", now),
    ...marks(before, square),
    ...marks(now, dot),
    monthAxis(
      PLOT,
      months.slice(-YEAR).map(({ month }) => month),
    ),
    legend(words),
  );
}

const dot = (x: number, y: number): Markup => markup`<circle class="dot" cx="${at(x)}" cy="${at(y)}" r="3"/>`;
const square = (x: number, y: number): Markup =>
  markup`<rect class="hollow" x="${at(x - 3)}" y="${at(y - 3)}" width="6" height="6"/>`;

function legend({ chart: words }: Texts): Markup {
  const y = HEIGHT - 10;
  const [one, two] = [PLOT.left, PLOT.left + 240];
  return markup`<line class="line" x1="${one}" x2="${one + 24}" y1="${y}" y2="${y}"/>${dot(one + 12, y)}
<text class="tick" x="${one + 30}" y="${y}" dy="3">${words.thisYear}</text>
<line class="dashed" x1="${two}" x2="${two + 24}" y1="${y}" y2="${y}"/>${square(two + 12, y)}
<text class="tick" x="${two + 30}" y="${y}" dy="3">${words.yearBefore}</text>`;
}
