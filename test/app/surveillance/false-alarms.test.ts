import { expect, test } from "vitest";
import { runSurveillanceJob } from "../../../src/app/surveillance/run-job.ts";
import { DAY, HOUR } from "../../../src/domain/time.ts";
import { randomCounts } from "../../statistics/random-counts.ts";
import { temporaryStores } from "../../store/temporary.ts";
import { plant, type Planted, settle } from "./watched-store.ts";

const ZONE = "Asia/Shanghai";
const MONDAY = Date.parse("2026-03-02T00:00:00+08:00");
const WEEK = 7 * DAY;
const temporary = temporaryStores();

/** Estates whose openings are Poisson, each with a rate of its own, so many days up to `until`. */
async function chance(estates: number, days: number, until: number, perDay: (estate: number) => number) {
  const path = temporary.path();
  const store = temporary.open(path);
  const draw = randomCounts(7);
  for (let i = 0; i < 20; i++) draw(1, 1);
  const list: Planted[] = [];
  for (let estate = 0; estate < estates; estate++) {
    const estateId = `e${estate}`;
    await settle(store, estateId, until - days * DAY);
    for (let day = 0; day < days; day++) {
      for (let i = draw(perDay(estate), 1); i > 0; i--) {
        const hour = Math.min(23, draw(12, 1));
        list.push({ estateId, at: until - (day + 1) * DAY + hour * HOUR + i });
      }
    }
  }
  plant(path, list);
  return (job: "hourly" | "weekly", at: number) => runSurveillanceJob(path, { job, until: at }, ZONE);
}

test("a1: of 24 hours over 30 estates hardly any tells something that was chance", async () => {
  const run = await chance(30, 200, MONDAY, (estate) => 0.05 + 0.05 * (estate % 8));
  let told = 0;
  let tests = 0;
  for (let hour = 0; hour < 24; hour++) {
    const outcome = await run("hourly", MONDAY - hour * HOUR);
    told += outcome.anomalies.length > 0 ? 1 : 0;
    tests += outcome.tests;
  }
  expect(tests).toBe(24 * 30);
  // A run tells something false with a chance of at most 5 %: more than 4 of 24 have one below 1 %.
  expect(told).toBeLessThanOrEqual(4);
}, 120_000);

test("a2, a4: of 6 weeks over 30 estates of four years few charts alarm, and no week far above its season", async () => {
  const run = await chance(30, 212 * 7, MONDAY, (estate) => (0.5 + 0.25 * (estate % 8)) / 7);
  const told: Record<string, number> = { a2: 0, a4: 0 };
  let tests = 0;
  for (let week = 0; week < 6; week++) {
    const outcome = await run("weekly", MONDAY - week * 6 * WEEK);
    tests += outcome.tests;
    for (const { detector } of outcome.anomalies) told[detector] = (told[detector] ?? 0) + 1;
  }
  expect(tests).toBeGreaterThan(6 * 30 * 2);
  // Two charts for each of 180 estate-weeks. A chart alarms once in 200 weeks and stays up for some; that
  // the usual rate is itself a guess from a year's counts makes it more.
  expect(told["a2"]).toBeLessThanOrEqual(0.06 * 360);
  // A week's run tells something false with a chance of at most 5 %.
  expect(told["a4"]).toBeLessThanOrEqual(2);
}, 240_000);

test("a3: of 12 weeks over 30 young estates hardly any day is told that was chance", async () => {
  const run = await chance(30, 120, MONDAY, (estate) => 0.05 + 0.1 * (estate % 8));
  let told = 0;
  let tests = 0;
  for (let week = 0; week < 12; week++) {
    const outcome = await run("weekly", MONDAY - week * WEEK);
    tests += outcome.tests;
    told += outcome.anomalies.filter(({ detector }) => detector === "a3").length > 0 ? 1 : 0;
  }
  expect(tests).toBeGreaterThan(12 * 30 * 5);
  expect(told).toBeLessThanOrEqual(3);
}, 120_000);
