import { describe, expect, test } from "vitest";
import { HOUR } from "../../../src/domain/time.ts";
import { estate, refusal, T0, type TestedStore } from "./samples.ts";

const NIGHT = [{ mode: "disarmed", days: [1, 5], hours: "22:00-02:00" }] as const;

export function modeTests(the: () => TestedStore): void {
  describe("modes of an estate", () => {
    const ordered = (mode: "armed" | "disarmed" | "maintenance", from: number, more = {}) =>
      the().orderMode({ estateId: "e1", mode, from, by: "desk", ...more });

    test("are none at first; the plan is replaced whole", async () => {
      await the().putEstate(estate("e1"));
      expect(await the().estateModes("e1")).toEqual({ plan: [], orders: [] });
      await the().putModePlan("e1", NIGHT);
      expect((await the().estateModes("e1")).plan).toEqual(NIGHT);
      await the().putModePlan("e1", []);
      expect((await the().estateModes("e1")).plan).toEqual([]);
    });

    test("orders come latest first; two at one instant follow each other", async () => {
      await the().putEstate(estate("e1"));
      await ordered("maintenance", T0, { until: T0 + HOUR, note: "new cameras" });
      expect((await ordered("armed", T0)).from).toBe(T0 + 1);
      expect((await the().estateModes("e1")).orders).toEqual([
        { estateId: "e1", mode: "armed", from: T0 + 1, by: "desk" },
        { estateId: "e1", mode: "maintenance", from: T0, until: T0 + HOUR, by: "desk", note: "new cameras" },
      ]);
    });

    test("only the order in force can be ended, and not before it began", async () => {
      await the().putEstate(estate("e1"));
      await the().endModeOrder("e1", T0);
      await ordered("armed", T0);
      await the().endModeOrder("e1", T0 - 5);
      expect((await the().estateModes("e1")).orders[0]?.until).toBe(T0);
      await the().endModeOrder("e1", T0 + 5);
      expect((await the().estateModes("e1")).orders[0]?.until).toBe(T0);
    });

    test("react reads them beside a device, and only where there are some", async () => {
      await the().putEstate(estate("e1"));
      await the().putEstate(estate("e2"));
      await the().putModePlan("e1", NIGHT);
      await ordered("maintenance", T0, { until: T0 + HOUR });
      const keys = ["e1", "e2"].map((estateId) => ({ estateId, deviceId: "d1" }));
      const found = await the().react((tx) => tx.devices(keys));
      expect(found.get("e1/d1")?.facts.modes).toEqual(await the().estateModes("e1"));
      expect(found.get("e2/d1")?.facts).not.toHaveProperty("modes");
    });

    test("go with their estate; an unknown one is refused", async () => {
      await the().putEstate(estate("e1"));
      await the().putModePlan("e1", NIGHT);
      await ordered("armed", T0);
      await the().deleteEstate("e1");
      await expect(the().estateModes("e1")).rejects.toMatchObject(refusal("NOT_FOUND", "estateId"));
      await expect(the().putModePlan("e1", [])).rejects.toMatchObject(refusal("NOT_FOUND", "estateId"));
      await expect(ordered("armed", T0)).rejects.toMatchObject(refusal("NOT_FOUND", "estateId"));
      await expect(the().endModeOrder("e1", T0)).rejects.toMatchObject(refusal("NOT_FOUND", "estateId"));
      await the().putEstate(estate("e1"));
      expect(await the().estateModes("e1")).toEqual({ plan: [], orders: [] });
    });
  });
}
