/**
 * How long `rules backtest` takes over the stored events of many estates: the whole default pack, in one
 * pass and one thread, reading them from the database included, preparing the database not.
 * Usage: node bench/backtest.ts [--days n] [--estates n]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { inThread } from "../src/app/in-thread.ts";
import type { SecurityEvent } from "../src/domain/event.ts";
import { DAY, SECOND } from "../src/domain/time.ts";
import { readRuleFiles } from "../src/rules/rule-files.ts";
import { openStore } from "../src/store/store.ts";
import { createEstateEvents } from "./estate-events.ts";

const { values } = parseArgs({
  options: { days: { type: "string", default: "30" }, estates: { type: "string", default: "25" } },
});
const days = Number(values.days);
const estates = Number(values.estates);
if (!(Number.isInteger(days) && days > 0)) throw new Error("--days must be a whole number above 0");
if (!(Number.isInteger(estates) && estates > 0)) throw new Error("--estates must be a whole number above 0");
/** Events of an estate, a second: 4,800 a day, so that 25 estates store 3.6 million in 30 days. */
const RATE = 4_800 / (DAY / SECOND);
/** Stored events a second: 3.6 million in a minute. */
const GOAL = 60_000;
const BATCH = 5_000;

const dir = mkdtempSync(join(tmpdir(), "zhian-bench-backtest-"));
try {
  const database = join(dir, "zhian.db");
  const { stored, from, to } = await prepare(database);
  const rules = await readRuleFiles(new URL("../rules", import.meta.url).pathname);
  const period = { from, to, officers: estates };
  const before = process.resourceUsage();
  const begin = performance.now();
  const report = await inThread(
    { kind: "backtest", database, zone: "Asia/Shanghai", rules, period },
    new AbortController().signal,
  );
  const spent = performance.now() - begin;
  const after = process.resourceUsage();
  if (report.inForce.incidents === 0) throw new Error("no rule found anything");
  const cpu = after.userCPUTime + after.systemCPUTime - before.userCPUTime - before.systemCPUTime;
  const rate = (stored / spent) * SECOND;
  process.stdout.write(
    `${days} days of ${estates} estates: ${stored} events stored, ${report.events} of codes that a rule names, ` +
      `${report.inForce.incidents} incidents\n` +
      `${(spent / SECOND).toFixed(1)} s, ${(cpu / 1e6).toFixed(1)} s of CPU (${Math.round(cpu / spent / 10)} % of a core); ${Math.round(rate)} stored events/s; ` +
      `the goal is ${GOAL}: ${rate >= GOAL ? "met" : "missed"}\n` +
      `peak memory of the process, preparing included: ${Math.round(after.maxRSS / 1_024)} MiB, ` +
      `before the backtest ${Math.round(before.maxRSS / 1_024)} MiB\n`,
  );
} finally {
  rmSync(dir, { recursive: true, force: true });
}

/** Stores the events of the estates as react does, in transactions. */
async function prepare(database: string): Promise<{ stored: number; from: number; to: number }> {
  const store = openStore({
    path: database,
    clock: { now: () => Date.now() },
    lifeCycle: { apply: () => undefined, command: () => ({}) as never },
  });
  const life = createEstateEvents(estates, RATE);
  let stored = 0;
  let first: SecurityEvent | undefined;
  let last: SecurityEvent | undefined;
  let batch: SecurityEvent[] = [];
  for (let second = 0; second < (days * DAY) / SECOND; second++) {
    for (const { event } of life.nextSecond()) {
      first ??= event;
      last = event;
      batch.push(event);
      stored++;
    }
    if (batch.length < BATCH) continue;
    const full = batch;
    batch = [];
    await store.react((tx) => tx.insertEvents(full));
  }
  await store.react((tx) => tx.insertEvents(batch));
  store.close();
  if (!first || !last) throw new Error("nothing was stored");
  return { stored, from: first.receivedAt, to: last.receivedAt + 1 };
}
