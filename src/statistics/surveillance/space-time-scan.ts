import { demand, unless } from "../checks.ts";
import { relativeRisk, scanLikelihood } from "./scan-likelihood.ts";
import { circularZones, countDistinctZones, type NestedZones } from "./scan-zones.ts";
import { wholeFaults } from "../series-checks.ts";
import { type Replication, replicationFaults, seededRandom, shuffle } from "../seeded-random.ts";

/** A place on a plane, in metres. */
export interface ScanPlace {
  readonly x: number;
  readonly y: number;
}

/** An event at a place (index in the list of places), so many whole days ago; 0 is today. */
export interface DatedEvent {
  readonly place: number;
  readonly daysAgo: number;
}

/** The most likely cluster that is still alive today. */
export interface SpaceTimeCluster {
  /** Indices of its places, ascending. */
  readonly places: readonly number[];
  /** Its length in days, ending today. */
  readonly days: number;
  readonly observed: number;
  /** Events at these places × events on these days / all events. */
  readonly expected: number;
  readonly logLikelihoodRatio: number;
  readonly relativeRisk: number | null;
  /** (1 + permutations with as high a maximum) / (permutations + 1). */
  readonly p: number;
}

/** What a space-time scan found. */
export interface SpaceTimeScan {
  readonly candidateZones: number;
  /** null when no zone and window hold more events than expected. */
  readonly cluster: SpaceTimeCluster | null;
}

const MAX_DAYS = 28;
const MAX_PLACES = 500;
const MAX_EVENTS = 50_000;
/** Cells looked at over all permutations: about ten seconds. */
const MAX_WORK = 3e8;
const SAME_RATIO = 1e-10;
/** A zone may hold at most this share of the events, since households are not known here. */
const MAX_SHARE = 0.5;

/**
 * Space-time permutation scan: circles around each place × windows of 1 to 28 days that end today, without
 * denominators. A zone with n_z of N events and a window with n_t are expected to share n_z n_t / N; the
 * p-value deals the days to the events anew. Needs a study period longer than the windows: days with no
 * event at all carry no weight. Work is bounded: permutations × (events + 28 × circle steps) ≤ 3e8.
 * Throws RangeError naming the fields. Source: Kulldorff et al. 2005, PLoS Med 2:e59.
 */
export const spaceTimeScan = (
  places: readonly ScanPlace[],
  events: readonly DatedEvent[],
  replication: Replication,
): SpaceTimeScan => {
  demand("spaceTimeScan", [
    ...unless(
      places.length >= 2 && places.length <= MAX_PLACES,
      "places",
      `must be 2 to ${MAX_PLACES} places`,
    ),
    ...places.flatMap(({ x, y }, i) =>
      unless(Number.isFinite(x) && Number.isFinite(y), `places[${i}]`, "must have finite x and y"),
    ),
    ...unless(events.length <= MAX_EVENTS, "events", `must be at most ${MAX_EVENTS}`),
    ...events.flatMap(({ place, daysAgo }, i) => [
      ...wholeFaults(`events[${i}].place`, place, 0, places.length - 1),
      ...wholeFaults(`events[${i}].daysAgo`, daysAgo, 0, 100_000),
    ]),
    ...replicationFaults(replication),
  ]);
  const counts = places.map((_, i) => events.filter(({ place }) => place === i).length);
  const zones = circularZones(
    places.map(({ x, y }, i) => ({ x, y, weight: counts[i] ?? 0 })),
    MAX_SHARE,
  );
  const steps = zones.reduce((sum, { order }) => sum + order.length, 0);
  demand(
    "spaceTimeScan",
    unless(
      (events.length + MAX_DAYS * steps) * replication.replicates <= MAX_WORK,
      "replicates",
      "has too much work",
    ),
  );
  const candidateZones = countDistinctZones(zones);
  const where = Int32Array.from(events, ({ place }) => place);
  const when = Int32Array.from(events, ({ daysAgo }) => daysAgo);
  const table = tableOf(where, when, places.length);
  const best = highest(zones, table, events.length);
  if (best.ratio === 0) return { candidateZones, cluster: null };
  const random = seededRandom(replication.seed);
  let asHigh = 0;
  for (let run = 0; run < replication.replicates; run += 1) {
    shuffle(when, random);
    const { ratio } = highest(zones, tableOf(where, when, places.length), events.length);
    if (ratio >= best.ratio - SAME_RATIO) asHigh += 1;
  }
  const members = [...(zones[best.zone]?.order ?? [])].slice(0, best.end).toSorted((a, b) => a - b);
  return {
    candidateZones,
    cluster: {
      places: members,
      days: best.days,
      observed: best.count,
      expected: best.expected,
      logLikelihoodRatio: best.ratio,
      relativeRisk: relativeRisk(best.count, best.expected, events.length),
      p: (1 + asHigh) / (replication.replicates + 1),
    },
  };
};

/** Events by place and by length of the window that reaches them: column d − 1 holds the last d days. */
interface Table {
  readonly recent: Int32Array;
  readonly all: Int32Array;
  readonly byWindow: Int32Array;
}

const tableOf = (where: Int32Array, when: Int32Array, places: number): Table => {
  const recent = new Int32Array(places * MAX_DAYS);
  const all = new Int32Array(places);
  const byWindow = new Int32Array(MAX_DAYS);
  for (const [event, place] of where.entries()) {
    const daysAgo = when[event] ?? 0;
    all[place] = (all[place] ?? 0) + 1;
    if (daysAgo >= MAX_DAYS) continue;
    const cell = place * MAX_DAYS + daysAgo;
    recent[cell] = (recent[cell] ?? 0) + 1;
    byWindow[daysAgo] = (byWindow[daysAgo] ?? 0) + 1;
  }
  for (let i = 0; i < recent.length; i += 1) {
    if (i % MAX_DAYS !== 0) recent[i] = (recent[i] ?? 0) + (recent[i - 1] ?? 0);
  }
  for (let d = 1; d < MAX_DAYS; d += 1) byWindow[d] = (byWindow[d] ?? 0) + (byWindow[d - 1] ?? 0);
  return { recent, all, byWindow };
};

interface Highest {
  readonly ratio: number;
  readonly zone: number;
  readonly end: number;
  readonly days: number;
  readonly count: number;
  readonly expected: number;
}

/** The zone and window with the highest ratio; the first of equals. */
const highest = (zones: readonly NestedZones[], table: Table, total: number): Highest => {
  let best: Highest = { ratio: 0, zone: 0, end: 0, days: 0, count: 0, expected: 0 };
  const counts = new Int32Array(MAX_DAYS);
  for (const [zone, { order, ends }] of zones.entries()) {
    counts.fill(0);
    let inZone = 0;
    let from = 0;
    for (const end of ends) {
      for (; from < end; from += 1) {
        const place = order[from] ?? 0;
        inZone += table.all[place] ?? 0;
        for (let d = 0; d < MAX_DAYS; d += 1) {
          counts[d] = (counts[d] ?? 0) + (table.recent[place * MAX_DAYS + d] ?? 0);
        }
      }
      for (let d = 0; d < MAX_DAYS; d += 1) {
        const count = counts[d] ?? 0;
        const expected = (inZone * (table.byWindow[d] ?? 0)) / total;
        if (count <= expected) continue;
        const ratio = scanLikelihood(count, expected, total);
        if (ratio > best.ratio) best = { ratio, zone, end, days: d + 1, count, expected };
      }
    }
  }
  return best;
};
