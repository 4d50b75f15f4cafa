import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom, shuffle } from "../../src/statistics/seeded-random.ts";
import { relativeRisk, scanLikelihood } from "../../src/statistics/surveillance/scan-likelihood.ts";
import { circularZones, countDistinctZones } from "../../src/statistics/surveillance/scan-zones.ts";
import { type DatedEvent, spaceTimeScan } from "../../src/statistics/surveillance/space-time-scan.ts";
import { type CountedPlace, spatialScan } from "../../src/statistics/surveillance/spatial-scan.ts";

const run = { replicates: 199, seed: 11 };

/** 16 estates on a square grid, 300 m apart. */
const GRID = Array.from({ length: 16 }, (_, i) => ({ x: (i % 4) * 300, y: Math.floor(i / 4) * 300 }));

const estate = fc.record({
  x: fc.integer({ min: 0, max: 5 }),
  y: fc.integer({ min: 0, max: 5 }),
  households: fc.integer({ min: 1, max: 900 }),
  count: fc.integer({ min: 0, max: 12 }),
});
const map: fc.Arbitrary<readonly CountedPlace[]> = fc.array(estate, { minLength: 2, maxLength: 12 });

describe("seeded draws", () => {
  test("the same seed gives the same draws, another seed others", () => {
    const draw = (seed: number) => {
      const random = seededRandom(seed);
      return Array.from({ length: 20 }, () => [random.fraction(), random.index(7)]);
    };
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
    for (const [fraction, index] of draw(5)) {
      expect(fraction).toBeGreaterThanOrEqual(0);
      expect(fraction).toBeLessThan(1);
      expect([0, 1, 2, 3, 4, 5, 6]).toContain(index);
    }
  });

  test("a shuffle keeps the values and reaches every order about as often", () => {
    const random = seededRandom(1);
    const seen = new Map<string, number>();
    for (let i = 0; i < 6000; i += 1) {
      const values = Int32Array.from([1, 2, 3]);
      shuffle(values, random);
      seen.set(values.join(), (seen.get(values.join()) ?? 0) + 1);
    }
    expect([...seen.keys()].toSorted()).toEqual(["1,2,3", "1,3,2", "2,1,3", "2,3,1", "3,1,2", "3,2,1"]);
    // five standard deviations of a count of mean 1000
    for (const times of seen.values()) expect(Math.abs(times - 1000)).toBeLessThan(145);
  });
});

describe("zones", () => {
  test("each circle holds its centre, grows, and stays within the share", () => {
    fc.assert(
      fc.property(map, (places) => {
        const weighted = places.map(({ x, y, households: weight }) => ({ x, y, weight }));
        const total = weighted.reduce((sum, { weight }) => sum + weight, 0);
        for (const { order, ends } of circularZones(weighted, 0.5)) {
          expect([...ends]).toEqual([...new Set(ends)].toSorted((a, b) => a - b));
          expect(order.length).toBe(ends.at(-1));
          expect(new Set(order).size).toBe(order.length);
          const held = [...order].reduce((sum, i) => sum + (weighted[i]?.weight ?? 0), 0);
          expect(held).toBeLessThanOrEqual(total / 2);
        }
      }),
    );
  });

  test("places at one distance enter together", () => {
    const cross = [
      { x: 0, y: 0 },
      { x: 1, y: 0 },
      { x: -1, y: 0 },
      { x: 0, y: 1 },
      { x: 0, y: -1 },
    ].map(({ x, y }) => ({ x, y, weight: 1 }));
    // half of 5 is 2.5: the centre alone; each arm alone, and with the centre
    const zones = circularZones(cross, 0.5);
    expect(zones.map(({ ends }) => [...ends])).toEqual([[1], [1, 2], [1, 2], [1, 2], [1, 2]]);
    expect(countDistinctZones(zones)).toBe(9);
  });
});

describe("zones at the limit", () => {
  test("a zone may hold exactly half", () => {
    const pair = [0, 1].map((x) => ({ x, y: 0, weight: 4 }));
    expect(circularZones(pair, 0.5).map(({ ends }) => ends.join())).toEqual(["1", "1"]);
    expect(circularZones(pair, 0.49)).toEqual([]);
  });
});

describe("likelihood ratio", () => {
  test("is that of a zone with more events than expected, and 0 for any other", () => {
    expect(scanLikelihood(10, 5, 20)).toBeCloseTo(10 * Math.log(2) + 10 * Math.log(10 / 15), 13);
    expect(scanLikelihood(20, 5, 20)).toBeCloseTo(20 * Math.log(4), 13);
    expect(scanLikelihood(5, 5, 20)).toBe(0);
    expect(scanLikelihood(4, 5, 20)).toBe(0);
  });
});

