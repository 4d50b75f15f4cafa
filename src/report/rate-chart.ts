import type { LocalDate } from "../domain/time.ts";
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
import { monthsFrom } from "./months.ts";
import { at, ticksUpTo } from "./scale.ts";
import type { Texts } from "./texts.ts";

const HEIGHT = 250;
const PLOT: Plot = { left: 56, right: WIDTH - 6, top: 34, bottom: 190 };

/** The rate of each month with its interval as a band, and the day of the installation. */
export function rateChart(
  months: readonly RatedSpan[],
  installedOn: LocalDate | undefined,
  words: Texts,
): Markup {
  const names = months.map(({ month }) => month);
  const estimates = months.map(({ estimate }) => estimate);
  const ticks = ticksUpTo(Math.max(0, ...estimates.map((each) => each?.ci.hi ?? each?.rate ?? 0)));
  const top = ticks.at(-1) ?? 1;
  const x = (index: number): number => xOf(PLOT, months.length, index + 0.5);
  const y = (value: number): number => yOf(PLOT, top, value);
  const runs = unbroken(estimates);
  const bands = runs.map((run) => {
    const upper = run.map(({ index, value }) => [x(index), y(value.ci.hi ?? top)] as const);
    const lower = run.map(({ index, value }) => [x(index), y(value.ci.lo)] as const).toReversed();
    return markup`<polygon class="band" points="${pointList([...upper, ...lower])}"/>`;
  });
  const lines = runs.map(
    (run) =>
      markup`<polyline class="line" points="${pointList(run.map(({ index, value }) => [x(index), y(value.rate)]))}"/>`,
  );
  const dots = runs
    .flat()
    .map(
      ({ index, value }) =>
        markup`<circle class="dot" cx="${at(x(index))}" cy="${at(y(value.rate))}" r="2.5"/>`,
    );
  return chart(
    { id: "rate", title: words.section.rates, description: words.chart.rateText, height: HEIGHT },
    countAxis(PLOT, ticks, words.chart.rateAxis),
    ...bands,
    ...lines,
    ...dots,
    monthAxis(PLOT, names),
    installation(names, installedOn, words),
    legend(words),
  );
}

function installation(names: readonly string[], day: LocalDate | undefined, words: Texts): Markup {
  const place = day === undefined ? -1 : monthsFrom(names[0] ?? "", day);
  if (day === undefined || place < 0 || place > names.length) return markup``;
  const x = xOf(PLOT, names.length, place);
  // In the left half the words stand to the right of the line, and clear of the name of the axis.
  const side = x < WIDTH / 2 ? "start" : "end";
  return markup`<line class="installed" x1="${at(x)}" x2="${at(x)}" y1="${PLOT.top - 6}" y2="${PLOT.bottom}"/>
<text class="tick ${side}" x="${at(Math.max(x, side === "start" ? 190 : 0))}" y="${PLOT.top - 12}">${words.chart.installed} ${day}</text>`;
}

function legend({ chart: words }: Texts): Markup {
  const y = HEIGHT - 10;
  return markup`<line class="line" x1="${PLOT.left}" x2="${PLOT.left + 24}" y1="${y}" y2="${y}"/><circle class="dot" cx="${PLOT.left + 12}" cy="${y}" r="2.5"/>
<text class="tick" x="${PLOT.left + 30}" y="${y}" dy="3">${words.rateLine}</text>
<rect class="band" x="${PLOT.left + 140}" y="${y - 6}" width="24" height="12"/>
<text class="tick" x="${PLOT.left + 170}" y="${y}" dy="3">${words.band}</text>`;
}
