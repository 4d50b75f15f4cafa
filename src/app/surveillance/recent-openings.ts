import type { Category } from "../../domain/taxonomy.ts";
import type { EpochMs } from "../../domain/time.ts";
import type { ZoneClock } from "../../domain/zone.ts";
import type { Opening, Watch } from "../../store/watch.ts";
import { observedShares, spanIndex, spansBetween, type Tally, watchedCategory } from "./outcome.ts";
import { periodsUpTo } from "./periods.ts";

/** Days that clusters are looked for in. */
export const STUDY_DAYS = 90;
/** With more days without data an estate's own gaps look like clusters. */
const MOST_GAPS = 4;

/** An estate that was there nearly all the time. */
export interface SteadyEstate {
  readonly id: string;
  readonly latitude?: number;
  readonly longitude?: number;
}

/** An opening at an estate, by its index, so many days before the last one. */
export interface PlacedOpening extends Opening {
  readonly estate: number;
  readonly daysAgo: number;
}

/** The openings of the last 90 days. */
export interface RecentOpenings {
  /** Begins of the days, and the end of the last. */
  readonly days: readonly EpochMs[];
  readonly estates: readonly SteadyEstate[];
  readonly byCategory: ReadonlyMap<Category, readonly PlacedOpening[]>;
}

/**
 * Openings of the 90 days that end at `until`, at estates with at most four days without data: both tests
 * for clusters compare days, and take a gap for a quiet time. Openings on those days are left out.
 */
export async function recentOpenings(
  watch: Watch,
  until: EpochMs,
  clock: ZoneClock,
  leftOut: Tally,
  located: boolean,
): Promise<RecentOpenings> {
  const days = periodsUpTo("day", until, STUDY_DAYS, clock);
  const spans = spansBetween(days);
  const estates: SteadyEstate[] = [];
  const byCategory = new Map<Category, PlacedOpening[]>();
  for (const estate of watch.estates()) {
    if (located && estate.latitude === undefined) {
      leftOut.add("noLocation");
      continue;
    }
    const shares = await observedShares(watch, estate.id, spans);
    if (shares.filter((share) => share === 0).length > MOST_GAPS) {
      leftOut.add("noData");
      continue;
    }
    const index = estates.push(estate) - 1;
    for (const opening of watch.openings(estate.id, days[0] ?? until, until)) {
      const category = watchedCategory(opening.type);
      const day = spanIndex(days, opening.at);
      if (category === undefined || (shares[day] ?? 0) === 0) continue;
      const placed = { ...opening, estate: index, daysAgo: STUDY_DAYS - 1 - day };
      const own = byCategory.get(category);
      if (own) own.push(placed);
      else byCategory.set(category, [placed]);
    }
  }
  return { days, estates, byCategory };
}
