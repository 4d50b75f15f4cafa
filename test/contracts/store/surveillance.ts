import { describe, expect, test } from "vitest";
import {
  type Cluster,
  DETECTORS,
  type FoundAnomaly,
  type SurveillanceRun,
} from "../../../src/domain/surveillance.ts";
import { DAY, HOUR } from "../../../src/domain/time.ts";
import { change, estate, incident, T0, type TestedStore, walk } from "./samples.ts";

const anomaly = (given: Partial<FoundAnomaly> = {}): FoundAnomaly => ({
  detector: "a1",
  version: "1",
  estateId: "e1",
  type: "fire.smoke",
  category: "fire_safety",
  severity: "P4",
  subject: "fire_safety/mon-3",
  at: T0,
  until: T0 + HOUR,
  evidence: { expected: 0.25, observed: 4, p: 0.0002, q: 0.01 },
  ...given,
});
const cluster = (given: Partial<Cluster> = {}): Cluster => ({
  kind: "scan",
  version: "1",
  category: "fire_safety",
  at: T0 - 3 * DAY,
  until: T0,
  estateIds: ["e1", "e2"],
  observed: 9,
  expected: 2.5,
  p: 0.001,
  q: 0.002,
  seed: 7,
  replicates: 999,
  ...given,
});

export function surveillanceTests(the: () => TestedStore): void {
  const put = (run: Partial<SurveillanceRun> & { foundAt?: number; keepFrom?: number } = {}) =>
    the().putSurveillanceRun({
      job: "hourly",
      until: T0 + HOUR,
      anomalies: [],
      clusters: [],
      foundAt: T0 + HOUR,
      keepFrom: 0,
      ...run,
    });
  const all = { scope: undefined, limit: 10, detectors: DETECTORS };
  const found = async (query: Partial<Parameters<TestedStore["anomalies"]>[0]> = {}) =>
    (await the().anomalies({ ...all, ...query })).items;

  describe("surveillance", () => {
    test("each job has its mark, which never goes back", async () => {
      expect(await the().surveillanceMark("hourly")).toBeUndefined();
      await put();
      await put({ until: T0 });
      expect(await the().surveillanceMark("hourly")).toBe(T0 + HOUR);
      expect(await the().surveillanceMark("daily")).toBeUndefined();
    });

    test("what is found comes latest first, by estate, detector and scope, page by page", async () => {
      const list = [
        anomaly(),
        anomaly({ at: T0 + HOUR, detector: "a5" }),
        anomaly({ estateId: "e2", subject: "fire_safety/mon-4" }),
        anomaly({ subject: "fire_safety/mon-4" }),
      ];
      await put({ anomalies: list });
      const [first] = await found();
      expect(first).toEqual({ ...list[1], foundAt: T0 + HOUR });
      const walked = await walk(
        (after) => the().anomalies({ ...all, limit: 1, ...(after !== undefined && { after }) }),
        1,
      );
      expect(walked.map(({ at, estateId, subject }) => [at - T0, estateId, subject])).toEqual([
        [HOUR, "e1", "fire_safety/mon-3"],
        [0, "e2", "fire_safety/mon-4"],
        [0, "e1", "fire_safety/mon-4"],
        [0, "e1", "fire_safety/mon-3"],
      ]);
      expect(await found({ estateId: "e2" })).toHaveLength(1);
      expect(await found({ estateId: "e2", scope: ["e1"] })).toEqual([]);
      expect(await found({ scope: ["e1"] })).toHaveLength(3);
      expect(await found({ detectors: ["a5", "a6"] })).toHaveLength(1);
    });

    test("the same found again is there once, with the latest evidence", async () => {
      await put({ anomalies: [anomaly()] });
      const evidence = { expected: 0.25, observed: 5, p: 0.00002 };
      await put({ anomalies: [anomaly({ evidence })], clusters: [cluster()] });
      await put({ clusters: [cluster({ observed: 10 })] });
      expect(await found()).toMatchObject([{ evidence }]);
      expect((await the().clusters(all)).items).toEqual([cluster({ observed: 10 })]);
    });

    test("its status is that of the incident that it opened, or supports", async () => {
      const key = "e1|fire.smoke|anomaly:a1:fire_safety/mon-3";
      const opened = incident("one", { key, openedAt: T0, status: "acknowledged" });
      await the().react((tx) => tx.saveIncidents([change(opened, "opened")]));
      await put({
        anomalies: [
          anomaly(),
          anomaly({ at: T0 + 7 * DAY }),
          anomaly({ at: T0 - DAY }),
          anomaly({ subject: "fire_safety/mon-4" }),
        ],
      });
      const statuses = (await found()).map(({ at, subject, status }) => [at - T0, subject, status]);
      expect(statuses).toEqual([
        [7 * DAY, "fire_safety/mon-3", "acknowledged"],
        [0, "fire_safety/mon-4", undefined],
        [0, "fire_safety/mon-3", "acknowledged"],
        [-DAY, "fire_safety/mon-3", undefined],
      ]);
      expect(await found({ status: "acknowledged" })).toMatchObject([
        { incidentId: "one" },
        { incidentId: "one" },
      ]);
      expect(await found({ status: "open" })).toEqual([]);
    });

    test("clusters are shown to who may see all their estates", async () => {
      await put({ clusters: [cluster(), cluster({ kind: "knox", estateIds: ["e1"] })] });
      const kinds = async (scope: readonly string[] | undefined, kind?: Cluster["kind"]) =>
        (await the().clusters({ limit: 10, scope, ...(kind && { kind }) })).items.map((one) => one.kind);
      expect(await kinds(undefined)).toEqual(["scan", "knox"]);
      expect(await kinds(["e1"])).toEqual(["knox"]);
      expect(await kinds(["e1", "e2", "e3"], "scan")).toEqual(["scan"]);
      expect(await kinds([])).toEqual([]);
    });

    test("what was found before a moment goes; the anomalies of an estate go with it", async () => {
      await put({ anomalies: [anomaly()], clusters: [cluster()], foundAt: T0 });
      await put({ anomalies: [anomaly({ at: T0 + DAY })], foundAt: T0 + DAY, keepFrom: T0 + 1 });
      expect(await found()).toMatchObject([{ at: T0 + DAY }]);
      expect((await the().clusters(all)).items).toEqual([]);
      await the().putEstate(estate("e1"));
      await the().deleteEstate("e1");
      expect(await found()).toEqual([]);
    });

    test("an estate keeps where it lies; half of it is refused", async () => {
      await the().putEstate(estate("e1", { latitude: 31.2304, longitude: 121.4737 }));
      expect(await the().estate("e1")).toMatchObject({ latitude: 31.2304, longitude: 121.4737 });
      await expect(the().putEstate(estate("e1", { latitude: 31.2304 }))).rejects.toMatchObject({
        code: "VALIDATION",
        faults: [{ field: "longitude" }],
      });
    });
  });
}
