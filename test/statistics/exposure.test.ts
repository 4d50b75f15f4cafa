import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HouseholdChange } from "../../src/domain/exposure.ts";
import { addDays, daysOf } from "../../src/statistics/calendar.ts";
import { householdDays } from "../../src/statistics/exposure.ts";
import { createRateStatistics } from "../../src/statistics/index.ts";
import { refusal } from "./refusal.ts";

const statistics = createRateStatistics();
type RatesInput = Parameters<typeof statistics.rates>[0];

const rates = (changes: Partial<RatesInput> = {}) =>
  statistics.rates({
    series: "sensor",
    counts: [
      { from: "2025-01-01", to: "2025-02-01", count: 4, coverage: 1 },
      { from: "2025-02-01", to: "2025-03-01", count: 2, coverage: 0.5 },
    ],
    coverage: 0.75,
    households: 1000,
    changes: [],
    adjusted: true,
    level: 0.95,
    ...changes,
  });
const codes = (caveats: readonly { readonly code: string }[]) => caveats.map(({ code }) => code);

describe("household-days", () => {
  const year = { from: "2025-01-01", to: "2026-01-01" };

  test.each<readonly [string, readonly HouseholdChange[], number]>([
    ["no change", [], 365 * 100],
    ["a change before the span", [{ fromDay: "2024-06-01", households: 200 }], 365 * 200],
    ["on its first day", [{ fromDay: "2025-01-01", households: 200 }], 365 * 200],
    ["within", [{ fromDay: "2025-12-30", households: 200 }], 363 * 100 + 2 * 200],
    ["on the day after its last", [{ fromDay: "2026-01-01", households: 200 }], 365 * 100],
    [
      "emptied and filled again",
      [
        { fromDay: "2025-02-01", households: 0 },
        { fromDay: "2025-03-01", households: 300 },
      ],
      31 * 100 + 306 * 300,
    ],
  ])("%s", (_name, changes, days) => {
    expect(householdDays(changes, 100, year)).toBe(days);
  });

  test("are what adding up every day gives", () => {
    const day = fc.nat({ max: 120 }).map((number) => addDays("2025-01-01", number));
    const history = fc
      .uniqueArray(fc.record({ fromDay: day, households: fc.nat({ max: 2_000 }) }), {
        maxLength: 6,
        selector: ({ fromDay }) => fromDay,
      })
      .map((changes) => changes.toSorted((a, b) => (a.fromDay < b.fromDay ? -1 : 1)));
    fc.assert(
      fc.property(history, day, day, (changes, a, b) => {
        const span = a < b ? { from: a, to: b } : { from: b, to: a };
        let sum = 0;
        for (let number = 0; number < daysOf(span); number++) {
          const today = addDays(span.from, number);
          sum += changes.findLast(({ fromDay }) => fromDay <= today)?.households ?? 500;
        }
        expect(householdDays(changes, 500, span)).toBe(sum);
      }),
    );
  });
});

describe("rates on exposure that changes", () => {
  test("each row has the households of its own days, the total the sum of all", () => {
    const { rows, total } = rates({
      adjusted: false,
      changes: [{ fromDay: "2025-02-15", households: 1200 }],
    });
    expect(rows.map(({ households }) => households)).toEqual([1000, 1100]);
    expect(rows[1]?.householdYears).toBeCloseTo((14 * 1000 + 14 * 1200) / 365.25, 10);
    expect(total.householdYears).toBeCloseTo((31 * 1000 + 28 * 1100) / 365.25, 10);
    expect(total.rate).toBeCloseTo((6 / total.householdYears) * 1000, 10);
  });

  test("adjusted: only what was observed is exposure; unknown coverage adjusts nothing and says so", () => {
    const known = rates();
    expect(known.rows.map(({ coverage }) => coverage)).toEqual([1, 0.5]);
    expect(known.rows[1]?.householdYears).toBeCloseTo((28 * 500) / 365.25, 10);
    expect(known.total).toMatchObject({ coverage: 0.75, count: 6 });
    expect(known.total.householdYears).toBeCloseTo((31 * 1000 + 28 * 500) / 365.25, 10);
    const unknown = rates({ counts: [{ from: "2025-01-01", to: "2025-02-01", count: 4, coverage: null }] });
    expect(unknown.rows[0]?.householdYears).toBeCloseTo((31 * 1000) / 365.25, 10);
    expect(codes(unknown.caveats)).toEqual(["COVERAGE_UNKNOWN"]);
  });

  test("what was not observed has no rate; where nobody lives it is refused", () => {
    const blind = { from: "2025-01-01", to: "2025-02-01", count: 0, coverage: 0 };
    const seen = { from: "2025-02-01", to: "2025-03-01", count: 2, coverage: 1 };
    const { rows, total } = rates({ counts: [blind, seen] });
    expect(rows[0]).toMatchObject({ householdYears: 0, rate: null, ci: null });
    expect(total.rate).toBe(rows[1]?.rate);
    const nothing = rates({ counts: [blind], coverage: 0 });
    expect(nothing.total).toMatchObject({ count: 0, coverage: 0, householdYears: 0, rate: null, ci: null });
    const changes = [{ fromDay: "2024-01-01", households: 0 }];
    const nobody = refusal(() => rates({ changes }));
    expect([nobody.code, nobody.faults.map(({ field }) => field)]).toEqual(["NO_EXPOSURE", ["households"]]);
    expect(refusal(() => rates({ counts: [] })).faults[0]?.field).toBe("counts");
    const wrong = refusal(() => rates({ changes: [{ fromDay: "x", households: -1 }] }));
    expect(wrong.faults.map(({ field }) => field)).toEqual(["changes[0].fromDay", "changes[0].households"]);
  });

  test("COVERAGE_GAP below 95 %, for what devices count or where it was adjusted", () => {
    const just = [{ from: "2025-01-01", to: "2025-02-01", count: 4, coverage: 0.95 }];
    expect(codes(rates({ counts: just }).caveats)).toEqual([]);
    const [gap] = rates().caveats;
    expect(gap).toMatchObject({
      code: "COVERAGE_GAP",
      severity: "warning",
      evidence: { spans: 1, of: 2, least: 0.5, coverage: 0.75 },
    });
    expect(gap?.zh).toContain("50.0 %");
    expect(codes(rates({ adjusted: false }).caveats)).toEqual(["COVERAGE_GAP"]);
    expect(codes(rates({ adjusted: false, series: "recorded" }).caveats)).toEqual([]);
    expect(codes(rates({ adjusted: true, series: "recorded" }).caveats)).toEqual(["COVERAGE_GAP"]);
  });

  test("POPULATION_CHANGE above 10 % between the rows", () => {
    const full = { series: "recorded", adjusted: false } as const;
    const at = (households: number) =>
      codes(rates({ ...full, changes: [{ fromDay: "2025-02-01", households }] }).caveats);
    expect(at(1100)).toEqual([]);
    expect(at(1101)).toEqual(["POPULATION_CHANGE"]);
    expect(at(0)).toEqual(["POPULATION_CHANGE"]);
  });
});
