import { describe, expect, test } from "vitest";
import type { GroupCountQuery } from "../../../src/ports.ts";
import { estate, recordedCase, refusal, type TestedStore } from "./samples.ts";

const query: GroupCountQuery = {
  estateIds: ["e1", "e2"],
  unit: "call",
  types: ["theft.ebike"],
  cuts: ["2026-01-01", "2026-01-15", "2026-02-01", "2026-03-01"],
};

export function groupCountTests(the: () => TestedStore): void {
  describe("counts of many estates", () => {
    test("agree with the counts of each, and hold households and their changes", async () => {
      await the().putEstate(estate("e1", { zone: "Asia/Shanghai", households: 10 }));
      await the().putEstate(estate("e2", { zone: "Europe/Berlin", households: 20 }));
      await the().putHouseholdChange("e2", { fromDay: "2026-01-20", households: 25 });
      const newYear = Date.UTC(2025, 11, 31, 16);
      await the().importCases([
        recordedCase("before", { occurredAt: newYear - 1 }),
        recordedCase("first", { occurredAt: newYear }),
        recordedCase("cut", { occurredAt: Date.UTC(2026, 0, 14, 16) }),
        recordedCase("feb", { occurredAt: Date.UTC(2026, 1, 27), simulated: true }),
        recordedCase("end", { occurredAt: Date.UTC(2026, 1, 28, 16) }),
        recordedCase("berlin", { estateId: "e2", occurredAt: Date.UTC(2026, 0, 14, 23) }),
        recordedCase("unit", { unit: "case", occurredAt: newYear }),
        recordedCase("type", { type: "fraud.telecom", occurredAt: newYear }),
      ]);
      const { estates } = await the().groupCounts(query);
      const simulated = Number(recordedCase("x").simulated);
      expect(estates.map(({ estateId, counts }) => [estateId, counts])).toEqual([
        ["e1", [1, 1, 1]],
        ["e2", [0, 1, 0]],
      ]);
      expect(estates[0]?.simulated).toEqual([simulated, simulated, 1]);
      expect(estates.map(({ households, changes }) => [households, changes])).toEqual([
        [10, []],
        [20, [{ fromDay: "2026-01-20", households: 25 }]],
      ]);
      const months = await the().caseCounts({
        ...query,
        estateId: "e1",
        series: "recorded",
        from: "2026-01-01",
        to: "2026-03-01",
        bucket: "month",
      });
      expect(months.map(({ count }) => count)).toEqual([2, 1]);
    });

    test("records reach as far as those of every estate", async () => {
      for (const id of ["e1", "e2", "quiet"]) await the().putEstate(estate(id, { zone: "UTC" }));
      expect((await the().groupCounts(query)).records).toBeNull();
      await the().importCases([
        recordedCase("a", { source: "old", occurredAt: Date.UTC(2020, 5, 1) }),
        recordedCase("b", { source: "old", occurredAt: Date.UTC(2026, 0, 20) }),
        recordedCase("c", { source: "new", estateId: "e2", occurredAt: Date.UTC(2026, 0, 10) }),
        recordedCase("d", { source: "new", estateId: "e2", occurredAt: Date.UTC(2026, 6, 1) }),
      ]);
      const reach = async (...estateIds: string[]) =>
        (await the().groupCounts({ ...query, estateIds })).records;
      expect(await reach("e1")).toMatchObject({ first: "2020-06-01", last: "2026-01-20", cases: 4 });
      expect(await reach("e2")).toMatchObject({ first: "2026-01-10", last: "2026-07-01" });
      expect(await reach("e1", "e2")).toMatchObject({ first: "2026-01-10", last: "2026-01-20" });
      expect(await reach("quiet")).toMatchObject({ first: "2020-06-01", last: "2026-07-01" });
    });

    test("refuses unknown estates, days that do not ascend, and too many cuts", async () => {
      await the().putEstate(estate("e1"));
      await expect(the().groupCounts(query)).rejects.toMatchObject(refusal("NOT_FOUND"));
      const of = (cuts: readonly string[]) => the().groupCounts({ ...query, estateIds: ["e1"], cuts });
      await expect(of(["2026-01-01"])).rejects.toMatchObject(refusal("VALIDATION", "cuts"));
      await expect(of(["2026-02-01", "2026-01-01"])).rejects.toMatchObject(refusal("VALIDATION", "cuts"));
      await expect(of(["2026-02-30", "2026-04-01"])).rejects.toMatchObject(refusal("VALIDATION", "cuts"));
    });
  });
}
