import { describe, expect, test } from "vitest";
import { estate, recordedCase, refusal, T0, type TestedStore, walk } from "./samples.ts";

export function caseTests(the: () => TestedStore): void {
  describe("recorded cases", () => {
    test("an import can be repeated; what changed is updated", async () => {
      await the().putEstate(estate("e1"));
      const many = Array.from({ length: 1_203 }, (_, index) =>
        recordedCase(`c${index}`, { occurredAt: T0 + index }),
      );
      expect(await the().importCases(many)).toEqual({ inserted: 1_203, updated: 0, unchanged: 0 });
      expect(await the().importCases(many)).toEqual({ inserted: 0, updated: 0, unchanged: 1_203 });
      const again = [
        recordedCase("c0", { type: "theft.vehicle", occurredAt: T0 }),
        ...many.slice(1, 3),
        recordedCase("c0", { source: "elsewhere" }),
      ];
      expect(await the().importCases(again)).toEqual({ inserted: 1, updated: 1, unchanged: 2 });
      const { items } = await the().cases({ scope: undefined, limit: 2_000 });
      expect(items).toHaveLength(1_204);
      expect(items.find(({ id, source }) => id === "c0" && source === "110")?.type).toBe("theft.vehicle");
    });

    test("one bad case keeps all others out", async () => {
      await the().putEstate(estate("e1"));
      const good = recordedCase("c1");
      await expect(the().importCases([good, recordedCase("c2", { estateId: "e9" })])).rejects.toMatchObject(
        refusal("IMPORT_REFUSED", "cases[1].estateId"),
      );
      await expect(
        the().importCases([good, good, recordedCase("c1", { occurredAt: T0 + 1 })]),
      ).rejects.toMatchObject(refusal("IMPORT_REFUSED", "cases[2].id"));
      expect((await the().cases({ scope: undefined, limit: 10 })).items).toEqual([]);
      expect(await the().importCases([good, good])).toEqual({ inserted: 1, updated: 0, unchanged: 1 });
      expect(await the().importCases([])).toEqual({ inserted: 0, updated: 0, unchanged: 0 });
    });

    test("are listed newest first by scope, estate and unit, page by page", async () => {
      await the().putEstate(estate("e1"));
      await the().putEstate(estate("e2"));
      await the().importCases([
        recordedCase("a", { occurredAt: T0 }),
        recordedCase("b", { occurredAt: T0 + 1, unit: "case" }),
        recordedCase("c", { occurredAt: T0 + 1, estateId: "e2" }),
        recordedCase("d", { occurredAt: T0 + 2, simulated: true }),
      ]);
      const list = async (query: object): Promise<string> =>
        (
          await walk(
            (after) =>
              the().cases({ scope: undefined, limit: 1, ...query, ...(after !== undefined && { after }) }),
            1,
          )
        )
          .map(({ id }) => id)
          .join("");
      expect(await list({})).toBe("dcba");
      expect(await list({ scope: ["e1"] })).toBe("dba");
      expect(await list({ scope: ["e1"], estateId: "e2" })).toBe("");
      expect(await list({ estateId: "e1", unit: "call" })).toBe("da");
      expect((await the().cases({ scope: undefined, limit: 1 })).items).toEqual([
        recordedCase("d", { occurredAt: T0 + 2, simulated: true }),
      ]);
    });
  });
}
