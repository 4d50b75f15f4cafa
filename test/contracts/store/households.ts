import { describe, expect, test } from "vitest";
import { estate, refusal, type TestedStore } from "./samples.ts";

export function householdTests(the: () => TestedStore): void {
  describe("households over time", () => {
    test("changes come in order of their days; a second one of a day replaces the first", async () => {
      await the().putEstate(estate("e1"));
      expect(await the().householdChanges("e1")).toEqual([]);
      await the().putHouseholdChange("e1", { fromDay: "2026-03-01", households: 900 });
      await the().putHouseholdChange("e1", { fromDay: "2025-07-15", households: 850 });
      await the().putHouseholdChange("e1", { fromDay: "2026-03-01", households: 0 });
      expect(await the().householdChanges("e1")).toEqual([
        { fromDay: "2025-07-15", households: 850 },
        { fromDay: "2026-03-01", households: 0 },
      ]);
      expect((await the().estate("e1")).households).toBe(800);
      await the().deleteHouseholdChange("e1", "2025-07-15");
      expect(await the().householdChanges("e1")).toHaveLength(1);
    });

    test("an unknown estate or day is refused; changes go with their estate", async () => {
      const change = { fromDay: "2026-03-01", households: 900 };
      await expect(the().householdChanges("e1")).rejects.toMatchObject(refusal("NOT_FOUND", "estateId"));
      await expect(the().putHouseholdChange("e1", change)).rejects.toMatchObject(
        refusal("NOT_FOUND", "estateId"),
      );
      await the().putEstate(estate("e1"));
      await the().putHouseholdChange("e1", change);
      await expect(the().deleteHouseholdChange("e1", "2026-03-02")).rejects.toMatchObject(
        refusal("NOT_FOUND"),
      );
      await the().deleteEstate("e1");
      await the().putEstate(estate("e1"));
      expect(await the().householdChanges("e1")).toEqual([]);
    });
  });
}
