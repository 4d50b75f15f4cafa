/** A place on a plane (metres) and its weight: what a zone may hold at most half of. */
export interface WeightedPlace {
  readonly x: number;
  readonly y: number;
  /** Households, or events where households are unknown; 0 or more. */
  readonly weight: number;
}

/** Circles around one place: the first `ends[i]` of `order` lie inside the i-th. */
export interface NestedZones {
  /** Indices of the places, nearest first; those farther than the widest circle are left out. */
  readonly order: Int32Array;
  /** Ascending; places at the same distance enter together. */
  readonly ends: Int32Array;
}

/** Squared distances nearer than this share of each other are one distance: metres carry rounding. */
const SAME_DISTANCE = 1e-9;

/**
 * All circles around each place that hold at most `maxShare` of the total weight, one entry per place that
 * has any. A circle found from two centres stands in both; that costs time but changes no maximum.
 * Source: Kulldorff 1997, Commun Stat 26:1481, § 3.
 */
export const circularZones = (places: readonly WeightedPlace[], maxShare: number): readonly NestedZones[] => {
  const most = maxShare * places.reduce((sum, { weight }) => sum + weight, 0);
  return places.flatMap((centre) => {
    const zones = zonesAround(centre, places, most);
    return zones.ends.length === 0 ? [] : [zones];
  });
};

const zonesAround = (centre: WeightedPlace, places: readonly WeightedPlace[], most: number): NestedZones => {
  const near = places
    .map(({ x, y, weight }, index) => ({ index, weight, far: (x - centre.x) ** 2 + (y - centre.y) ** 2 }))
    .toSorted((a, b) => a.far - b.far || a.index - b.index);
  const ends: number[] = [];
  let weight = 0;
  for (const [i, place] of near.entries()) {
    weight += place.weight;
    if (weight > most) break;
    const next = near[i + 1];
    if (next === undefined || next.far - place.far > SAME_DISTANCE * next.far) ends.push(i + 1);
  }
  return {
    order: Int32Array.from(near.slice(0, ends.at(-1) ?? 0), ({ index }) => index),
    ends: Int32Array.from(ends),
  };
};

/** How many different sets of places the circles are. */
export const countDistinctZones = (zones: readonly NestedZones[]): number => {
  const known = new Set(
    zones.flatMap(({ order, ends }) => Array.from(ends, (end) => order.slice(0, end).toSorted().join(","))),
  );
  return known.size;
};
