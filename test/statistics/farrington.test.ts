import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../src/statistics/seeded-random.ts";
import { farrington, FARRINGTON_WEEKS } from "../../src/statistics/surveillance/farrington.ts";
import { reweightedFit, weekBaseline } from "../../src/statistics/surveillance/farrington-baseline.ts";
import { referenceWeeks, weeksNeeded } from "../../src/statistics/surveillance/farrington-weeks.ts";

const FLEXIBLE = { years: 3, halfWindow: 3, seasons: 10, recentWeeks: 26 };

/** Five years of 3 to 5 events a week. */
const random = seededRandom(4);
const CALM = Array.from({ length: 260 }, () => 3 + random.index(3));

describe("reference weeks", () => {
  test("a year is ten seasons: a window of seven weeks and nine of five", () => {
    const weekly = Array.from({ length: 160 }, (_, i) => i);
    const weeks = referenceWeeks(weekly, 159, { ...FLEXIBLE, recentWeeks: 0 });
    const year = weeks.filter(({ weeksAgo }) => weeksAgo > 55 && weeksAgo <= 107);
    const sizes = Array.from({ length: 10 }, (_, s) => year.filter(({ season }) => season === s).length);
    expect(sizes).toEqual([7, 5, 5, 5, 5, 5, 5, 5, 5, 5]);
    // oldest first: the window around the date, then the seasons as they followed
    expect(year.map(({ season }) => season).slice(0, 13)).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2]);
    expect(weeks.every(({ count, weeksAgo }) => count === 159 - weeksAgo)).toBe(true);
  });

  test("the window is around the same date, and the newest weeks are left out", () => {
    const weekly = Array.from({ length: 160 }, () => 1);
    const weeks = referenceWeeks(weekly, 159, FLEXIBLE);
    const own = weeks.filter(({ season }) => season === 0).map(({ weeksAgo }) => weeksAgo);
    const around = (week: number) => [3, 2, 1, 0, -1, -2, -3].map((off) => week + off);
    expect(own).toEqual([...around(156), ...around(104), ...around(52)]);
    expect(Math.min(...weeks.map(({ weeksAgo }) => weeksAgo))).toBe(27);
  });

  test("weeks that do not share out evenly go to the first seasons", () => {
    const weekly = Array.from({ length: 160 }, () => 1);
    const weeks = referenceWeeks(weekly, 159, { ...FLEXIBLE, seasons: 5, recentWeeks: 0 });
    const year = weeks.filter(({ weeksAgo }) => weeksAgo > 55 && weeksAgo <= 107);
    // 45 weeks over four seasons
    const sizes = [0, 1, 2, 3, 4].map((s) => year.filter(({ season }) => season === s).length);
    expect(sizes).toEqual([7, 12, 11, 11, 11]);
  });

  test("with one season only the windows are kept", () => {
    const weekly = Array.from({ length: 160 }, () => 1);
    expect(referenceWeeks(weekly, 159, { ...FLEXIBLE, seasons: 1, recentWeeks: 3 })).toHaveLength(21);
  });
});

