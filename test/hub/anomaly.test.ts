import { afterEach, expect, test } from "vitest";
import type { Anomaly } from "../../src/domain/anomaly.ts";
import { HOUR } from "../../src/domain/time.ts";
import { anomalyVerdict } from "../../src/incidents/anomaly-verdict.ts";
import { temporaryStores } from "../store/temporary.ts";
import { NOON, openStage, type Stage } from "./react-stage.ts";

const temporary = temporaryStores();
let stage: Stage | undefined;
afterEach(() => stage?.store.close());

const FOUND: Anomaly = {
  detector: "hour-of-week",
  version: "1",
  estateId: "e1",
  type: "order.noise",
  severity: "P4",
  subject: "monday-23",
  at: NOON - HOUR,
  evidence: { expected: 0.4321, observed: 5, p: 0.000123, q: 0.0123 },
  simulated: false,
};

test("an anomaly opens an incident with its evidence, once, and not again after it was closed", async () => {
  stage = await openStage({ path: temporary.path() });
  const { react, store, clock } = stage;
  const tell = (anomaly: Anomaly = FOUND) => react.judge(anomalyVerdict(anomaly, clock.now()));
  const incidents = async () => (await store.incidents({ scope: undefined, limit: 10 })).items;
  await tell();
  await tell();
  const [incident, ...others] = await incidents();
  expect(others).toEqual([]);
  expect(incident).toMatchObject({
    type: "order.noise",
    status: "open",
    openedAt: NOON - HOUR,
    rule: { id: "anomaly:hour-of-week", version: "1" },
    eventCount: 1,
  });
  const { history } = await store.incident(incident?.id ?? "");
  expect(history.map(({ kind, by, note }) => [kind, by, note])).toEqual([
    ["opened", "rule:anomaly:hour-of-week", "expected 0.432, observed 5, p 0.00012, q 0.012"],
  ]);

  await store.commandIncident(
    incident?.id ?? "",
    { kind: "close", reason: "confirmed" },
    "desk",
    clock.now(),
  );
  await tell();
  expect(await incidents()).toMatchObject([{ status: "closed", closeReason: "confirmed" }]);
  // The same hour a week later is another one.
  clock.at += 168 * HOUR;
  await tell({ ...FOUND, at: NOON + 167 * HOUR });
  expect(await incidents()).toMatchObject([{ status: "open" }, { status: "closed" }]);
});

test("another subject and another estate have incidents of their own", async () => {
  stage = await openStage({ path: temporary.path() });
  const { react, store, clock } = stage;
  for (const more of [{}, { subject: "sunday-3" }, { estateId: "e2" }])
    await react.judge(anomalyVerdict({ ...FOUND, ...more }, clock.now()));
  expect((await store.incidents({ scope: undefined, limit: 10 })).items).toHaveLength(3);
});
