import { type Markup, markup } from "./markup.ts";
import { at, tickText } from "./scale.ts";

/** Width of every chart, in CSS pixels: 180 mm of the page. */
export const WIDTH = 680;
/** The part of a chart where values are drawn. */
export interface Plot {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** A chart with its name and description for those who cannot see it. `id` is unique in the document. */
export function chart(
  { id, title, description, height }: { id: string; title: string; description: string; height: number },
  ...drawn: readonly Markup[]
): Markup {
  return markup`<svg class="chart" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="${id}-t ${id}-d">
<title id="${id}-t">${title}</title><desc id="${id}-d">${description}</desc>
${drawn}</svg>`;
}

/** A vertical axis from 0, with a grid line and a number for each tick, and what it measures above it. */
export function countAxis(plot: Plot, ticks: readonly number[], name: string): Markup {
  const top = ticks.at(-1) ?? 1;
  const lines = ticks.map((tick) => {
    const y = at(yOf(plot, top, tick));
    return markup`<line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${y}" y2="${y}"/>
<text class="tick end" x="${plot.left - 6}" y="${y}" dy="3">${tickText(tick)}</text>`;
  });
  return markup`${lines}<text class="axis" x="0" y="${plot.top - 12}">${name}</text>`;
}

/** Months along the bottom: the number of each below its middle, the year below each January and the first. */
export function monthAxis(plot: Plot, months: readonly string[]): Markup {
  const marks = months.map((month, index) => {
    const x = at(xOf(plot, months.length, index + 0.5));
    const year =
      index === 0 || month.endsWith("-01")
        ? [markup`<text class="tick middle" x="${x}" y="${plot.bottom + 27}">${month.slice(0, 4)}</text>`]
        : [];
    return markup`<text class="tick middle" x="${x}" y="${plot.bottom + 14}">${Number(month.slice(5))}</text>${year}`;
  });
  return markup`<line class="base" x1="${plot.left}" x2="${plot.right}" y1="${plot.bottom}" y2="${plot.bottom}"/>${marks}`;
}

/** Where a value of an axis from 0 to `top` lies. */
export function yOf({ top: upper, bottom }: Plot, top: number, value: number): number {
  return bottom - (value / top) * (bottom - upper);
}

/** Where a place among `count` equal steps lies. */
export function xOf({ left, right }: Plot, count: number, place: number): number {
  return left + (place / count) * (right - left);
}

/** Splits a series where a value is missing. */
export function unbroken<T>(
  values: readonly (T | null)[],
): readonly (readonly { index: number; value: T }[])[] {
  const runs: { index: number; value: T }[][] = [[]];
  for (const [index, value] of values.entries()) {
    if (value === null) runs.push([]);
    else runs.at(-1)?.push({ index, value });
  }
  return runs.filter((run) => run.length > 0);
}

/** Points as an SVG list. */
export const pointList = (points: readonly (readonly [number, number])[]): string =>
  points.map(([x, y]) => `${at(x)},${at(y)}`).join(" ");
