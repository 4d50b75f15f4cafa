import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { runSurveillanceJob } from "../../../src/app/surveillance/run-job.ts";
import type { SurveillanceJob } from "../../../src/domain/surveillance.ts";
import { DAY, HOUR } from "../../../src/domain/time.ts";
import type { EmbeddedStore } from "../../../src/store/store.ts";
import { temporaryStores } from "../../store/temporary.ts";
import { away, every, plant, type Planted, settle } from "./watched-store.ts";

const ZONE = "Asia/Shanghai";
/** A Monday, 00:00 in Shanghai. */
const MONDAY = Date.parse("2026-03-02T00:00:00+08:00");
/** The end of the hour from 14:00 to 15:00. */
const HOUR_END = MONDAY + 15 * HOUR;
const WEEK = 7 * DAY;
const temporary = temporaryStores();

async function stage(ids: readonly string[], since: number) {
  const path = temporary.path();
  const store = temporary.open(path);
  for (const id of ids) await settle(store, id, since);
  return stageOf(path, store);
}

function stageOf(path: string, store: EmbeddedStore) {
  return {
    path,
    store,
    plant: (list: readonly Planted[]) => plant(path, list),
    run: (job: SurveillanceJob, until: number) => runSurveillanceJob(path, { job, until }, ZONE),
  };
}

const at = (times: readonly number[], given: Omit<Planted, "at"> = {}): Planted[] =>
  times.map((each) => ({ ...given, at: each }));
/** One opening in six days and five hours or so, over half a year. */
const usual = every(6.2, HOUR_END - 182 * DAY, HOUR_END - 8 * DAY);
const burst = [5, 17, 31, 44].map((minute) => HOUR_END - HOUR + minute * 60_000);

test("a1: four in an hour of a quiet estate are found, with what was expected", async () => {
  const it = await stage(["e1"], HOUR_END - 2 * 365 * DAY);
  it.plant([...at(usual), ...at(burst), ...at([burst[0] ?? 0], { type: "fire.smoke" })]);
  const { anomalies, tests, leftOut } = await it.run("hourly", HOUR_END);
  expect(anomalies).toMatchObject([
    {
      detector: "a1",
      estateId: "e1",
      type: "intrusion.perimeter",
      category: "preventable_crime",
      severity: "P3",
      subject: "preventable_crime/mon-14",
      at: HOUR_END - HOUR,
      until: HOUR_END,
      evidence: { observed: 4 },
    },
  ]);
  const { expected, p, q = 1 } = anomalies[0]?.evidence ?? { expected: 1, p: 1 };
  expect(expected).toBeGreaterThan(0.002);
  expect(expected).toBeLessThan(0.02);
  expect(p).toBeLessThan(1e-5);
  // Two categories were judged.
  expect(tests).toBe(2);
  expect(q).toBeCloseTo(2 * p, 12);
  expect(leftOut).toEqual({});
});

test("a1: without the burst nothing; nor for tests, drills, simulated ones and what statistics found", async () => {
  const it = await stage(["e1"], HOUR_END - 2 * 365 * DAY);
  it.plant([...at(usual), ...at(burst.slice(0, 1))]);
  expect((await it.run("hourly", HOUR_END)).anomalies).toEqual([]);
  it.plant([
    ...at(burst, { test: true }),
    ...at(burst, { closeReason: "test" }),
    ...at(burst, { simulated: true }),
    ...at(burst, { ruleId: "anomaly:a2" }),
  ]);
  expect((await it.run("hourly", HOUR_END)).anomalies).toEqual([]);
});

test("a1: an hour of which a quarter was not observed is no data; so is a baseline that hardly was", async () => {
  const it = await stage(["e1", "e2"], HOUR_END - 2 * 365 * DAY);
  it.plant([...at(usual), ...at(burst)]);
  await away(it.store, "e1", HOUR_END - HOUR, HOUR_END - 45 * 60_000);
  await away(it.store, "e2", HOUR_END - 182 * DAY, HOUR_END - 30 * DAY);
  const { anomalies, leftOut } = await it.run("hourly", HOUR_END);
  expect(anomalies).toEqual([]);
  expect(leftOut).toEqual({ noData: 1, shortBaseline: 1 });
});

test("a1: down-time is not quiet: the rate is that of the hours that were observed", async () => {
  const whole = await stage(["e1"], HOUR_END - 2 * 365 * DAY);
  const halved = await stage(["e1"], HOUR_END - 2 * 365 * DAY);
  const first = HOUR_END - 182 * DAY;
  const late = usual.filter((each) => each > first + 91 * DAY);
  whole.plant([...at(late), ...at(burst)]);
  halved.plant([...at(late), ...at(burst)]);
  await away(halved.store, "e1", first, first + 91 * DAY);
  const expectedOf = async (it: typeof whole) =>
    (await it.run("hourly", HOUR_END)).anomalies[0]?.evidence.expected ?? 0;
  const ratio = (await expectedOf(halved)) / (await expectedOf(whole));
  expect(ratio).toBeGreaterThan(1.6);
  expect(ratio).toBeLessThan(2.4);
});

