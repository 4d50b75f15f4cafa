/** A week of the past that the week under watch is compared with. */
export interface ReferenceWeek {
  readonly count: number;
  /** Weeks before the week under watch; 1 or more. */
  readonly weeksAgo: number;
  /** 0: the weeks around the same date of other years; 1, 2, …: the seasons between them. */
  readonly season: number;
}

/** Which weeks are compared with. */
export interface ReferenceLayout {
  /** Years to go back. */
  readonly years: number;
  /** Weeks on either side of the same date that count as the same season. */
  readonly halfWindow: number;
  /** Seasons of a year, the one around the date included; 1 leaves all other weeks out. */
  readonly seasons: number;
  /** The newest weeks that are left out, so that a slow rise does not hide itself. */
  readonly recentWeeks: number;
}

const WEEKS = 52;

/** The weeks (of the series, with the one under watch) that a layout needs. */
export const weeksNeeded = ({ years, halfWindow }: Pick<ReferenceLayout, "years" | "halfWindow">): number =>
  years * WEEKS + halfWindow + 1;

/**
 * The reference weeks of week `at` (index in `weekly`), oldest first. A year is 52 weeks. The weeks between
 * two windows are shared out among the other seasons, the first ones one week longer when it does not come
 * out even, as in R's surveillance package. `at` must leave `weeksNeeded` weeks.
 * Source: Noufaily et al. 2013, Stat Med 32:1206, § 3.3.
 */
export const referenceWeeks = (
  weekly: readonly number[],
  at: number,
  layout: ReferenceLayout,
): readonly ReferenceWeek[] => {
  const { years, halfWindow, recentWeeks } = layout;
  const oldest = years * WEEKS + halfWindow;
  return weekly
    .slice(at - oldest, at)
    .map((count, i) => ({ count, weeksAgo: oldest - i, season: seasonOf(oldest - i, layout) }))
    .filter(({ weeksAgo, season }) => weeksAgo > recentWeeks && season >= 0);
};

/** The season of a week so many weeks ago; −1 when the layout has no season for it. */
const seasonOf = (weeksAgo: number, { halfWindow, seasons }: ReferenceLayout): number => {
  // weeks since the start of the window around the next older anniversary
  const since = (WEEKS * Math.ceil(weeksAgo / WEEKS) + halfWindow - weeksAgo) % WEEKS;
  const window = 2 * halfWindow + 1;
  if (since < window) return 0;
  if (seasons === 1) return -1;
  const between = WEEKS - window;
  const length = Math.floor(between / (seasons - 1));
  const longer = between % (seasons - 1);
  const inside = since - window;
  return inside < longer * (length + 1)
    ? 1 + Math.floor(inside / (length + 1))
    : 1 + longer + Math.floor((inside - longer * (length + 1)) / length);
};
