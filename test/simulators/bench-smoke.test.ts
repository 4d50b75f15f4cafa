import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { judge, markdown, median, middle, type Report, type Row } from "../../bench/report.ts";
import type { Measurement } from "../../bench/measure.ts";

const BENCH = new URL("../../bench/run.ts", import.meta.url).pathname;
const run = promisify(execFile);

test("the bench runs: a quick run measures Aedes alone and leaves nothing behind", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bench-smoke-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const json = join(folder, "report.json");
  const { stdout } = await run(process.execPath, [BENCH, "--quick", "--dir", folder, "--json", json]);
  const report = JSON.parse(readFileSync(json, "utf8")) as Report;
  expect(report.rows).toHaveLength(1);
  const { w20, w1, at1000 } = report.rows[0]?.phases ?? {};
  for (const phase of [w20, w1, at1000]) {
    expect(phase?.acceptedPerSecond).toBeGreaterThan(0);
    expect(phase?.cpuMicrosPerEvent).toBeGreaterThan(0);
    expect(phase?.peakRssMb).toBeGreaterThan(10);
    expect(phase?.unacked).toBe(0);
  }
  expect(stdout).toContain("| Aedes alone, nothing stored | w20 |");
  expect(stdout).toContain("not measured");
  expect(readdirSync(folder)).toEqual(["report.json"]);
});

test("a wrong option is refused by name", async () => {
  await expect(run(process.execPath, [BENCH, "--only", "nothing"])).rejects.toThrow(/--only/);
  await expect(run(process.execPath, [BENCH, "--runs", "0"])).rejects.toThrow(/--runs/);
});

const measured = (accepted: number, stored: number | undefined, p99Ms = 1): Measurement => ({
  acceptedPerSecond: accepted,
  storedPerSecond: stored,
  p50Ms: 0.5,
  p99Ms,
  cpuMicrosPerEvent: 10,
  peakRssMb: 300,
  unacked: 0,
});

function rows(hubAccepted: number, hubP99: number): Row[] {
  const hub = measured(hubAccepted, 40_000, hubP99);
  return [
    {
      id: "aedes",
      title: "a",
      phases: { w20: measured(120_000, undefined), w1: measured(60_000, undefined) },
    },
    { id: "mosquitto", title: "m", phases: { w20: measured(90_000, 40_000), w1: measured(50_000, 40_000) } },
    {
      id: "hub",
      title: "h",
      phases: { w20: hub, w1: measured(45_000, 40_000), at1000: hub },
      idle: { readyMs: 900, rssMb: 100 },
    },
  ];
}

test("goals are judged from the rows, misses are said plainly", () => {
  const good = judge(rows(70_000, 4));
  expect(good.every(({ met }) => met)).toBe(true);
  expect(good[0]?.reached).toBeCloseTo(1.75);

  const bad = judge(rows(50_000, 7));
  expect(bad.filter(({ met }) => met === false).map(({ title }) => title)).toEqual([
    "accepted, against what the Mosquitto pipeline stores, w20",
    "accepted, against Aedes alone, w20",
    "ack p99 at 1,000 events/s, aim of the design",
  ]);
  const setting = {};
  const machine = {} as Report["machine"];
  expect(markdown({ machine, setting, rows: rows(50_000, 7), goals: bad })).toContain("**miss**");
});

test("a pipeline that is missing has a row that says so", () => {
  const row: Row = { id: "mosquitto", title: "m", missing: "mosquitto is not installed", phases: {} };
  const report = { machine: {} as Report["machine"], setting: {}, rows: [row], goals: judge([row]) };
  expect(markdown(report)).toContain("mosquitto is not installed");
  expect(report.goals.every(({ met }) => met === undefined)).toBe(true);
});

test("medians take the middle run of each figure", () => {
  expect(middle([3, 1, 2])).toBe(2);
  expect(middle([4, 1, 2, 3])).toBe(2.5);
  expect(median([])).toBeUndefined();
  expect(median([measured(1, 9), measured(3, 5), measured(2, 7)])).toMatchObject({
    acceptedPerSecond: 2,
    storedPerSecond: 7,
  });
});
