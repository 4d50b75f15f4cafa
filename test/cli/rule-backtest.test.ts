import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { CliActions } from "../../src/cli/actions.ts";
import type { BacktestReport, TrialFigures } from "../../src/domain/backtest.ts";
import { openStore } from "../../src/store/store.ts";
import { estate, event, fakeLifeCycle, storeEvents, T0, testClock } from "../contracts/store/samples.ts";
import { ruleText } from "../rules/build.ts";
import { createActions, type } from "./terminal.ts";

const PERIOD = ["--from", "2026-01-01", "--to", "2026-02-01"];
const NONE = { confirmed: 0, false_alarm: 0, test: 0, duplicate: 0, other: 0 };

function trial(more: Partial<TrialFigures>): TrialFigures {
  const rules = [{ id: "smoke", version: "a1" }];
  return {
    rules,
    faults: [],
    incidents: 0,
    simulated: 0,
    perDay: 0,
    duplicates: 0,
    figures: [],
    notifications: { total: 0, perDay: 0, most: 0, estates: [] },
    notCompared: 0,
    ...more,
  };
}

const REPORT: BacktestReport = {
  from: Date.parse("2025-12-31T16:00:00Z"),
  to: Date.parse("2026-01-31T16:00:00Z"),
  events: 1_234,
  inForce: trial({
    faults: ["old.yaml:1: it is faulty"],
    incidents: 31,
    duplicates: 6,
    simulated: 2,
    perDay: 1,
    figures: [
      {
        rule: "smoke",
        estateId: "taoxi-3",
        incidents: 31,
        duplicates: 6,
        resumed: 4,
        matched: { closed: { ...NONE, confirmed: 3, false_alarm: 20, other: 1 }, unclosed: 2 },
        unmatched: 5,
        missed: { closed: { ...NONE, confirmed: 1 }, unclosed: 1 },
      },
    ],
    notifications: {
      total: 31,
      perDay: 1,
      most: 22,
      perOfficer: { perDay: 0.25, most: 5.5 },
      estates: [{ estateId: "taoxi-3", total: 31, perDay: 1, most: 22, on: "2026-01-05" }],
    },
  }),
  proposed: trial({ incidents: 7, perDay: 0.23, faults: ["new.yaml:2: it is faulty too"] }),
  differences: [
    {
      rule: "smoke",
      inForce: "a1",
      proposed: "b2",
      both: 7,
      onlyInForce: 24,
      onlyProposed: 0,
      examples: { onlyInForce: [], onlyProposed: [] },
    },
  ],
  notes: ["a note"],
};

function withReport(backtest: CliActions["backtest"] = () => Promise.resolve(REPORT)): CliActions {
  return { ...createActions().actions, backtest };
}

test("passes on what was asked; the period must be said", async () => {
  const { actions, asked } = createActions();
  const line = [
    "rules",
    "backtest",
    ...PERIOD,
    "--estate",
    "taoxi-3",
    "--officers",
    "4",
    "--rules",
    "new",
    "--config",
    "z.yaml",
  ];
  expect(await type(actions, line)).toMatchObject({ code: 0 });
  const request = {
    from: "2026-01-01",
    to: "2026-02-01",
    estateId: "taoxi-3",
    officers: 4,
    proposedDir: "new",
    config: "z.yaml",
  };
  expect(asked).toEqual([["backtest", request]]);
  expect(await type(actions, ["rules", "backtest", "--from", "2026-01-01"])).toMatchObject({ code: 2 });
});

