import type { Category } from "../../domain/taxonomy.ts";
import type { EpochMs } from "../../domain/time.ts";
import type { ZoneClock } from "../../domain/zone.ts";
import { spaceTimeScan } from "../../statistics/surveillance/space-time-scan.ts";
import type { Watch } from "../../store/watch.ts";
import { type ClusterFound, outcomeOfClusters } from "./cluster-outcome.ts";
import { cellsOf, onPlane } from "./locations.ts";
import { type Outcome, tallyOf } from "./outcome.ts";
import { type PlacedOpening, type RecentOpenings, recentOpenings, STUDY_DAYS } from "./recent-openings.ts";
import { REPLICATES, seedOf } from "./replication.ts";

/** Fewer cannot be told from chance. */
const LEAST_EVENTS = 10;
/** What the scan takes. Of more, the oldest days are left out, down to one and a half of its longest windows. */
const MOST_EVENTS = 50_000;
const LEAST_DAYS = 42;
/** Places of a scan; with these all its permutations stay within the bound of its work. */
const MOST_PLACES = 80;

/**
 * A5: where, in windows of 1 to 28 days that end at `until`, do the openings of a category lie more closely
 * together than everywhere and always? Space-time permutation scan over the estates whose location is known;
 * more than 80 of them with openings are looked at by squares. An alarm is told at the estate with most.
 */
export async function clusterScan(watch: Watch, until: EpochMs, clock: ZoneClock): Promise<Outcome> {
  const leftOut = tallyOf();
  const recent = await recentOpenings(watch, until, clock, leftOut, true);
  const found: ClusterFound[] = [];
  for (const [category, openings] of recent.byCategory) {
    const fitting = newestDays(openings);
    if (openings.length < LEAST_EVENTS) leftOut.add("fewEvents");
    else if (!fitting) leftOut.add("tooMany");
    else found.push(scanOf(recent, category, fitting, until));
  }
  return outcomeOfClusters("a5", recent.estates, found, leftOut);
}

/** The openings of as many days as the scan can take; undefined when even the least days have too many. */
function newestDays(openings: readonly PlacedOpening[]): readonly PlacedOpening[] | undefined {
  for (let days = STUDY_DAYS; days >= LEAST_DAYS; days--) {
    const kept = openings.filter(({ daysAgo }) => daysAgo < days);
    if (kept.length <= MOST_EVENTS) return kept;
  }
  return undefined;
}

function scanOf(
  { estates, days }: RecentOpenings,
  category: Category,
  openings: readonly PlacedOpening[],
  until: EpochMs,
): ClusterFound {
  const used = [...new Set(openings.map(({ estate }) => estate))].toSorted((a, b) => a - b);
  const points = onPlane(
    used.map((estate) => ({
      latitude: estates[estate]?.latitude ?? 0,
      longitude: estates[estate]?.longitude ?? 0,
    })),
  );
  const cells = cellsOf(points, MOST_PLACES);
  const cellOf = new Map(
    cells.flatMap(({ members }, cell) => members.map((member) => [used[member] ?? -1, cell] as const)),
  );
  const seed = seedOf(until, category);
  const nothing = { category, seed, p: 1, at: until, until, observed: 0, expected: 0, openings: [] };
  // With one place everything is where it always is.
  if (cells.length < 2) return nothing;
  const events = openings.map(({ estate, daysAgo }) => ({ place: cellOf.get(estate) ?? 0, daysAgo }));
  const { cluster } = spaceTimeScan(cells, events, { replicates: REPLICATES, seed });
  if (!cluster) return nothing;
  const inside = new Set(cluster.places);
  return {
    ...nothing,
    p: cluster.p,
    at: days.at(-1 - cluster.days) ?? until,
    observed: cluster.observed,
    expected: cluster.expected,
    openings: openings.filter(
      ({ estate, daysAgo }) => daysAgo < cluster.days && inside.has(cellOf.get(estate) ?? -1),
    ),
  };
}
