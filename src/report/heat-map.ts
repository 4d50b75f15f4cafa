import { chart } from "./chart-frame.ts";
import { type Markup, markup } from "./markup.ts";
import type { Texts } from "./texts.ts";

const LEFT = 44;
const TOP = 22;
const CELL = { width: 26, height: 20 } as const;
const HOURS = 24;
const DAYS = 7;
/** Shades from white to dark; on the darker ones the numbers are white. */
const SHADES = 5;
const DARK = 3;

/** Counts by weekday and hour; each cell has its number, so that the shade is not needed to read it. */
export function heatMap(hours: readonly (readonly number[])[], words: Texts): Markup {
  const most = Math.max(1, ...hours.flat());
  const cells = hours.flatMap((day, row) =>
    day.map((count, hour) => {
      const shade = count === 0 ? 0 : Math.ceil((count / most) * (SHADES - 1));
      const [x, y] = [LEFT + hour * CELL.width, TOP + row * CELL.height];
      const number =
        count === 0
          ? markup``
          : markup`<text class="cell${shade >= DARK ? " light" : ""}" x="${x + CELL.width / 2}" y="${y + CELL.height / 2}" dy="3">${count}</text>`;
      return markup`<rect class="shade${shade}" x="${x}" y="${y}" width="${CELL.width}" height="${CELL.height}"/>${number}`;
    }),
  );
  const days = words.weekdays.map(
    (day, row) =>
      markup`<text class="tick end" x="${LEFT - 6}" y="${TOP + (row + 0.5) * CELL.height}" dy="3">${day}</text>`,
  );
  const marks = Array.from(
    { length: HOURS },
    (_, hour) =>
      markup`<text class="tick middle" x="${LEFT + (hour + 0.5) * CELL.width}" y="${TOP - 7}">${hour}</text>`,
  );
  return chart(
    {
      id: "hours",
      title: words.section.hours,
      description: words.chart.hoursText,
      height: TOP + DAYS * CELL.height + 4,
    },
    ...marks,
    ...days,
    ...cells,
  );
}
