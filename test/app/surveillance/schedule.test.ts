import { afterEach, expect, test, vi } from "vitest";
import { inThread } from "../../../src/app/in-thread.ts";
import type { Outcome } from "../../../src/app/surveillance/outcome.ts";
import { type JobPeriod, runSurveillanceJob } from "../../../src/app/surveillance/run-job.ts";
import {
  doWhatIsDue,
  scheduleSurveillance,
  type SurveillanceParts,
} from "../../../src/app/surveillance/schedule.ts";
import type { Anomaly } from "../../../src/domain/anomaly.ts";
import { DAY, HOUR, MINUTE } from "../../../src/domain/time.ts";
import { anomalyVerdict } from "../../../src/incidents/anomaly-verdict.ts";
import { createLog } from "../../../src/runtime/log.ts";
import { openStage, type Stage } from "../../hub/react-stage.ts";
import { temporaryStores } from "../../store/temporary.ts";
import { every, plant, settle } from "./watched-store.ts";

const ZONE = "Asia/Shanghai";
/** The end of an hour of a Monday afternoon; the estate was quiet until then. */
const HOUR_END = Date.parse("2026-03-02T15:00:00+08:00");
const NOTHING: Outcome = { anomalies: [], clusters: [], tests: 0, leftOut: {} };
const temporary = temporaryStores();
const never = new AbortController().signal;
let stage: Stage | undefined;
afterEach(() => {
  vi.useRealTimers();
  stage?.store.close();
  stage = undefined;
});

async function hub() {
  const path = temporary.path();
  const it = await openStage({ path });
  stage = it;
  const { store, react, clock } = it;
  // The stage's own estate has devices that were never heard.
  await settle(store, "quiet", HOUR_END - 400 * DAY);
  clock.at = HOUR_END + 10 * MINUTE;
  const periods: JobPeriod[] = [];
  const parts: SurveillanceParts = {
    store: {
      surveillanceMark: (job) => store.surveillanceMark(job),
      putSurveillanceRun: (run) => store.putSurveillanceRun(run),
      openAnomaly: (anomaly: Anomaly) => react.judge(anomalyVerdict(anomaly, clock.now())),
    },
    find: (period) => {
      periods.push(period);
      return runSurveillanceJob(path, period, ZONE);
    },
    clock,
    log: createLog("silent"),
    zone: ZONE,
  };
  const usual = every(6.2, HOUR_END - 182 * DAY, HOUR_END - 8 * DAY);
  const burst = [5, 17, 31, 44].map((minute) => HOUR_END - HOUR + minute * MINUTE);
  plant(
    path,
    [...usual, ...burst].map((at) => ({ at, estateId: "quiet" })),
  );
  const incidents = async () =>
    (await store.incidents({ scope: undefined, limit: 50, status: "open" })).items;
  return { path, store, clock, parts, periods, incidents };
}

test("what is found opens an incident with its evidence, once, and the period is done", async () => {
  const it = await hub();
  await doWhatIsDue(it.parts, never);
  const [incident, ...others] = await it.incidents();
  expect(others).toEqual([]);
  expect(incident).toMatchObject({
    type: "intrusion.perimeter",
    severity: "P3",
    rule: { id: "anomaly:a1", version: "1" },
    openedAt: HOUR_END - HOUR,
  });
  const { history } = await it.store.incident(incident?.id ?? "");
  expect(history[0]?.note).toMatch(/^expected 0\.0\d+, observed 4, p \S+, q \S+$/);
  expect(await it.store.surveillanceMark("hourly")).toBe(HOUR_END);
  expect((await it.store.anomalies({ scope: undefined, limit: 9, detectors: ["a1"] })).items).toMatchObject([
    { status: "open", incidentId: incident?.id, evidence: { observed: 4 } },
  ]);
  it.periods.length = 0;
  await doWhatIsDue(it.parts, never);
  expect(it.periods).toEqual([]);
});

test("broken off between the incidents and the mark, it is done again and opens nothing twice", async () => {
  const it = await hub();
  const broken = { ...it.parts.store, putSurveillanceRun: () => Promise.reject(new Error("killed")) };
  await doWhatIsDue({ ...it.parts, store: broken }, never);
  const before = await it.incidents();
  expect(before).toHaveLength(1);
  expect(await it.store.surveillanceMark("hourly")).toBeUndefined();
  await doWhatIsDue(it.parts, never);
  expect(await it.incidents()).toEqual(before);
  expect(await it.store.surveillanceMark("hourly")).toBe(HOUR_END);
});

test("told again after somebody closed it, it stays closed", async () => {
  const it = await hub();
  const broken = { ...it.parts.store, putSurveillanceRun: () => Promise.reject(new Error("killed")) };
  await doWhatIsDue({ ...it.parts, store: broken }, never);
  const [incident] = await it.incidents();
  const close = { kind: "close", reason: "confirmed" } as const;
  await it.store.commandIncident(incident?.id ?? "", close, "desk", it.clock.now());
  await doWhatIsDue(it.parts, never);
  expect(await it.incidents()).toEqual([]);
});

test("what was missed while the hub was off is made up for: each period once, the oldest first, to a bound", async () => {
  const it = await hub();
  await doWhatIsDue(it.parts, never);
  it.periods.length = 0;
  it.clock.at += 50 * HOUR;
  await doWhatIsDue(it.parts, never);
  const hours = it.periods
    .filter(({ job }) => job === "hourly")
    .map(({ until }) => (until - HOUR_END) / HOUR);
  expect(hours).toEqual(Array.from({ length: 24 }, (_, i) => 27 + i));
  const others = it.periods.filter(({ job }) => job !== "hourly").map(({ job }) => job);
  expect(others).toEqual(["daily", "daily"]);
});

test("a job that fails is due again, and the others do their work", async () => {
  const it = await hub();
  let failing = true;
  const find = (period: JobPeriod) =>
    failing && period.job === "hourly" ? Promise.reject(new Error("disk")) : Promise.resolve(NOTHING);
  await doWhatIsDue({ ...it.parts, find }, never);
  expect(await it.store.surveillanceMark("hourly")).toBeUndefined();
  expect(await it.store.surveillanceMark("monthly")).toBe(Date.parse("2026-03-01T00:00:00+08:00"));
  failing = false;
  await doWhatIsDue({ ...it.parts, find }, never);
  expect(await it.store.surveillanceMark("hourly")).toBe(HOUR_END);
});

test("a thread of its own finds the same as the run beside it", async () => {
  const it = await hub();
  const period = { job: "hourly", until: HOUR_END } as const;
  const apart = await inThread({ kind: "surveillance", database: it.path, zone: ZONE, ...period }, never);
  expect(apart.anomalies).toHaveLength(1);
  expect(apart).toEqual(await runSurveillanceJob(it.path, period, ZONE));
});

test("looks two minutes after the start and ten past each hour; stopped, it gives up what it does", async () => {
  const it = await hub();
  vi.useFakeTimers({ now: HOUR_END + 30 * MINUTE, toFake: ["setTimeout", "clearTimeout", "Date"] });
  const looks: JobPeriod[] = [];
  const stop = scheduleSurveillance({
    ...it.parts,
    clock: { now: Date.now },
    find: (period, signal) => {
      looks.push(period);
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      });
    },
  });
  await vi.advanceTimersByTimeAsync(2 * MINUTE - 1);
  expect(looks).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  await vi.waitFor(() => expect(looks).toEqual([{ job: "hourly", until: HOUR_END }]));
  await stop();
  expect(looks).toHaveLength(1);
  expect(await it.store.surveillanceMark("hourly")).toBeUndefined();
});
