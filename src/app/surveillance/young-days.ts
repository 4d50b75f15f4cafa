import type { Category } from "../../domain/taxonomy.ts";
import type { EpochMs } from "../../domain/time.ts";
import { ears } from "../../statistics/surveillance/ears.ts";
import { rareEvents } from "../../statistics/surveillance/rare-events.ts";
import type { Opening } from "../../store/watch.ts";
import { commonestType, type Judged, spanIndex } from "./outcome.ts";

/** Days under watch: those of the week. */
const WATCHED = 7;
const BASELINE = 7;
const GUARD = 2;
/** Jeffreys' prior, Gamma(½, 0), with as good as no weight beside seven days. */
const JEFFREYS = { shape: 0.5, rate: 1e-9 };
/** A single event is never an alarm. */
const LEAST_EVENTS = 2;
const RED = 0.001;

/**
 * A3: the days of the last week of an estate in its first year, each against the seven days with data that
 * lie before it and before two days of guard (EARS C2 > 3). EARS has no p; told is that of a Poisson count
 * after these seven days, with Jeffreys' prior. `days` are ascending bounds, the last is the end of the
 * week. Days without data are left out of the series. Undefined when no day has enough before it.
 */
export function youngDays(
  estateId: string,
  days: readonly EpochMs[],
  shares: readonly number[],
  categories: ReadonlyMap<Category, readonly Opening[]>,
): readonly Judged[] | undefined {
  const observed = shares.flatMap((share, day) => (share > 0 ? [day] : []));
  const watched = observed
    .map((day, index) => ({ day, index }))
    .filter(({ day, index }) => day >= shares.length - WATCHED && index >= BASELINE + GUARD);
  if (watched.length === 0) return undefined;
  return [...categories].flatMap(([category, openings]) => {
    const perDay = Array.from({ length: shares.length }, (): Opening[] => []);
    for (const opening of openings) perDay[spanIndex(days, opening.at)]?.push(opening);
    const counts = observed.map((day) => perDay[day]?.length ?? 0);
    // A category that this month never saw is not tested.
    if (counts.every((count) => count === 0)) return [];
    const { c2 } = ears(counts);
    return watched.map(({ day, index }): Judged => {
      const count = counts[index] ?? 0;
      const before = counts.slice(index - GUARD - BASELINE, index - GUARD);
      const { expected, pUpper: p } = rareEvents(JEFFREYS, {
        baselineCount: before.reduce((sum, x) => sum + x, 0),
        baselineExposure: BASELINE,
        currentExposure: 1,
        observed: count,
      });
      if (!c2.alarms[index - c2.first] || count < LEAST_EVENTS) return { p };
      const alarm = {
        estateId,
        category,
        type: commonestType(perDay[day] ?? []),
        severity: p < RED ? ("P3" as const) : ("P4" as const),
        subject: category,
        at: days[day] ?? 0,
        until: days[day + 1] ?? 0,
        evidence: { expected, observed: count, p },
      };
      return { p, alarm };
    });
  });
}
