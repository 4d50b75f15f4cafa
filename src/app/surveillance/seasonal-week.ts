import type { Category } from "../../domain/taxonomy.ts";
import { farrington, type FarringtonWeek } from "../../statistics/surveillance/farrington.ts";
import { negativeBinomialTails, poissonTails } from "../../statistics/surveillance/count-tails.ts";
import { settled } from "../../statistics/settled.ts";
import { commonestType, type Judged, type LeftOut } from "./outcome.ts";
import type { EstateWeeks } from "./weeks.ts";

/** Without this share of weeks with data the seasons cannot be compared. */
const LEAST_WEEKS = 0.9;
/** Weeks on either side that stand in for one without data. */
const NEIGHBOURS = 4;
/** The last weeks, which decide whether there are events enough, must have data. */
const LAST_WEEKS = 4;
const LEAST_EVENTS = 5;
/** Of an event in a season that never saw one, in about 21 reference weeks: Jeffreys' half event. */
const EMPTY_SEASON_MEAN = 0.5 / 21;
const LEAST_EXCESS = 1e-6;
const RED = 0.001;

/**
 * A4: the last week of a category against the same season of three or four years (Farrington–Flexible).
 * A week without data in between holds the rounded mean of its observed neighbours, four on either side.
 * Why not, when more than a tenth of the weeks, or one of the last four, has no data, or no baseline fits.
 */
export function seasonalWeek(weeks: EstateWeeks, category: Category): Judged | LeftOut {
  const { bounds, age, openings } = weeks;
  const shares = weeks.shares.slice(-age);
  const counts = weeks.counts.slice(-age);
  const withData = shares.filter((share) => share > 0).length;
  if (withData < LEAST_WEEKS * age || shares.slice(-LAST_WEEKS).includes(0)) return "shortBaseline";
  const last = counts.slice(-LAST_WEEKS).reduce((sum, count) => sum + count, 0);
  // The method says nothing of so few, so there is nothing to be worked out.
  if (last < LEAST_EVENTS) return { p: 1 };
  const filled = counts.map((count, week) =>
    (shares[week] ?? 0) > 0 ? count : around(week, counts, shares),
  );
  const week = settled(() => farrington(filled, filled.length - 1));
  if (!week) return "noFit";
  const p = upperTail(week);
  if (!week.alarm) return { p };
  const [at = 0, until = 0] = bounds.slice(-2);
  return {
    p,
    alarm: {
      estateId: weeks.estateId,
      category,
      type: commonestType(openings.filter((opening) => opening.at >= at)),
      severity: p < RED ? "P3" : "P4",
      subject: category,
      at,
      until,
      evidence: { expected: week.mean, observed: week.count, p },
    },
  };
}

function around(week: number, counts: readonly number[], shares: readonly number[]): number {
  let sum = 0;
  let weeks = 0;
  for (let other = week - NEIGHBOURS; other <= week + NEIGHBOURS; other++) {
    if ((shares[other] ?? 0) === 0) continue;
    sum += counts[other] ?? 0;
    weeks++;
  }
  return weeks === 0 ? 0 : Math.round(sum / weeks);
}

/** P(X ≥ count) of the distribution whose 99.5 % point is the bound. */
function upperTail({ mean, dispersion, count }: FarringtonWeek): number {
  if (mean === 0) return poissonTails(count, EMPTY_SEASON_MEAN).atLeast;
  const excess = dispersion - 1;
  return excess > LEAST_EXCESS
    ? negativeBinomialTails(count, mean / excess, { x: 1 / dispersion, y: excess / dispersion }).atLeast
    : poissonTails(count, mean).atLeast;
}
