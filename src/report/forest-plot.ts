import type { BeforeAfter } from "./before-after.ts";
import { chart, type Plot, WIDTH } from "./chart-frame.ts";
import { type Markup, markup } from "./markup.ts";
import { decimal, interval, NONE } from "./numbers.ts";
import { at, tickText } from "./scale.ts";
import { shortened } from "./shortened.ts";
import type { Texts } from "./texts.ts";

const ROW = 18;
const HEAD = 34;
const PLOT: Plot = { left: 270, right: 520, top: HEAD, bottom: 0 };
/** Ratios beyond these are drawn at the edge, with an arrow. */
const [LOWEST, HIGHEST] = [1 / 16, 16] as const;
const TICKS = [1 / 16, 1 / 4, 1, 4, 16] as const;
const MOST_CHARACTERS = 26;

/** One line an estate: the ratio of its rates with the interval, on a logarithmic axis. */
export function forestPlot(found: readonly BeforeAfter[], id: string, words: Texts): Markup {
  const bottom = HEAD + found.length * ROW;
  const rows = found.map((each, index) => row(each, HEAD + (index + 0.5) * ROW));
  const grid = TICKS.map(
    (tick) =>
      markup`<line class="${tick === 1 ? "base" : "grid"}" x1="${at(xOf(tick))}" x2="${at(xOf(tick))}" y1="${HEAD}" y2="${bottom}"/>
<text class="tick middle" x="${at(xOf(tick))}" y="${bottom + 14}">${tickText(tick)}</text>`,
  );
  const { chart: names, column } = words;
  return chart(
    { id, title: words.section.comparison, description: names.forestText, height: bottom + 40 },
    markup`<text class="axis" x="0" y="20">${column.estate}</text>
<text class="axis end" x="${PLOT.left - 10}" y="20">${column.before} → ${column.after}</text>
<text class="axis end" x="${at(xOf(1) - 8)}" y="20">← ${names.fewer}</text>
<text class="axis" x="${at(xOf(1) + 8)}" y="20">${names.more} →</text>
<text class="axis end" x="${WIDTH}" y="20">${column.ratio} (${column.interval})</text>`,
    ...grid,
    ...rows,
    markup`<text class="axis middle" x="${at(xOf(1))}" y="${bottom + 32}">${names.ratioAxis}</text>`,
  );
}

function row({ estate, before, after, effect }: BeforeAfter, y: number): Markup {
  const ci = effect.ciDecision;
  const bar =
    ci === null
      ? markup``
      : markup`<line class="line" x1="${at(xOf(ci.lo))}" x2="${at(xOf(ci.hi ?? HIGHEST * 2))}" y1="${y}" y2="${y}"/>${arrow(ci.lo, y)}${arrow(ci.hi ?? HIGHEST * 2, y)}`;
  const square =
    effect.rateRatio === null
      ? markup``
      : markup`<rect class="dot" x="${at(xOf(effect.rateRatio) - 4)}" y="${y - 4}" width="8" height="8"/>`;
  const told = ci === null ? NONE : `${decimal(effect.rateRatio)} (${interval(ci)})`;
  return markup`<text class="tick" x="0" y="${y}" dy="3">${shortened(estate.name, MOST_CHARACTERS)}</text>
<text class="tick end" x="${PLOT.left - 10}" y="${y}" dy="3">${before.count} → ${after.count}</text>
${bar}${square}<text class="tick end" x="${WIDTH}" y="${y}" dy="3">${told}</text>`;
}

function xOf(ratio: number): number {
  const kept = Math.min(HIGHEST, Math.max(LOWEST, ratio));
  const share = Math.log(kept / LOWEST) / Math.log(HIGHEST / LOWEST);
  return PLOT.left + share * (PLOT.right - PLOT.left);
}

/** A mark at the edge for a limit that lies beyond it. */
function arrow(ratio: number, y: number): Markup {
  if (ratio >= LOWEST && ratio <= HIGHEST) return markup``;
  const [x, way] = ratio < LOWEST ? [PLOT.left, 1] : [PLOT.right, -1];
  return markup`<polygon class="dot" points="${x},${y} ${x + 6 * way},${y - 4} ${x + 6 * way},${y + 4}"/>`;
}
