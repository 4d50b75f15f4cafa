import type { Category } from "../../domain/taxonomy.ts";
import { DAY, type EpochMs } from "../../domain/time.ts";
import type { ZoneClock } from "../../domain/zone.ts";
import { knox } from "../../statistics/surveillance/knox.ts";
import type { Watch } from "../../store/watch.ts";
import { type ClusterFound, outcomeOfClusters } from "./cluster-outcome.ts";
import { onPlane, type Point } from "./locations.ts";
import { type Outcome, tallyOf } from "./outcome.ts";
import {
  type PlacedOpening,
  type RecentOpenings,
  recentOpenings,
  type SteadyEstate,
} from "./recent-openings.ts";
import { REPLICATES, seedOf } from "./replication.ts";

const NEAR = { metres: 200, days: 14 } as const;
const LEAST_EVENTS = 10;
/** What the test takes; of more, the latest are looked at. */
const MOST_EVENTS = 3_000;
/** Pairs close in space; with these all permutations stay within the bound of its work. */
const MOST_CLOSE = 300_000;
/** Estates of unknown location lie so far from all others, metres, that only their own repeats are near. */
const FAR = 1e8;

/**
 * A6: in the 90 days that end at `until`, do openings of a category follow each other within 200 m and 14
 * days more often than chance would have it? An opening lies at the middle of its estate, so repeats within
 * one estate are near; of an estate whose location is unknown only these are seen. An alarm is told at the
 * estate with most openings that have a near one.
 */
export async function nearRepeats(watch: Watch, until: EpochMs, clock: ZoneClock): Promise<Outcome> {
  const leftOut = tallyOf();
  const recent = await recentOpenings(watch, until, clock, leftOut, false);
  const points = pointsOf(recent.estates);
  const found: ClusterFound[] = [];
  for (const [category, openings] of recent.byCategory) {
    if (openings.length < LEAST_EVENTS) leftOut.add("fewEvents");
    else found.push(knoxOf(recent, points, category, latest(openings, points), until));
  }
  return outcomeOfClusters("a6", recent.estates, found, leftOut);
}

function knoxOf(
  { days }: RecentOpenings,
  points: readonly Point[],
  category: Category,
  openings: readonly PlacedOpening[],
  until: EpochMs,
): ClusterFound {
  const seed = seedOf(until, category);
  const events = openings.map(({ estate, at }) => ({ ...pointOf(points, estate), day: at / DAY }));
  const { observed, expected, pPermutation: p } = knox(events, NEAR, { replicates: REPLICATES, seed });
  return {
    category,
    seed,
    p,
    at: days[0] ?? until,
    until,
    observed,
    expected,
    openings: openings.filter((one) =>
      openings.some(
        (other) =>
          other !== one &&
          Math.abs(other.at - one.at) <= NEAR.days * DAY &&
          distance(points, one.estate, other.estate) <= NEAR.metres,
      ),
    ),
  };
}

/** The latest openings, as many as the test can take. */
function latest(openings: readonly PlacedOpening[], points: readonly Point[]): readonly PlacedOpening[] {
  let kept = openings.toSorted((a, b) => a.at - b.at).slice(-MOST_EVENTS);
  while (closePairs(kept, points) > MOST_CLOSE) kept = kept.slice(Math.ceil(kept.length / 4));
  return kept;
}

function closePairs(openings: readonly PlacedOpening[], points: readonly Point[]): number {
  const perEstate = new Map<number, number>();
  for (const { estate } of openings) perEstate.set(estate, (perEstate.get(estate) ?? 0) + 1);
  const estates = [...perEstate];
  return estates.reduce(
    (sum, [estate, count], index) =>
      sum +
      (count * (count - 1)) / 2 +
      estates
        .slice(index + 1)
        .filter(([other]) => distance(points, estate, other) <= NEAR.metres)
        .reduce((pairs, [, others]) => pairs + count * others, 0),
    0,
  );
}

function pointsOf(estates: readonly SteadyEstate[]): readonly Point[] {
  const located = estates.map(({ latitude, longitude }) =>
    latitude === undefined || longitude === undefined ? undefined : { latitude, longitude },
  );
  const known = onPlane(located.filter((each) => each !== undefined));
  let next = 0;
  return located.map((each, index) => {
    const point = each && known[next++];
    return point ?? { x: FAR * (index + 1), y: FAR };
  });
}

const pointOf = (points: readonly Point[], estate: number): Point => points[estate] ?? { x: 0, y: 0 };

function distance(points: readonly Point[], one: number, other: number): number {
  const [a, b] = [pointOf(points, one), pointOf(points, other)];
  return Math.hypot(a.x - b.x, a.y - b.y);
}
