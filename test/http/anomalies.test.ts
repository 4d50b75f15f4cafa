import { afterEach, beforeEach, expect, test } from "vitest";
import type { AnomalyRecord, Cluster } from "../../src/domain/surveillance.ts";
import { HOUR } from "../../src/domain/time.ts";
import { NOW } from "./furniture.ts";
import { bearer, setStage, type Stage } from "./stage.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await setStage();
});
afterEach(() => stage.app.close());

function found(given: Partial<AnomalyRecord> = {}): AnomalyRecord {
  return {
    detector: "a1",
    version: "1",
    estateId: "a",
    type: "fire.smoke",
    category: "fire_safety",
    severity: "P4",
    subject: "fire_safety/mon-3",
    at: NOW - HOUR,
    until: NOW,
    evidence: { expected: 0.25, observed: 4, p: 0.0002, q: 0.01 },
    foundAt: NOW,
    incidentId: "one",
    status: "open",
    ...given,
  };
}
function cluster(given: Partial<Cluster> = {}): Cluster {
  return {
    kind: "scan",
    version: "1",
    category: "fire_safety",
    at: NOW - 72 * HOUR,
    until: NOW,
    estateIds: ["a"],
    observed: 9,
    expected: 2.5,
    p: 0.001,
    q: 0.002,
    seed: 7,
    replicates: 999,
    ...given,
  };
}

async function ask(url: string, scope: readonly string[] = ["a"]) {
  const headers = bearer(await stage.token("viewer", scope, "reader"));
  return stage.app.inject({ url, headers });
}
const subjects = async (url: string, scope?: readonly string[]) =>
  (await ask(url, scope)).json<{ items: { detector: string }[] }>().items.map(({ detector }) => detector);

test("an anomaly is told with its evidence and with what became of it, instants in UTC", async () => {
  stage.store.shelves.anomalies.push(found());
  expect((await ask("/v1/estates/a/anomalies")).json()).toEqual({
    items: [
      {
        detector: "a1",
        title: { zh: "某小时警情异常增多", en: "More than usual in an hour of the week" },
        version: "1",
        estateId: "a",
        type: "fire.smoke",
        category: "fire_safety",
        severity: "P4",
        subject: "fire_safety/mon-3",
        at: "2026-03-10T03:00:00.000Z",
        until: "2026-03-10T04:00:00.000Z",
        evidence: { expected: 0.25, observed: 4, p: 0.0002, q: 0.01 },
        foundAt: "2026-03-10T04:00:00.000Z",
        incidentId: "one",
        status: "open",
      },
    ],
  });
});

test("by detectors, several at once, and by status", async () => {
  stage.store.shelves.anomalies.push(
    found(),
    found({ detector: "a2", status: "closed" }),
    found({ detector: "a5" }),
  );
  expect(await subjects("/v1/estates/a/anomalies?detector=a1,a2")).toEqual(["a1", "a2"]);
  expect(await subjects("/v1/estates/a/anomalies?status=closed")).toEqual(["a2"]);
  expect(await subjects("/v1/anomalies?estateId=a&detector=a5")).toEqual(["a5"]);
  for (const query of ["detector=a9", "detector=", "status=lost", "since=1"])
    expect((await ask(`/v1/estates/a/anomalies?${query}`)).statusCode, query).toBe(400);
});

test("nothing of estates beyond the caller's: neither anomalies nor clusters they are part of", async () => {
  stage.store.shelves.anomalies.push(found(), found({ estateId: "b", detector: "a3" }));
  stage.store.shelves.clusters.push(cluster(), cluster({ kind: "knox", estateIds: ["a", "b"] }));
  expect((await ask("/v1/estates/b/anomalies")).statusCode).toBe(404);
  expect(await subjects("/v1/anomalies")).toEqual(["a1"]);
  expect(await subjects("/v1/anomalies?estateId=b")).toEqual([]);
  expect(await subjects("/v1/anomalies", ["a", "b"])).toEqual(["a1", "a3"]);
  const kinds = async (query: string, scope: readonly string[]) =>
    (await ask(`/v1/clusters${query}`, scope)).json<{ items: Cluster[] }>().items.map(({ kind }) => kind);
  expect(await kinds("", ["a"])).toEqual(["scan"]);
  expect(await kinds("", ["a", "b"])).toEqual(["scan", "knox"]);
  expect(await kinds("?kind=knox", ["a", "b"])).toEqual(["knox"]);
  expect((await ask("/v1/clusters?kind=else")).statusCode).toBe(400);
});
