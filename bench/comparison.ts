/**
 * How long a comparison takes over the API of a running hub, and how long others wait meanwhile: one estate with
 * ten years of records and ten controls; a district with half of its estates treated, at one date and at many.
 * Usage: node bench/comparison.ts [--estates n] [--cases perEstateAndYear] [--runs n]
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { databaseFile } from "../src/app/data-folder.ts";
import type { RecordedCase } from "../src/domain/recorded-case.ts";
import { DAY, SECOND } from "../src/domain/time.ts";
import { openStore } from "../src/store/store.ts";
import { freePort, stop } from "./child.ts";
import { machineFacts } from "./machine.ts";
import { cpuSeconds } from "./process-facts.ts";

const { values } = parseArgs({
  options: {
    estates: { type: "string", default: "2000" },
    cases: { type: "string", default: "12" },
    runs: { type: "string", default: "7" },
  },
});
const [estates, casesAYear, runs] = [values.estates, values.cases, values.runs].map(Number) as [
  number,
  number,
  number,
];
if (!(Number.isInteger(estates) && estates >= 40))
  throw new Error("--estates must be a whole number from 40");
if (!(casesAYear > 0)) throw new Error("--cases must be a number above 0");
if (!(Number.isInteger(runs) && runs > 0)) throw new Error("--runs must be a whole number above 0");

const MAIN = fileURLToPath(new URL("../bin/zhian.mjs", import.meta.url));
const RULES = fileURLToPath(new URL("../rules", import.meta.url));
const GOAL_ONE_MS = 50;
const GOAL_DISTRICT_MS = 1_000;
/** The present is fixed by the records: three years of the district, ten of the first eleven estates. */
const END = Date.parse(`${new Date().getUTCFullYear()}-01-01T00:00:00Z`);
const INSTALLED = `${new Date(END).getUTCFullYear() - 2}-06-01`;
const LONG = 11;

let seed = 42;
const random = (): number => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed / 2 ** 32;
};
const nameOf = (i: number): string => `e-${String(i).padStart(4, "0")}`;

const dir = mkdtempSync(join(tmpdir(), "zhian-bench-comparison-"));
try {
  const dataDir = join(dir, "data");
  const cases = await prepare(dataDir);
  const port = await freePort();
  const mqtt = await freePort();
  const config = join(dir, "zhian.yaml");
  writeFileSync(
    config,
    JSON.stringify({
      dataDir,
      rulesDir: RULES,
      log: { level: "warn" },
      http: { port, rateLimit: 1_000_000 },
      mqtt: { tcp: { port: mqtt } },
    }),
  );
  const child = spawn(process.execPath, [MAIN, "start", "--config", config], {
    cwd: dir,
    stdio: ["ignore", "ignore", "inherit"],
  });
  try {
    const base = `http://127.0.0.1:${port}`;
    while (
      !(await fetch(`${base}/ready`).then(
        ({ ok }) => ok,
        () => false,
      ))
    )
      await sleep(50);
    const token = readFileSync(join(dataDir, "secrets", "admin-token"), "utf8").trim();
    await measure(base, token, cases, child.pid ?? 0);
  } finally {
    await stop(child);
  }
} finally {
  rmSync(dir, { recursive: true, force: true });
}

/** Stores estates and cases as an import does; the first half of the estates has an installation. */
async function prepare(dataDir: string): Promise<number> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const store = openStore({
    path: databaseFile(dataDir),
    clock: { now: () => Date.now() },
    lifeCycle: { apply: () => undefined, command: () => ({}) as never },
  });
  let stored = 0;
  try {
    for (let i = 0; i < estates; i++) {
      await store.putEstate({
        id: nameOf(i),
        name: nameOf(i),
        zone: "Asia/Shanghai",
        households: 300 + Math.floor(random() * 1_500),
        ...(i < estates / 2 && { installedOn: INSTALLED }),
        simulated: true,
      });
      const years = i === 0 || i >= estates - LONG + 1 ? 10 : 3;
      const own: RecordedCase[] = [];
      for (let n = 0; n < casesAYear * years * (years === 10 ? 3 : 1); n++) {
        own.push({
          id: `${i}-${n}`,
          source: "bench",
          estateId: nameOf(i),
          unit: "case",
          type: "theft.ebike",
          sourceType: "theft",
          occurredAt: Math.floor(END - random() * years * 365 * DAY),
          simulated: true,
        });
      }
      await store.importCases(own);
      stored += own.length;
    }
  } finally {
    store.close();
  }
  return stored;
}