test("the report as tables and as JSON; faults of rules are told beside it", async () => {
  const { code, out, err } = await type(withReport(), ["rules", "backtest", ...PERIOD]);
  const cells = out.split("\n").map((line) => line.split(/ {2,}/));
  expect(code).toBe(0);
  expect(err.split("\n")).toEqual([
    "warning: in force: old.yaml:1: it is faulty",
    "warning: proposed: new.yaml:2: it is faulty too",
  ]);
  expect(out).toContain(
    "2025-12-31T16:00:00.000Z to 2026-01-31T16:00:00.000Z, all estates: 1234 events folded",
  );
  expect(out).toContain("Rules in force: 31 incidents, 1 a day, 6 duplicates, 2 of them simulated");
  expect(out).toContain("Proposed rules: 7 incidents, 0.23 a day, 0 duplicates\nNotifications: none\n");
  expect(cells).toContainEqual(["smoke", "taoxi-3", "31", "6", "4", "3", "20", "3", "5", "2", "1"]);
  expect(out).toContain(
    "Notifications: 31, 1 a day, 22 on the worst day; for each officer 0.25 a day, 5.5 on the worst",
  );
  expect(cells).toContainEqual(["taoxi-3", "31", "1", "22", "2026-01-05"]);
  expect(cells).toContainEqual(["smoke", "a1", "b2", "7", "24", "0"]);
  expect(out.split("\n").at(-1)).toBe("note: a note");
  const json = await type(withReport(), ["rules", "backtest", ...PERIOD, "--json"]);
  expect(JSON.parse(json.out)).toEqual({
    ...REPORT,
    from: "2025-12-31T16:00:00.000Z",
    to: "2026-01-31T16:00:00.000Z",
  });
});

test("two sets of rules that do the same are told to be so", async () => {
  const actions = withReport(() => Promise.resolve({ ...REPORT, differences: [] }));
  const { out } = await type(actions, ["rules", "backtest", ...PERIOD]);
  expect(out).toContain("Both sets of rules open the same incidents.");
});

test("Ctrl-C calls it off", async () => {
  const stop = new AbortController();
  const actions = withReport((_request, _onProgress, signal) => {
    stop.abort();
    return Promise.reject(signal.reason as Error);
  });
  const screen = await type(actions, ["rules", "backtest", ...PERIOD], stop.signal);
  expect(screen).toEqual({ code: 1, out: "", err: "error: called off" });
});

test("the real command on a data folder", async () => {
  const dir = mkdtempSync(join(tmpdir(), "zhian-backtest-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const store = openStore({
    path: join(dir, "data", "zhian.db"),
    clock: testClock,
    lifeCycle: fakeLifeCycle,
  });
  onTestFinished(() => store.close());
  await store.putEstate(estate("e1"));
  await storeEvents(store, [event({ code: "fire.smoke", phase: "raise", occurredAt: T0 + 1 })]);
  for (const name of ["rules", "none"]) mkdirSync(join(dir, name));
  writeFileSync(join(dir, "rules", "a.yaml"), ruleText());
  writeFileSync(join(dir, "zhian.yaml"), "dataDir: data\nrulesDir: rules\n");
  const run = (...args: string[]) => {
    const file = new URL("../../bin/zhian.mjs", import.meta.url).pathname;
    const line = [file, "rules", "backtest", "--config", join(dir, "zhian.yaml"), "--json", ...args];
    return spawnSync(process.execPath, line, { cwd: dir, encoding: "utf8" });
  };

  const { status, stdout, stderr } = run("--from", "2026-03-01", "--to", "2026-03-02");
  expect(status).toBe(0);
  // A slow machine is told how far it is.
  expect(stderr).toMatch(/^(\d+ of \d+ stored events, \d+ a second\n)*$/);
  expect(JSON.parse(stdout)).toMatchObject({
    from: "2026-02-28T16:00:00.000Z",
    events: 1,
    inForce: { incidents: 1, figures: [{ rule: "a-rule", estateId: "e1", unmatched: 1 }] },
  });
  expect(run("--from", "2026-03-02", "--to", "2026-03-01")).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("to: It must be later than from"),
  });
  expect(run("--from", "2026-03-01", "--to", "2026-03-02", "--rules", "none")).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("There are no rules in none."),
  });
});
