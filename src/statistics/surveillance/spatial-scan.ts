import { demand, unless } from "../checks.ts";
import { relativeRisk, scanLikelihood } from "./scan-likelihood.ts";
import { circularZones, countDistinctZones, type NestedZones } from "./scan-zones.ts";
import { countSeriesFaults } from "../series-checks.ts";
import { type Replication, replicationFaults, seededRandom } from "../seeded-random.ts";

/** An estate with its events of the period. */
export interface CountedPlace {
  /** Metres on a plane. */
  readonly x: number;
  readonly y: number;
  readonly households: number;
  readonly count: number;
}

/** The most likely cluster of a map. */
export interface SpatialCluster {
  /** Indices of its places in the input, ascending. */
  readonly places: readonly number[];
  readonly observed: number;
  /** Events expected if all households ran the same risk. */
  readonly expected: number;
  readonly logLikelihoodRatio: number;
  readonly relativeRisk: number | null;
  /** (1 + replicates with as high a maximum) / (replicates + 1). */
  readonly p: number;
}

/** What a spatial scan found. */
export interface SpatialScan {
  /** Different circles that were looked at. */
  readonly candidateZones: number;
  /** null when no circle holds more events than expected. */
  readonly cluster: SpatialCluster | null;
}

const MAX_PLACES = 500;
const MAX_COUNT = 100_000;
/** Draws and circle steps over all replicates: about ten seconds. */
const MAX_WORK = 2e8;
/** Two maxima nearer than this are one: sums of logarithms carry rounding. */
const SAME_RATIO = 1e-10;

/** A circle may hold at most this share of the households. */
const MAX_SHARE = 0.5;

/**
 * Kulldorff's Poisson scan over circles of at most half of the households around each place. The p-value
 * compares the highest likelihood ratio with maps on which the same number of events falls on households
 * at random (multinomial). Work is bounded by the product of replicates with events and circles, at most
 * 2e8. Throws RangeError naming the fields.
 * Source: Kulldorff 1997, Commun Stat Theory Methods 26:1481.
 */
export const spatialScan = (places: readonly CountedPlace[], replication: Replication): SpatialScan => {
  const total = places.reduce((sum, { count }) => sum + count, 0);
  const households = places.reduce((sum, place) => sum + place.households, 0);
  demand("spatialScan", [
    ...unless(
      places.length >= 2 && places.length <= MAX_PLACES,
      "places",
      `must be 2 to ${MAX_PLACES} places`,
    ),
    ...places.flatMap((place, i) => [
      ...unless(
        Number.isFinite(place.x) && Number.isFinite(place.y),
        `places[${i}]`,
        "must have finite x and y",
      ),
      ...unless(
        Number.isFinite(place.households) && place.households >= 0,
        `places[${i}].households`,
        "must be a number, 0 or more",
      ),
      ...unless(
        place.households > 0 || place.count === 0,
        `places[${i}].count`,
        "must be 0 where nobody lives",
      ),
    ]),
    ...countSeriesFaults(
      "counts",
      places.map(({ count }) => count),
    ),
    ...unless(total <= MAX_COUNT, "counts", `must sum to at most ${MAX_COUNT}`),
    ...replicationFaults(replication),
  ]);
  demand("spatialScan", [...unless(households > 0, "places", "have no households")]);
  const zones = circularZones(
    places.map(({ x, y, households: weight }) => ({ x, y, weight })),
    MAX_SHARE,
  );
  const steps = zones.reduce((sum, { order }) => sum + order.length, 0);
  demand(
    "spatialScan",
    unless((total + steps) * replication.replicates <= MAX_WORK, "replicates", "has too much work"),
  );
  const shares = Float64Array.from(places, (place) => (place.households / households) * total);
  const candidateZones = countDistinctZones(zones);
  const best = highest(
    zones,
    Float64Array.from(places, ({ count }) => count),
    shares,
    total,
  );
  if (best.ratio === 0) return { candidateZones, cluster: null };
  const members = [...(zones[best.zone]?.order ?? [])].slice(0, best.end).toSorted((a, b) => a - b);
  const observed = members.reduce((sum, i) => sum + (places[i]?.count ?? 0), 0);
  const expected = members.reduce((sum, i) => sum + (shares[i] ?? 0), 0);
  return {
    candidateZones,
    cluster: {
      places: members,
      observed,
      expected,
      logLikelihoodRatio: best.ratio,
      relativeRisk: relativeRisk(observed, expected, total),
      p: pValue(zones, shares, total, best.ratio, replication),
    },
  };
};

interface Highest {
  readonly ratio: number;
  readonly zone: number;
  readonly end: number;
}

/** The circle with the highest ratio; the first of equals. */
const highest = (
  zones: readonly NestedZones[],
  counts: Float64Array,
  shares: Float64Array,
  total: number,
): Highest => {
  let best: Highest = { ratio: 0, zone: 0, end: 0 };
  for (const [zone, { order, ends }] of zones.entries()) {
    let from = 0;
    let count = 0;
    let expected = 0;
    for (const end of ends) {
      for (; from < end; from += 1) {
        count += counts[order[from] ?? 0] ?? 0;
        expected += shares[order[from] ?? 0] ?? 0;
      }
      const ratio = scanLikelihood(count, expected, total);
      if (ratio > best.ratio) best = { ratio, zone, end };
    }
  }
  return best;
};

const pValue = (
  zones: readonly NestedZones[],
  shares: Float64Array,
  total: number,
  observed: number,
  { replicates, seed }: Replication,
): number => {
  const random = seededRandom(seed);
  const upTo = new Float64Array(shares.length);
  let sum = 0;
  for (const [i, share] of shares.entries()) {
    sum += share;
    upTo[i] = sum;
  }
  const counts = new Float64Array(shares.length);
  let asHigh = 0;
  for (let run = 0; run < replicates; run += 1) {
    counts.fill(0);
    for (let event = 0; event < total; event += 1) {
      const place = placeAt(upTo, random.fraction() * sum);
      counts[place] = (counts[place] ?? 0) + 1;
    }
    if (highest(zones, counts, shares, total).ratio >= observed - SAME_RATIO) asHigh += 1;
  }
  return (1 + asHigh) / (replicates + 1);
};

/** The first place whose running sum is above the point. */
const placeAt = (upTo: Float64Array, point: number): number => {
  let low = 0;
  let high = upTo.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((upTo[middle] ?? 0) > point) high = middle;
    else low = middle + 1;
  }
  return low;
};