async function measure(base: string, token: string, cases: number, pid: number): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const treated = Array.from({ length: estates / 2 }, (_, i) => nameOf(i));
  const control = Array.from({ length: Math.floor(estates / 2) }, (_, i) => nameOf(estates - 1 - i));
  const question = {
    treated,
    control,
    category: "preventable_crime",
    unit: "case",
    selectionReason: "all_estates",
  };
  const dates = ["03", "05", "07", "09", "11"].map(
    (month) => `${new Date(END).getUTCFullYear() - 2}-${month}-01`,
  );
  const installs = Object.fromEntries(treated.map((id, i) => [id, dates[i % dates.length]]));
  const post = async (body: object): Promise<void> => {
    const answer = await fetch(`${base}/v1/comparisons`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    if (answer.status !== 200) throw new Error(`${answer.status}: ${(await answer.text()).slice(0, 500)}`);
    const { verdict } = (await answer.json()) as { verdict: string };
    if (verdict === "not_estimable") throw new Error("the comparison found nothing to compare");
  };
  const get = async (path: string): Promise<void> => {
    const answer = await fetch(base + path, { headers });
    if (answer.status !== 200) throw new Error(`${answer.status}: ${(await answer.text()).slice(0, 500)}`);
    await answer.arrayBuffer();
  };
  const controls = control.slice(0, LONG - 1).join(",");
  const one = `/v1/estates/${nameOf(0)}/rate-comparison?category=preventable_crime&unit=case`;

  const { cpu, cores, node, loadBefore } = machineFacts(".", new Date());
  const lines = [
    `${cpu}, ${cores} cores, Node ${node}, load ${loadBefore}; ${estates} estates, ${cases} cases`,
    await row("one estate, ten years", () => get(one), GOAL_ONE_MS),
    await row("one estate, ten years, ten controls", () => get(`${one}&control=${controls}`), GOAL_ONE_MS),
    await row(`${estates} estates, one date`, () => post(question), GOAL_DISTRICT_MS),
    await row(`${estates} estates, five dates`, () => post({ ...question, installs }), GOAL_DISTRICT_MS),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);

  /** Median and greatest time of some runs after a first one, and what another call waited meanwhile. */
  async function row(title: string, ask: () => Promise<void>, goalMs: number): Promise<string> {
    const first = await timed(ask);
    const times: number[] = [];
    const waits: number[] = [];
    const asking = { more: true };
    const others = (async () => {
      while (asking.more) {
        waits.push(await timed(() => get(`/v1/estates/${nameOf(1)}`)));
        await sleep(2);
      }
    })();
    for (let run = 0; run < runs; run++) times.push(await timed(ask));
    asking.more = false;
    await others;
    const before = cpuSeconds(pid);
    for (let run = 0; run < runs; run++) await ask();
    const spent = ((cpuSeconds(pid) - before) / runs) * SECOND;
    const median = times.toSorted((a, b) => a - b)[Math.floor(runs / 2)] ?? Number.NaN;
    return (
      `${title}: ${median.toFixed(0)} ms (first ${first.toFixed(0)}, greatest ${Math.max(...times).toFixed(0)}), ` +
      `${spent.toFixed(0)} ms of CPU; ` +
      `the goal is ${goalMs} ms: ${median <= goalMs ? "met" : "missed"}; ` +
      `another call waited ${Math.max(...waits).toFixed(0)} ms at most (${waits.length} calls)`
    );
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}
