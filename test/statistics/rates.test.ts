import { describe, expect, test } from "vitest";
import { createRateStatistics } from "../../src/statistics/index.ts";
import { refusal } from "./refusal.ts";

const statistics = createRateStatistics();

describe("rate rows", () => {
  const counts = [
    { from: "2024-01-01", to: "2024-02-01", count: 3, coverage: null },
    { from: "2024-02-01", to: "2024-03-01", count: 0, coverage: null },
    { from: "2024-03-01", to: "2024-04-01", count: 3, coverage: null },
  ];
  type RatesInput = Parameters<typeof statistics.rates>[0];
  const rates = (changes: Partial<RatesInput> = {}) =>
    statistics.rates({
      series: "recorded",
      counts,
      coverage: null,
      households: 1000,
      changes: [],
      adjusted: false,
      level: 0.95,
      ...changes,
    });

  test("one per bucket, per 1,000 household-years", () => {
    const { rows, total, caveats } = rates();
    expect(rows.map(({ from, to, count, coverage }) => ({ from, to, count, coverage }))).toEqual(counts);
    expect(rows[0]?.rate).toBeCloseTo((3 / ((1000 * 31) / 365.25)) * 1000, 10);
    expect(rows[1]).toMatchObject({ rate: 0, ci: { lo: 0, level: 0.95, method: "garwood" } });
    expect(rows[1]?.householdYears).toBeCloseTo((1000 * 29) / 365.25, 12);
    expect(rows[2]?.ci).toEqual(rows[0]?.ci);
    expect(total).toMatchObject({ from: "2024-01-01", to: "2024-04-01", count: 6, households: 1000 });
    expect(total.householdYears).toBeCloseTo((1000 * 91) / 365.25, 10);
    expect(caveats).toEqual([]);
  });

  test("rows without exposure and rows with faults are refused", () => {
    const none = refusal(() => rates({ households: 0 }));
    expect([none.code, none.faults[0]?.field]).toEqual(["NO_EXPOSURE", "households"]);
    const empty = [...counts, { from: "2024-04-01", to: "2024-04-01", count: 0, coverage: null }];
    const noDay = refusal(() => rates({ counts: empty }));
    expect([noDay.code, noDay.faults[0]?.field]).toEqual(["NO_EXPOSURE", "counts[3].to"]);
    const wrong = [{ from: "2024-04-31", to: "x", count: -1, coverage: 1.5 }];
    const faults = refusal(() => rates({ counts: wrong }));
    expect(faults.faults.map((fault) => fault.field)).toEqual([
      "counts[0].from",
      "counts[0].to",
      "counts[0].count",
      "counts[0].coverage",
    ]);
  });
});
