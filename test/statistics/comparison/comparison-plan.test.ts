import { describe, expect, test } from "vitest";
import { comparisonPlan } from "../../../src/statistics/comparison/comparison-plan.ts";
import { refusal } from "../refusal.ts";

type Asked = Parameters<typeof comparisonPlan>[0];

const plan = (changes: Partial<Asked> = {}) =>
  comparisonPlan({
    installs: [{ installedOn: "2024-03-15" }],
    beforeMonths: 12,
    afterMonths: 12,
    washoutDays: 30,
    grain: "days",
    calendarMatch: true,
    today: "2026-01-20",
    seriesMonths: 36,
    ...changes,
  });

describe("days to count between", () => {
  test("to the day: twelve months on either side, and the whole months of the series", () => {
    const { windows, cuts, today } = plan();
    expect(windows).toEqual([
      {
        before: { from: "2023-03-15", to: "2024-03-15" },
        washout: { from: "2024-03-15", to: "2024-04-14" },
        after: { from: "2024-04-14", to: "2025-04-14" },
      },
    ]);
    expect(today).toBe("2026-01-20");
    expect(cuts).toEqual([...cuts].toSorted());
    expect(cuts.filter((day) => day.endsWith("-15"))).toHaveLength(13);
    expect(cuts.filter((day) => day.endsWith("-14"))).toHaveLength(13);
    expect(cuts.filter((day) => day.endsWith("-01"))).toHaveLength(37);
    expect([cuts[0], cuts.at(-1)]).toEqual(["2023-01-01", "2026-01-01"]);
  });

  test("by whole months: the month of the installation and what is left of the washout belong to neither", () => {
    const { windows, cuts, today } = plan({
      grain: "months",
      installs: [{ installedOn: "2024-03-15" }, { installedOn: "2024-06-01", commissionedOn: "2024-06-10" }],
    });
    expect(windows.map(({ before, after }) => [before, after])).toEqual([
      [
        { from: "2023-03-01", to: "2024-03-01" },
        { from: "2024-05-01", to: "2025-05-01" },
      ],
      [
        { from: "2023-06-01", to: "2024-06-01" },
        { from: "2024-08-01", to: "2025-08-01" },
      ],
    ]);
    expect(today).toBe("2026-01-01");
    // two years before the first installation, to the end of the last window
    expect([cuts[0], cuts.at(-1)]).toEqual(["2022-03-01", "2025-08-01"]);
    expect(cuts.every((day) => day.endsWith("-01"))).toBe(true);
  });

  test("an early look is compared with the same days of an earlier year", () => {
    expect(plan({ today: "2024-09-14" }).windows[0]?.before).toEqual({
      from: "2023-04-14",
      to: "2023-09-14",
    });
    expect(plan({ afterMonths: 6 }).windows[0]?.before).toEqual({ from: "2023-04-14", to: "2023-10-14" });
    // the days of a year earlier would reach over the installation
    expect(
      plan({ today: "2025-04-01", installs: [{ installedOn: "2024-03-15" }] }).windows[0]?.before,
    ).toEqual({
      from: "2022-04-14",
      to: "2023-04-01",
    });
    expect(plan({ today: "2024-09-14", calendarMatch: false }).windows[0]?.before.from).toBe("2023-03-15");
  });

  test("a window that has not begun leaves nothing to cut", () => {
    expect(plan({ today: "2024-04-14" }).windows[0]?.before).toEqual({
      from: "2023-03-15",
      to: "2024-03-15",
    });
  });

  test("refuses windows that cannot be laid", () => {
    expect(refusal(() => plan({ beforeMonths: 3 })).faults[0]?.field).toBe("beforeMonths");
    const overlap = refusal(() =>
      plan({ installs: [{ installedOn: "2024-03-15", commissionedOn: "2024-03-01" }] }),
    );
    expect(overlap.code).toBe("WINDOW_OVERLAPS_INSTALL");
  });
});
