import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { MIN_WINDOW_MONTHS, WINDOW_DEFAULTS } from "../../src/domain/rates.ts";
import { ZhianError } from "../../src/errors.ts";
import {
  addDays,
  addMonths,
  daysByCalendarMonth,
  daysOf,
  isLocalDate,
  monthsOf,
} from "../../src/statistics/calendar.ts";
import { createRateStatistics } from "../../src/statistics/index.ts";
import { seasonMismatch } from "../../src/statistics/seasons.ts";
import { refusal } from "./refusal.ts";

const statistics = createRateStatistics();
const windows = (input: Parameters<typeof statistics.windows>[0]) => statistics.windows(input);

describe("calendar", () => {
  test.each(["2024-02-29", "1900-01-01", "2199-12-31", "2000-02-29"])("%s is a day", (day) =>
    expect(isLocalDate(day)).toBe(true),
  );
  test.each([
    "2023-02-29",
    "1900-02-29",
    "2024-02-30",
    "2024-13-01",
    "2024-00-10",
    "2024-1-01",
    "1899-12-31",
    "20240101",
    "",
    "2024-01-01T00:00",
  ])("%j is none", (day) => expect(isLocalDate(day)).toBe(false));

  test("months end where the month ends", () => {
    expect(addMonths("2024-01-31", 1)).toBe("2024-02-29");
    expect(addMonths("2023-01-31", 1)).toBe("2023-02-28");
    expect(addMonths("2024-02-29", -12)).toBe("2023-02-28");
    expect(addMonths("2024-02-29", 48)).toBe("2028-02-29");
    expect(addMonths("2024-03-31", -6)).toBe("2023-09-30");
    expect(addMonths("2023-12-15", 1)).toBe("2024-01-15");
  });

  test("leap days are counted, and summer time is not", () => {
    expect(daysOf({ from: "2024-01-01", to: "2025-01-01" })).toBe(366);
    expect(daysOf({ from: "2023-01-01", to: "2024-01-01" })).toBe(365);
    expect(addDays("2024-02-28", 2)).toBe("2024-03-01");
    expect(addDays("2023-02-28", 2)).toBe("2023-03-02");
    expect(daysOf({ from: "2024-03-30", to: "2024-04-01" })).toBe(2);
  });

  test("length in months", () => {
    expect(monthsOf({ from: "2023-03-15", to: "2024-03-15" })).toBe(12);
    expect(monthsOf({ from: "2024-01-31", to: "2024-02-29" })).toBe(1);
    expect(monthsOf({ from: "2024-01-01", to: "2024-02-16" })).toBe(1.52);
    expect(monthsOf({ from: "2024-01-01", to: "2024-01-02" })).toBe(0.03);
  });

  test("days by calendar month add up to the span, and days undo themselves", () => {
    const day = fc.integer({ min: 0, max: 90_000 }).map((n) => addDays("1920-01-01", n));
    fc.assert(
      fc.property(day, fc.integer({ min: 0, max: 3000 }), (from, length) => {
        const to = addDays(from, length);
        expect(isLocalDate(from)).toBe(true);
        expect(addDays(to, -length)).toBe(from);
        expect(daysOf({ from, to })).toBe(length);
        expect(daysByCalendarMonth({ from, to }).reduce((a, b) => a + b, 0)).toBe(length);
      }),
    );
  });

  test("whole years have the same seasons, half years have not", () => {
    const year = { from: "2023-03-15", to: "2024-03-15" };
    expect(seasonMismatch(year, { from: "2024-04-14", to: "2026-04-14" })).toBeLessThan(0.01);
    expect(
      seasonMismatch({ from: "2023-10-01", to: "2024-04-01" }, { from: "2024-04-01", to: "2024-10-01" }),
    ).toBeCloseTo(1, 12);
  });
});

describe("windows", () => {
  const installedOn = "2024-03-15";

  test("a year, the washout from the commissioning, a year", () => {
    expect(windows({ installedOn, commissionedOn: "2024-04-10", ...WINDOW_DEFAULTS })).toEqual({
      before: { from: "2023-03-15", to: "2024-03-15" },
      washout: { from: "2024-03-15", to: "2024-05-10" },
      after: { from: "2024-05-10", to: "2025-05-10" },
    });
  });

  test("without a commissioning day the washout counts from the installation", () => {
    expect(windows({ installedOn, ...WINDOW_DEFAULTS }).washout).toEqual({
      from: installedOn,
      to: "2024-04-14",
    });
    expect(windows({ installedOn, ...WINDOW_DEFAULTS, washoutDays: 0 }).after.from).toBe(installedOn);
  });

  test("a leap day as installation day", () => {
    expect(windows({ installedOn: "2024-02-29", ...WINDOW_DEFAULTS, washoutDays: 0 })).toEqual({
      before: { from: "2023-02-28", to: "2024-02-29" },
      washout: { from: "2024-02-29", to: "2024-02-29" },
      after: { from: "2024-02-29", to: "2025-02-28" },
    });
  });

  test("never overlap, whatever is asked for", () => {
    const day = fc.integer({ min: 0, max: 40_000 }).map((n) => addDays("1990-01-01", n));
    const months = fc.integer({ min: MIN_WINDOW_MONTHS, max: 120 });
    fc.assert(
      fc.property(
        day,
        fc.integer({ min: 0, max: 400 }),
        months,
        months,
        fc.integer({ min: 0, max: 365 }),
        (T, late, beforeMonths, afterMonths, washoutDays) => {
          const laid = windows({
            installedOn: T,
            commissionedOn: addDays(T, late),
            beforeMonths,
            afterMonths,
            washoutDays,
          });
          expect(laid.before.from < laid.before.to).toBe(true);
          expect(laid.before.to).toBe(T);
          expect(laid.washout.from).toBe(T);
          expect(laid.after.from).toBe(laid.washout.to);
          expect(daysOf(laid.washout)).toBe(late + washoutDays);
          expect(monthsOf(laid.before)).toBeGreaterThanOrEqual(beforeMonths);
          expect(monthsOf(laid.after)).toBeCloseTo(afterMonths, 0);
        },
      ),
    );
  });

  test("commissioned before installed is refused", () => {
    const error = refusal(() => windows({ installedOn, commissionedOn: "2024-03-14", ...WINDOW_DEFAULTS }));
    expect(error).toBeInstanceOf(ZhianError);
    expect(error.code).toBe("WINDOW_OVERLAPS_INSTALL");
    expect(error.faults.map((fault) => fault.field)).toEqual(["commissionedOn"]);
  });

  test("every wrong field is named at once", () => {
    const error = refusal(() =>
      windows({
        installedOn: "2024-02-30",
        commissionedOn: "soon",
        beforeMonths: 5,
        afterMonths: 6.5,
        washoutDays: -1,
      }),
    );
    expect(error.code).toBe("VALIDATION");
    expect(error.faults.map((fault) => fault.field)).toEqual([
      "installedOn",
      "commissionedOn",
      "beforeMonths",
      "afterMonths",
      "washoutDays",
    ]);
  });
});
