import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../src/statistics/seeded-random.ts";
import { knox } from "../../src/statistics/surveillance/knox.ts";
import { nausScan } from "../../src/statistics/surveillance/naus-scan.ts";

const run = { replicates: 199, seed: 11 };

describe("Naus", () => {
  test("agrees with simulated streams", () => {
    const random = seededRandom(8);
    const streams = 4000;
    let full = 0;
    for (let i = 0; i < streams; i += 1) {
      // events of rate 1 over 10 windows
      const times: number[] = [];
      for (let t = -Math.log1p(-random.fraction()); t < 10; t -= Math.log1p(-random.fraction()))
        times.push(t);
      if (times.some((t, at) => (times[at + 4] ?? Number.POSITIVE_INFINITY) - t <= 1)) full += 1;
    }
    // the standard deviation of the share is below 0.008
    expect(Math.abs(full / streams - nausScan({ windows: 10, mean: 1, most: 5 }))).toBeLessThan(0.03);
  });

  test("gives the figures of the full formula", () => {
    expect(nausScan({ windows: 208, mean: 0.6, most: 6 })).toBeCloseTo(0.039_023_105_534_292_89, 13);
    expect(nausScan({ windows: 261, mean: 1, most: 6 })).toBeCloseTo(0.486_903_872_051_990_7, 12);
  });

  test("is a probability that falls with the count and rises with the length", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 2, max: 500, noNaN: true }),
        fc.double({ min: 0.01, max: 20, noNaN: true }),
        fc.integer({ min: 2, max: 40 }),
        (windows, mean, most) => {
          const p = nausScan({ windows, mean, most });
          expect(p).toBeGreaterThanOrEqual(0);
          expect(p).toBeLessThanOrEqual(1);
          expect(nausScan({ windows: windows + 1, mean, most })).toBeGreaterThanOrEqual(p - 1e-9);
          // below the mean Naus' approximation is not made for order
          const full = Math.max(most, Math.ceil(mean) + 1);
          const less = nausScan({ windows, mean, most: full });
          expect(nausScan({ windows, mean, most: full + 1 })).toBeLessThanOrEqual(less + 1e-9);
        },
      ),
    );
  });
});

describe("Knox", () => {
  const random = seededRandom(2);
  const scattered = Array.from({ length: 40 }, () => ({
    x: random.fraction() * 2000,
    y: random.fraction() * 2000,
    day: random.index(365),
  }));
  const near = { metres: 200, days: 14 };

  test("repeats at the same place within days are found, scattered events are not", () => {
    const repeats = scattered.slice(0, 10).map(({ x, y, day }) => ({ x, y, day: day + 3 }));
    const planted = knox([...scattered, ...repeats], near, run);
    expect(planted.observed).toBeGreaterThanOrEqual(10);
    expect(planted.pPermutation).toBe(1 / 200);
    expect(knox(scattered, near, run).pPermutation).toBeGreaterThan(0.05);
  });

  test("counts pairs as a plain double loop does, in any order of the events", () => {
    const within = (i: number, j: number): readonly [boolean, boolean] => {
      const [a, b] = [scattered[i], scattered[j]];
      if (a === undefined || b === undefined) throw new Error("no such event");
      return [Math.hypot(a.x - b.x, a.y - b.y) <= 200, Math.abs(a.day - b.day) <= 14];
    };
    const want = { closeSpace: 0, closeTime: 0, observed: 0 };
    for (let i = 0; i < 40; i += 1) {
      for (let j = i + 1; j < 40; j += 1) {
        const [space, time] = within(i, j);
        want.closeSpace += Number(space);
        want.closeTime += Number(time);
        want.observed += Number(space && time);
      }
    }
    expect(knox(scattered, near, run)).toMatchObject(want);
    expect(knox(scattered.toReversed(), near, run)).toMatchObject(want);
  });

  test("without close pairs nothing is claimed", () => {
    const far = [0, 1, 2].map((i) => ({ x: i * 1000, y: 0, day: i * 100 }));
    expect(knox(far, near, run)).toMatchObject({ observed: 0, ratio: null, pPoisson: 1, pPermutation: 1 });
  });

  test("refuses one event and a place that is no number, by name", () => {
    expect(() => knox(scattered.slice(0, 1), near, run)).toThrow(/events must be 2 to/);
    const wrong = { x: Number.NaN, y: 0, day: 0 };
    expect(() => knox([...scattered, wrong], near, run)).toThrow(/events\[40\] must have finite/);
  });
});