describe("Farrington", () => {
  test("a calm week does not alarm, a burst does", () => {
    expect(farrington(CALM, 259).alarm).toBe(false);
    const burst = farrington(CALM.with(259, 15), 259);
    expect(burst).toMatchObject({ alarm: true, count: 15, enoughEvents: true });
    expect(burst.mean).toBeGreaterThan(3);
    expect(burst.mean).toBeLessThan(5);
  });

  test("an old outbreak is weighted down, so that it does not hide a new one", () => {
    const outbreak = CALM.with(207, 60).with(206, 55);
    const fitted = (threshold: number) => {
      const weeks = referenceWeeks(outbreak, 259, FLEXIBLE);
      return Math.exp(reweightedFit(weeks, threshold, false).coefficients[0] ?? Number.NaN);
    };
    expect(fitted(2.58)).toBeLessThan(5.5);
    expect(fitted(Number.POSITIVE_INFINITY)).toBeGreaterThan(8);
    expect(farrington(outbreak.with(259, 20), 259).alarm).toBe(true);
  });

  test("the season of the week counts, not the whole year", () => {
    const seasonal = Array.from({ length: 260 }, (_, week) =>
      (259 - week) % 52 <= 3 || (259 - week) % 52 >= 49 ? 20 : 2,
    );
    expect(farrington(seasonal, 259)).toMatchObject({ alarm: false });
    expect(farrington(seasonal, 259).mean).toBeCloseTo(20, 6);
    expect(farrington(seasonal.with(239, 20), 239).alarm).toBe(true);
  });

  test("a trend is kept unless it runs past all that was ever seen", () => {
    const falling = Array.from({ length: 260 }, (_, week) => Math.round(40 * 0.99 ** week));
    const kept = farrington(falling, 259);
    expect(kept.trend).toBe(true);
    expect(kept.mean).toBeCloseTo(40 * 0.99 ** 259, 0);
    const rising = falling.toReversed();
    const dropped = farrington(rising, 259);
    expect(dropped.trend).toBe(false);
    expect(dropped.mean).toBeLessThan(rising[259 - 27] ?? 0);
  });

  test("fewer than five events in four weeks never alarm", () => {
    const silent = Array.from({ length: 260 }, (_, i) => (i % 10 === 0 ? 1 : 0));
    const last = silent.slice(0, 256);
    expect(farrington([...last, 0, 0, 0, 4], 259)).toMatchObject({ enoughEvents: false, alarm: false });
    expect(farrington([...last, 0, 0, 1, 4], 259)).toMatchObject({ enoughEvents: true, alarm: true });
  });

  test("a series without any event has no usual count but 0", () => {
    const none = Array.from({ length: 260 }, () => 0);
    expect(farrington(none, 259)).toMatchObject({ upperBound: 0, alarm: false });
    expect(farrington(none.with(259, 6), 259).alarm).toBe(true);
  });

  test("a season that never saw an event expects none, and others without any do no harm", () => {
    // events only in the 30 weeks before the season of the last week
    const silent = Array.from({ length: 260 }, (_, week) => {
      const sinceDate = (week - 259 + 520) % 52;
      return sinceDate > 20 && sinceDate < 48 ? 3 : 0;
    });
    expect(farrington(silent, 259)).toMatchObject({ mean: 0, upperBound: 0, alarm: false });
    const elsewhere = farrington(silent, 259 - 12);
    expect(elsewhere.mean).toBeCloseTo(3, 1);
    expect(elsewhere.alarm).toBe(false);
  });

  test("a season without events does not thin the bursts of the others", () => {
    const weeks = referenceWeeks(CALM, 259, FLEXIBLE).map(({ count, weeksAgo, season }) => ({
      count: season === 3 ? 0 : count * (weeksAgo % 2) * 4,
      weeksAgo,
      season,
    }));
    const others = weeks.filter(({ season }) => season !== 3);
    expect(weekBaseline(weeks, 2.58)).toEqual(weekBaseline(others, 2.58));
    expect(weekBaseline(others, 2.58).dispersion).toBeGreaterThan(2);
  });

  test("sparse series of any kind are judged, never a failure", () => {
    const sparse = fc.array(fc.constantFrom(0, 0, 0, 0, 0, 0, 1, 2, 9), { minLength: 215, maxLength: 215 });
    fc.assert(
      fc.property(sparse, (weekly) => {
        const { mean, dispersion, upperBound } = farrington(weekly, 214);
        expect(mean).toBeGreaterThanOrEqual(0);
        expect(dispersion).toBeGreaterThanOrEqual(1);
        expect(Number.isInteger(upperBound)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test("three years and half a window are enough, one week less is refused by name", () => {
    expect(FARRINGTON_WEEKS).toBe(160);
    expect(weeksNeeded({ years: 4, halfWindow: 3 })).toBe(212);
    expect(farrington(CALM.slice(0, 160), 159).alarm).toBe(false);
    expect(() => farrington(CALM.slice(0, 159), 158)).toThrow(/weekly must have 160 weeks/);
    expect(() => farrington(CALM, 158)).toThrow(/at must be a whole number from 159 to 259/);
    expect(() => farrington(CALM.with(3, -1), 259)).toThrow(/weekly\[3\] must be a whole number/);
  });
});
