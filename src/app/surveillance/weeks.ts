import type { Category } from "../../domain/taxonomy.ts";
import type { EpochMs } from "../../domain/time.ts";
import type { ZoneClock } from "../../domain/zone.ts";
import type { Opening, Watch } from "../../store/watch.ts";
import {
  afterAllTests,
  type Judged,
  observedShares,
  type Outcome,
  spanIndex,
  spansBetween,
  tallyOf,
  watchedCategory,
} from "./outcome.ts";
import { createDriftCharts } from "./drift.ts";
import { periodsUpTo } from "./periods.ts";
import { seasonalWeek } from "./seasonal-week.ts";
import { youngDays } from "./young-days.ts";

/** Four years and half a season: as far back as any detector looks. */
const WEEKS = 212;
/** An estate is young for its first year. */
const YOUNG_WEEKS = 52;
/** Three years and half a season. */
const SEASONED_WEEKS = 160;

/** What an estate's weeks held; the last of them is under watch. */
export interface EstateWeeks {
  readonly estateId: string;
  /** Begins of the weeks, and the end of the last. */
  readonly bounds: readonly EpochMs[];
  /** The observed share of each week; 0: no data. */
  readonly shares: readonly number[];
  /** Weeks up to now since the first with data. */
  readonly age: number;
  /** Openings of one category in weeks with data. */
  readonly openings: readonly Opening[];
  readonly counts: readonly number[];
}

/**
 * The weekly detectors for the week that ends at `until`: A3 over its days for an estate in its first year,
 * A2 from then on, and A4 beside it once there are three years. The week must have data.
 */
export async function lastWeek(watch: Watch, until: EpochMs, clock: ZoneClock): Promise<Outcome> {
  const bounds = periodsUpTo("week", until, WEEKS, clock);
  const start = bounds[0] ?? until;
  const days = periodsUpTo("day", until, 28, clock);
  const leftOut = tallyOf();
  const drift = createDriftCharts();
  const judged: Record<"a2" | "a3" | "a4", { tests: number; all: Judged[] }> = {
    a2: { tests: 0, all: [] },
    a3: { tests: 0, all: [] },
    a4: { tests: 0, all: [] },
  };
  const note = (detector: keyof typeof judged, results: readonly Judged[]): void => {
    judged[detector].tests += results.length;
    // Only what is less than even odds can matter to q; a hub has too many tests to keep all of them.
    judged[detector].all.push(...results.filter(({ p, alarm }) => alarm !== undefined || p < 0.5));
  };

  for (const { id: estateId } of watch.estates()) {
    const shares = await observedShares(watch, estateId, spansBetween(bounds));
    const first = shares.findIndex((share) => share > 0);
    const age = first < 0 ? 0 : WEEKS - first;
    if ((shares[WEEKS - 1] ?? 0) === 0) {
      leftOut.add("noData");
      continue;
    }
    const all = watch.openings(estateId, start, until);
    if (age < YOUNG_WEEKS) {
      const dayShares = await observedShares(watch, estateId, spansBetween(days));
      const results = youngDays(estateId, days, dayShares, byCategory(all));
      if (results) note("a3", results);
      else leftOut.add("shortBaseline");
      continue;
    }
    const notedAt = watch.notedAt(estateId, "a2", until);
    for (const [category, openings] of byCategory(all)) {
      const counts = Array.from({ length: WEEKS }, () => 0);
      for (const { at } of openings) {
        const week = spanIndex(bounds, at);
        if ((shares[week] ?? 0) > 0) counts[week] = (counts[week] ?? 0) + 1;
      }
      const weeks: EstateWeeks = { estateId, bounds, shares, age, openings, counts };
      const charts = drift(weeks, category, notedAt);
      if (typeof charts === "string") leftOut.add(charts);
      else note("a2", charts);
      if (age < SEASONED_WEEKS) continue;
      const week = seasonalWeek(weeks, category);
      if (typeof week === "string") leftOut.add(week);
      else note("a4", [week]);
    }
  }
  return {
    anomalies: [
      // The chart has its own rate of false alarms, one in 200 weeks: waiting for q would make it blind.
      ...afterAllTests("a2", judged.a2.all, judged.a2.tests, true),
      ...afterAllTests("a3", judged.a3.all, judged.a3.tests),
      ...afterAllTests("a4", judged.a4.all, judged.a4.tests),
    ],
    clusters: [],
    tests: judged.a2.tests + judged.a3.tests + judged.a4.tests,
    leftOut: leftOut.counts,
  };
}

/** Openings by category, without what is only information. */
function byCategory(openings: readonly Opening[]): ReadonlyMap<Category, readonly Opening[]> {
  const found = new Map<Category, Opening[]>();
  for (const opening of openings) {
    const category = watchedCategory(opening.type);
    if (category === undefined) continue;
    const own = found.get(category);
    if (own) own.push(opening);
    else found.set(category, [opening]);
  }
  return found;
}
