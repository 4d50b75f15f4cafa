import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { poissonMass } from "../../src/statistics/poisson-mass.ts";
import {
  countLimit,
  negativeBinomialTails,
  poissonTails,
} from "../../src/statistics/surveillance/count-tails.ts";
import { gammaPriorMoments, posteriorMean } from "../../src/statistics/surveillance/gamma-prior.ts";
import { rareEvents } from "../../src/statistics/surveillance/rare-events.ts";

const split = (x: number) => ({ x, y: 1 - x });

describe("tails of counts", () => {
  test("negative binomial tails are sums of its probabilities", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 30, noNaN: true }),
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        fc.integer({ min: 0, max: 40 }),
        (size, p, k) => {
          let mass = p ** size;
          let atMost = mass;
          for (let j = 1; j <= k; j += 1) {
            mass *= ((size + j - 1) / j) * (1 - p);
            atMost += mass;
          }
          const tails = negativeBinomialTails(k, size, split(p));
          expect(Math.abs(tails.atMost - atMost)).toBeLessThan(1e-11);
          expect(Math.abs(tails.atLeast - tails.above - mass)).toBeLessThan(1e-11);
        },
      ),
    );
  });

  test("a negative binomial of great size is Poisson", () => {
    const size = 1e9;
    const mean = 2.5;
    for (let k = 0; k < 12; k += 1) {
      const wide = negativeBinomialTails(k, size, { x: size / (size + mean), y: mean / (size + mean) });
      expect(wide.above / poissonTails(k, mean).above).toBeCloseTo(1, 6);
    }
  });

  test("Poisson probabilities are the steps of the tails", () => {
    for (const mean of [0.01, 1, 7.5, 300]) {
      for (const k of [0, 1, 2, 10, 300]) {
        const { atLeast, above } = poissonTails(k, mean);
        expect(Math.abs(atLeast - above - poissonMass(k, mean))).toBeLessThan(1e-13);
      }
    }
  });

  test("the limit is the first count that is passed seldom enough", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-6, max: 500, noNaN: true }),
        fc.constantFrom(0.1, 0.01, 0.001),
        (mean, upper) => {
          const limit = countLimit((k) => poissonTails(k, mean), upper);
          expect(poissonTails(limit, mean).above).toBeLessThanOrEqual(upper);
          const before = limit === 0 ? 1 : poissonTails(limit - 1, mean).above;
          expect(before).toBeGreaterThan(upper);
        },
      ),
    );
  });
});

describe("prior of a family of rates", () => {
  test("units that do not differ more than chance allows give a firm prior at the common mean", () => {
    const prior = gammaPriorMoments([2, 2, 2, 2], [10, 10, 10, 10]);
    expect(prior).toMatchObject({ betweenVariance: 0, shape: 50, mean: 0.2 });
    expect(prior.shape / prior.rate).toBeCloseTo(0.2, 14);
  });

  test("a spread that is only rounding is none, in any unit of exposure", () => {
    // S² equals m here; in units of 0.7 the difference of the two is 4e-16
    for (const exposure of [1, 0.7, 3.3, 26 / 7]) {
      const { shape } = gammaPriorMoments([6, 10], [exposure, exposure]);
      expect(shape).toBe(50);
    }
    expect(gammaPriorMoments([6, 11], [0.7, 0.7]).shape).toBeGreaterThan(0);
  });

  test("without any event it is the posterior of Jeffreys' prior", () => {
    expect(gammaPriorMoments([0, 0, 0], [26, 26, 13])).toMatchObject({ shape: 0.5, rate: 65 });
  });

  test("the posterior mean lies between the unit's own rate and the prior's", () => {
    const units = fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 52 })), {
      minLength: 2,
      maxLength: 30,
    });
    fc.assert(
      fc.property(units, (pairs) => {
        const prior = gammaPriorMoments(
          pairs.map(([count]) => count),
          pairs.map(([, exposure]) => exposure),
        );
        const centre = prior.shape / prior.rate;
        for (const [count, exposure] of pairs) {
          const mean = posteriorMean(prior, count, exposure);
          expect(mean).toBeGreaterThanOrEqual(Math.min(centre, count / exposure) * (1 - 1e-12));
          expect(mean).toBeLessThanOrEqual(Math.max(centre, count / exposure) * (1 + 1e-12));
        }
      }),
    );
  });

  test("refuses one unit, a half event and missing exposure, by name", () => {
    expect(() => gammaPriorMoments([1], [1])).toThrow(/counts must have 2 or more units/);
    expect(() => gammaPriorMoments([1, 0.5], [1, 1])).toThrow(/counts\[1\] must be a whole number/);
    expect(() => gammaPriorMoments([1, 2], [1])).toThrow(/exposures must have 2 entries/);
    expect(() => gammaPriorMoments([1, 2], [1, 0])).toThrow(/exposures\[1\] must be a number above 0/);
  });
});

describe("rare events", () => {
  const prior = { shape: 0.5, rate: 50 };
  const silent = { baselineCount: 0, baselineExposure: 26, currentExposure: 1 };

  test("one event in a bin that never saw any does not alarm, two are amber, three red", () => {
    const alarms = [0, 1, 2, 3].map((observed) => rareEvents(prior, { ...silent, observed }).alarm);
    expect(alarms).toEqual(["none", "none", "amber", "red"]);
  });

  test("a usual count does not alarm", () => {
    const busy = { baselineCount: 52, baselineExposure: 26, currentExposure: 1 };
    expect(rareEvents({ shape: 2, rate: 1 }, { ...busy, observed: 4 }).alarm).toBe("none");
    expect(rareEvents({ shape: 2, rate: 1 }, { ...busy, observed: 12 }).alarm).toBe("red");
  });

  test("refuses exposure 0 and an improper prior, by name", () => {
    expect(() => rareEvents(prior, { ...silent, currentExposure: 0, observed: 0 })).toThrow(
      /currentExposure/,
    );
    expect(() => rareEvents({ shape: 0, rate: 1 }, { ...silent, observed: 0 })).toThrow(/prior\.shape/);
  });
});
