import { demand, unless } from "../checks.ts";
import { type CountTails, countLimit, negativeBinomialTails, poissonTails } from "./count-tails.ts";
import { weekBaseline, type WeekBaseline } from "./farrington-baseline.ts";
import { referenceWeeks, weeksNeeded } from "./farrington-weeks.ts";
import { countSeriesFaults, wholeFaults } from "../series-checks.ts";

/** A week judged against the same season of the years before. */
export interface FarringtonWeek extends WeekBaseline {
  readonly count: number;
  /** The largest count that is still usual; 0 when its season never saw an event. */
  readonly upperBound: number;
  /** Whether the last four weeks held the five events that an alarm needs. */
  readonly enoughEvents: boolean;
  readonly alarm: boolean;
}

const HALF_WINDOW = 3;
const MOST_YEARS = 4;
const LEAST_YEARS = 3;
const SEASONS = 10;
const RECENT_WEEKS = 26;
const OUTBREAK = 2.58;
const ALPHA = 0.005;
const LEAST_EVENTS = 5;
const LAST_WEEKS = 4;

/** The shortest weekly series in which a week can be judged: three years and half a window. */
export const FARRINGTON_WEEKS = weeksNeeded({ years: LEAST_YEARS, halfWindow: HALF_WINDOW });

/**
 * Farrington–Flexible: is the count of week `at` (index in the weekly totals, from 0) above the 99.5 % point
 * of a negative binomial with the mean and dispersion of its baseline? Compared with 4 years (3 when there
 * are no more), windows of ±3 weeks, 10 seasons, the last 26 weeks left out, past outbreaks weighted down.
 * No alarm with fewer than 5 events in the last 4 weeks. Throws RangeError naming the fields.
 * Source: Noufaily et al. 2013, Stat Med 32:1206; Salmon, Schumacher & Höhle 2016, J Stat Softw 70(10).
 */
export const farrington = (weekly: readonly number[], at: number): FarringtonWeek => {
  demand("farrington", [
    ...countSeriesFaults("weekly", weekly),
    ...unless(weekly.length >= FARRINGTON_WEEKS, "weekly", `must have ${FARRINGTON_WEEKS} weeks or more`),
    ...wholeFaults("at", at, FARRINGTON_WEEKS - 1, weekly.length - 1),
  ]);
  const years =
    at + 1 >= weeksNeeded({ years: MOST_YEARS, halfWindow: HALF_WINDOW }) ? MOST_YEARS : LEAST_YEARS;
  const layout = { years, halfWindow: HALF_WINDOW, seasons: SEASONS, recentWeeks: RECENT_WEEKS };
  const baseline = weekBaseline(referenceWeeks(weekly, at, layout), OUTBREAK);
  const count = weekly[at] ?? Number.NaN;
  const upperBound = baseline.mean === 0 ? 0 : countLimit(tailsOf(baseline), ALPHA);
  const lastWeeks = weekly.slice(at + 1 - LAST_WEEKS, at + 1).reduce((sum, x) => sum + x, 0);
  const enoughEvents = lastWeeks >= LEAST_EVENTS;
  return { ...baseline, count, upperBound, enoughEvents, alarm: enoughEvents && count > upperBound };
};

/** Less over-dispersion than this is Poisson: the negative binomial's size would run to infinity. */
const LEAST_EXCESS = 1e-6;

const tailsOf = ({ mean, dispersion }: WeekBaseline): ((k: number) => CountTails) => {
  const excess = dispersion - 1;
  return excess > LEAST_EXCESS
    ? (k) => negativeBinomialTails(k, mean / excess, { x: 1 / dispersion, y: excess / dispersion })
    : (k) => poissonTails(k, mean);
};