test("a2: a drift from two a week to five is found, up and not down; somebody's note begins it anew", async () => {
  const it = await stage(["e1"], MONDAY - 80 * WEEK);
  it.plant(at(every(3.5, MONDAY - 78 * WEEK, MONDAY - 8 * WEEK)));
  expect((await it.run("weekly", MONDAY - 8 * WEEK)).anomalies).toEqual([]);
  it.plant(at(every(1.4, MONDAY - 8 * WEEK, MONDAY)));
  const { anomalies } = await it.run("weekly", MONDAY);
  expect(anomalies).toMatchObject([
    { detector: "a2", subject: "preventable_crime/more", type: "intrusion.perimeter", until: MONDAY },
  ]);
  const [found] = anomalies;
  expect(found?.evidence.p).toBeLessThan(1 / 200);
  expect((found?.evidence.observed ?? 0) / (found?.evidence.expected ?? 1)).toBeGreaterThan(2);
  const noted = { type: "intrusion.perimeter", ruleId: "anomaly:a2" };
  it.plant([{ ...noted, at: MONDAY - WEEK }]);
  // The key of an incident that was opened for it ends with its subject.
  renameKey(it.path, MONDAY - WEEK, "e1|intrusion.perimeter|anomaly:a2:preventable_crime/more");
  expect((await it.run("weekly", MONDAY)).anomalies).toEqual([]);
});

test("a2: fewer are found too; a silence because nothing was observed is not", async () => {
  const it = await stage(["e1", "e2"], MONDAY - 80 * WEEK);
  for (const estateId of ["e1", "e2"])
    it.plant(at(every(1.75, MONDAY - 78 * WEEK, MONDAY - 8 * WEEK), { estateId }));
  // e2 was away for all of the silence but its last week.
  await away(it.store, "e2", MONDAY - 8 * WEEK, MONDAY - WEEK);
  const { anomalies } = await it.run("weekly", MONDAY);
  expect(anomalies).toMatchObject([
    {
      detector: "a2",
      estateId: "e1",
      subject: "preventable_crime/fewer",
      severity: "P4",
      evidence: { observed: 0 },
    },
  ]);
});

test("a3: five in a day of an estate that is three months old are found, and days without are not", async () => {
  const it = await stage(["e1"], MONDAY - 90 * DAY);
  it.plant(at(every(4.3, MONDAY - 60 * DAY, MONDAY)));
  expect((await it.run("weekly", MONDAY)).anomalies).toEqual([]);
  const thursday = MONDAY - 4 * DAY;
  it.plant(at([1, 3, 5, 7, 9].map((hour) => thursday + hour * HOUR)));
  expect((await it.run("weekly", MONDAY)).anomalies).toMatchObject([
    { detector: "a3", subject: "preventable_crime", at: thursday, until: thursday + DAY },
  ]);
});

test("a3: a gap is left out of the days before, and a day without data is not judged", async () => {
  const it = await stage(["e1"], MONDAY - 90 * DAY);
  const thursday = MONDAY - 4 * DAY;
  // Three a day as long as it was there: a gap taken for zeros would make the day after it look busy.
  const busy = [...every(1 / 3, MONDAY - 60 * DAY, MONDAY - 14 * DAY), ...every(1 / 3, thursday, MONDAY)];
  it.plant(at(busy));
  expect((await it.run("weekly", MONDAY)).anomalies).not.toEqual([]);
  await away(it.store, "e1", MONDAY - 14 * DAY, thursday);
  expect((await it.run("weekly", MONDAY)).anomalies).toEqual([]);
});

test("a4: after three and a half years a week far above its season is found, a usual summer is not", async () => {
  const it = await stage(["e1"], MONDAY - 190 * WEEK);
  /** Two a week, six in the seven weeks around the first of March. */
  const seasonal: number[] = [];
  for (let week = MONDAY - 190 * WEEK; week < MONDAY - WEEK; week += WEEK) {
    const toSeason = Math.abs((((MONDAY - week) / WEEK + 26) % 52) - 26);
    const count = toSeason <= 4 ? 6 : 2;
    for (let i = 0; i < count; i++) seasonal.push(week + Math.floor(((i + 0.5) * WEEK) / count));
  }
  it.plant(at(seasonal));
  const last = (count: number) => every(7 / count, MONDAY - WEEK, MONDAY);
  it.plant(at(last(6)));
  const detectors = (found: readonly { detector: string }[]) => found.map(({ detector }) => detector);
  expect(detectors((await it.run("weekly", MONDAY)).anomalies)).not.toContain("a4");
  it.plant(at(last(14)));
  const { anomalies } = await it.run("weekly", MONDAY);
  expect(anomalies.find(({ detector }) => detector === "a4")).toMatchObject({
    subject: "preventable_crime",
    at: MONDAY - WEEK,
    until: MONDAY,
  });
  await away(it.store, "e1", MONDAY - 100 * WEEK, MONDAY - 70 * WEEK);
  const { leftOut } = await it.run("weekly", MONDAY);
  expect(leftOut).toMatchObject({ shortBaseline: expect.any(Number) });
});

test("the same data give the same findings, to the last digit", async () => {
  const it = await stage(["e1"], HOUR_END - 2 * 365 * DAY);
  it.plant([...at(usual), ...at(burst)]);
  expect(await it.run("hourly", HOUR_END)).toEqual(await it.run("hourly", HOUR_END));
});

function renameKey(path: string, openedAt: number, key: string): void {
  const db = new DatabaseSync(path, { timeout: 5_000 });
  db.prepare("UPDATE incidents SET key = ? WHERE opened_at = ? AND rule_id = 'anomaly:a2'").run(
    key,
    openedAt,
  );
  db.close();
}