describe("spatial scan", () => {
  test("the best circle is no worse than any circle looked at one by one", () => {
    fc.assert(
      fc.property(map, (places) => {
        const total = places.reduce((sum, { count }) => sum + count, 0);
        const households = places.reduce((sum, one) => sum + one.households, 0);
        const { cluster } = spatialScan(places, { replicates: 99, seed: 1 });
        let best = 0;
        for (const centre of places) {
          for (const edge of places) {
            const radius = (edge.x - centre.x) ** 2 + (edge.y - centre.y) ** 2;
            const inside = places.filter(({ x, y }) => (x - centre.x) ** 2 + (y - centre.y) ** 2 <= radius);
            const share = inside.reduce((sum, one) => sum + one.households, 0) / households;
            const count = inside.reduce((sum, one) => sum + one.count, 0);
            if (share <= 0.5) best = Math.max(best, scanLikelihood(count, share * total, total));
          }
        }
        expect(cluster?.logLikelihoodRatio ?? 0).toBeCloseTo(best, 9);
      }),
      { numRuns: 60 },
    );
  });

  test("finds a planted cluster and not an even map; the seed decides the p-value", () => {
    const even = GRID.map(({ x, y }) => ({ x, y, households: 500, count: 3 }));
    // a circle takes in all neighbours at one distance
    const cross = [1, 4, 5, 6, 9];
    const planted = even.map(({ x, y }, i) => ({ x, y, households: 500, count: cross.includes(i) ? 12 : 3 }));
    const { cluster } = spatialScan(planted, run);
    expect(cluster?.places).toEqual(cross);
    expect(cluster?.p).toBe(1 / 200);
    expect(spatialScan(even, run).cluster).toBeNull();
    expect(spatialScan(planted, run)).toEqual(spatialScan(planted, run));
  });

  test("the p-value is about uniform when there is no cluster", () => {
    const random = seededRandom(21);
    let low = 0;
    for (let i = 0; i < 300; i += 1) {
      const counts = GRID.map(() => 0);
      for (let event = 0; event < 40; event += 1) {
        const at = random.index(16);
        counts[at] = (counts[at] ?? 0) + 1;
      }
      const { cluster } = spatialScan(
        GRID.map(({ x, y }, at) => ({ x, y, households: 500, count: counts[at] ?? 0 })),
        { replicates: 99, seed: i },
      );
      if ((cluster?.p ?? 1) <= 0.1) low += 1;
    }
    // 30 expected, standard deviation 5.2
    expect(low).toBeGreaterThan(12);
    expect(low).toBeLessThan(48);
  });

  test("replicates as high as the map count against it", () => {
    // one event in one of two equal estates: every map is as extreme as this one
    const two = [0, 1].map((x) => ({ x, y: 0, households: 10, count: x }));
    expect(spatialScan(two, run).cluster).toMatchObject({
      places: [1],
      logLikelihoodRatio: Math.log(2),
      p: 1,
    });
  });

  test("refuses events where nobody lives, no households, and too much work, by name", () => {
    const [one, other] = GRID.map(({ x, y }) => ({ x, y, households: 1, count: 1 }));
    if (one === undefined || other === undefined) throw new Error("the grid has 16 places");
    expect(() => spatialScan([{ ...one, households: 0 }, other], run)).toThrow(/places\[0\]\.count/);
    const empty = { households: 0, count: 0 };
    expect(() =>
      spatialScan(
        [
          { ...one, ...empty },
          { ...other, ...empty },
        ],
        run,
      ),
    ).toThrow(/no households/);
    expect(() => spatialScan([one, { ...other, count: 90_000 }], { replicates: 99_999, seed: 1 })).toThrow(
      /replicates has too much work/,
    );
    expect(() => spatialScan([one, other], { replicates: 10, seed: 1 })).toThrow(/replicates must be/);
  });

  test("the risk inside has no ratio when nothing lies outside", () => {
    expect(relativeRisk(5, 2, 5)).toBeNull();
    expect(relativeRisk(5, 2, 10)).toBeCloseTo((5 / 2) * (8 / 5), 14);
  });
});

describe("space-time permutation scan", () => {
  /** One event in each estate every 30 days of two years, at different days. */
  const background: readonly DatedEvent[] = GRID.flatMap((_, place) =>
    Array.from({ length: 24 }, (__, i) => ({ place, daysAgo: 30 * i + ((place * 7) % 30) })),
  );

  test("finds a planted cluster of the last days, with its places, length and figures", () => {
    const burst = [0, 1, 2, 3, 4, 5, 6].map((daysAgo) => ({ place: 9, daysAgo }));
    const events = [...background, ...burst];
    const { cluster } = spaceTimeScan(GRID, events, run);
    if (cluster === null) throw new Error("a cluster was planted");
    expect(cluster.places).toEqual([9]);
    expect(cluster.days).toBe(7);
    const recent = events.filter(({ daysAgo }) => daysAgo < 7).length;
    const here = events.filter(({ place }) => place === 9).length;
    expect(cluster.observed).toBe(events.filter(({ place, daysAgo }) => place === 9 && daysAgo < 7).length);
    expect(cluster.expected).toBeCloseTo((here * recent) / events.length, 12);
    expect(cluster.p).toBeLessThan(0.02);
  });

  test("an estate that is always busy is no cluster of today", () => {
    const busy = Array.from({ length: 100 }, (_, i) => ({ place: 3, daysAgo: 7 * i }));
    expect(spaceTimeScan(GRID, [...background, ...busy], run).cluster?.p ?? 1).toBeGreaterThan(0.05);
  });

  test("the windows reach 27 days back and no further", () => {
    const old = [1, 2, 3].flatMap((place) => [100, 200, 300].map((daysAgo) => ({ place, daysAgo })));
    const burst = (daysAgo: number) => [0, 0, 0].map((place) => ({ place, daysAgo }));
    expect(spaceTimeScan(GRID, [...old, ...burst(27)], run).cluster).toMatchObject({ places: [0], days: 28 });
    expect(spaceTimeScan(GRID, [...old, ...burst(28)], run).cluster).toBeNull();
  });

  test("the order of the events says nothing", () => {
    const { cluster: one } = spaceTimeScan(GRID, background, run);
    const { cluster: other } = spaceTimeScan(GRID, background.toReversed(), run);
    expect({ ...other, p: 0 }).toEqual({ ...one, p: 0 });
  });

  test("no events give no cluster; an unknown place is refused by name", () => {
    expect(spaceTimeScan(GRID, [], run).cluster).toBeNull();
    expect(() => spaceTimeScan(GRID, [{ place: 16, daysAgo: 0 }], run)).toThrow(/events\[0\]\.place/);
  });
});
