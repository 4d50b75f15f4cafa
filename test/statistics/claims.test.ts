import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { claimCheck } from "../../src/statistics/claim-check.ts";
import type { MonthCount } from "../../src/domain/period-change.ts";
import { periodChanges } from "../../src/statistics/period-change.ts";
import { refusal } from "./refusal.ts";

describe("claim check", () => {
  test("finds the pairs that print as the claim, and no other", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 }),
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 1, max: 60 }),
        (decimals, percent, maxBefore) => {
          const claim = { percentDecrease: percent, decimals, maxBefore };
          let pairs = 0;
          for (let before = 1; before <= maxBefore; before += 1) {
            for (let after = 0; after <= before; after += 1) {
              const exactly = (100 * (before - after)) / before;
              if (Math.abs(exactly - percent) <= 0.5 / 10 ** decimals + 1e-9) pairs += 1;
            }
          }
          const found = claimCheck(claim, 0.95);
          expect(found.pairCount).toBe(pairs);
          expect(found.smallestPairs).toHaveLength(Math.min(6, pairs));
        },
      ),
    );
  });

  test("holds the pair a percentage was printed from", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.nat(200),
        fc.integer({ min: 0, max: 3 }),
        (before, cut, decimals) => {
          fc.pre(cut <= before);
          const percentDecrease = Number(((100 * cut) / before).toFixed(decimals));
          const { pairCount } = claimCheck({ percentDecrease, decimals, maxBefore: before }, 0.95);
          expect(pairCount).toBeGreaterThan(0);
        },
      ),
    );
  });

  test("a half may have been rounded either way", () => {
    // 8 → 7 is a decrease of 12.5 %
    for (const percentDecrease of [12, 13]) {
      expect(claimCheck({ percentDecrease, decimals: 0, maxBefore: 8 }, 0.95).smallestPairs).toContainEqual(
        expect.objectContaining({ before: 8, after: 7 }),
      );
    }
  });

  test("a claim no counts can yield has no pair", () => {
    expect(claimCheck({ percentDecrease: 61.11, decimals: 2, maxBefore: 17 }, 0.95)).toEqual({
      pairCount: 0,
      smallestPairs: [],
    });
  });

  test.each([
    [{ percentDecrease: 101, decimals: 0, maxBefore: 10 }, ["percentDecrease"]],
    [{ percentDecrease: Number.NaN, decimals: 0, maxBefore: 10 }, ["percentDecrease", "percentDecrease"]],
    [{ percentDecrease: 61.11, decimals: 1, maxBefore: 10 }, ["percentDecrease"]],
    [{ percentDecrease: 61, decimals: 7, maxBefore: 10 }, ["decimals"]],
    [{ percentDecrease: 61, decimals: 0, maxBefore: 0 }, ["maxBefore"]],
    [{ percentDecrease: 61, decimals: 0, maxBefore: 10_001 }, ["maxBefore"]],
  ])("%o is refused", (claim, fields) => {
    const error = refusal(() => claimCheck(claim, 0.95));
    expect(error.code).toBe("VALIDATION");
    expect(error.faults.map(({ field }) => field)).toEqual(fields);
  });
});

describe("同比 and 环比", () => {
  const month = (name: string, count: number, exposure = 1000): MonthCount => ({
    month: name,
    count,
    exposure,
  });

  test("same month of last year, month before, and both winter months together", () => {
    const months = [
      month("2023-01", 2),
      month("2023-02", 6),
      month("2023-12", 12),
      month("2024-01", 6),
      month("2024-02", 3),
    ];
    const february = periodChanges(months, "2024-02", 0.95);
    expect(february.yearOnYear?.rawPercent).toBe(-50);
    expect(february.monthOnMonth?.rawPercent).toBe(-50);
    expect(february.janFebYearOnYear).toMatchObject({
      current: { count: 9, exposure: 2000 },
      base: { count: 8, exposure: 2000 },
      rawPercent: 12.5,
    });
    expect(february.springFestival).toBe(true);
    const january = periodChanges(months, "2024-01", 0.95);
    expect(january.yearOnYear?.rawPercent).toBe(200);
    expect(january.monthOnMonth?.rawPercent).toBe(-50);
    expect(january.janFebYearOnYear).toBeNull();
    expect(january.springFestival).toBe(true);
  });

  test("a base of zero has no percentage, never infinity", () => {
    const { yearOnYear, monthOnMonth } = periodChanges(
      [month("2023-05", 0), month("2024-05", 4), month("2024-04", 0)],
      "2024-05",
      0.95,
    );
    expect(yearOnYear).toMatchObject({ rawPercent: null, ratePercent: null });
    expect(yearOnYear?.rateCi?.hi).toBeNull();
    expect(monthOnMonth?.rawPercent).toBeNull();
    const silent = periodChanges([month("2023-05", 0), month("2024-05", 0)], "2024-05", 0.95);
    expect(silent.yearOnYear).toMatchObject({ rawPercent: null, ratePercent: null, rateCi: null });
  });

  test("a month that is not there leaves no change, and no neighbour stands in", () => {
    const found = periodChanges(
      [month("2023-06", 3), month("2024-05", 4), month("2024-07", 1)],
      "2024-05",
      0.95,
    );
    expect(found).toEqual({
      yearOnYear: null,
      monthOnMonth: null,
      janFebYearOnYear: null,
      springFestival: false,
    });
    expect(periodChanges([], "2024-05", 0.95).yearOnYear).toBeNull();
  });

  test("raw and rate agree at equal exposure, and the interval holds the rate", () => {
    fc.assert(
      fc.property(
        fc.nat(50),
        fc.integer({ min: 1, max: 50 }),
        fc.constantFrom(1, 30, 1200),
        (now, then, exposure) => {
          const { yearOnYear } = periodChanges(
            [month("2023-07", then, exposure), month("2024-07", now, exposure)],
            "2024-07",
            0.95,
          );
          expect(yearOnYear?.rawPercent).toBeCloseTo(yearOnYear?.ratePercent ?? Number.NaN, 9);
          expect(yearOnYear?.rateCi?.lo).toBeLessThanOrEqual(yearOnYear?.ratePercent ?? Number.NaN);
          expect(yearOnYear?.rateCi?.hi).toBeGreaterThan(yearOnYear?.ratePercent ?? Number.NaN);
        },
      ),
    );
  });

  test("bad and repeated months are named", () => {
    expect(() => periodChanges([month("2024-13", 1)], "2024-1", 0.95)).toThrow(
      /month must be.*months\[0\]\.month/u,
    );
    expect(() => periodChanges([month("2024-02", 1), month("2024-02", 2)], "2024-02", 0.95)).toThrow("twice");
    expect(() => periodChanges([month("2024-02", 1, 0)], "2024-02", 0.95)).toThrow("months[0].exposure");
  });
});
