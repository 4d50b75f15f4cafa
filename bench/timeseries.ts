/**
 * Shipping to a real InfluxDB, and what it costs the barest storing of events: stored without lines, with lines into the
 * outbox, with lines while they are shipped; then lines a second out of a full outbox.
 * Usage: node bench/timeseries.ts [--events n] [--runs n]. Needs influxd.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { pino } from "pino";
import type { SecurityEvent } from "../src/domain/event.ts";
import { timedId } from "../src/domain/identity.ts";
import { DAY } from "../src/domain/time.ts";
import { systemClock } from "../src/runtime/clock.ts";
import { type EmbeddedStore, openStore } from "../src/store/store.ts";
import { openStoredLines } from "../src/store/stored-lines.ts";
import { createPoints } from "../src/timeseries/points.ts";
import { type InfluxServer, writeLines } from "../src/timeseries/server.ts";
import { setUpInflux } from "../src/timeseries/setup.ts";
import { startShipper } from "../src/timeseries/shipper.ts";
import { countPoints } from "../src/timeseries/verify.ts";

const { values } = parseArgs({
  options: { events: { type: "string", default: "400000" }, runs: { type: "string", default: "3" } },
});
const EVENTS = Number(values.events);
const RUNS = Number(values.runs);
/** Events of a transaction, as in react. */
const BATCH = 2_000;
const START = Math.floor(Date.now() / DAY) * DAY - 5 * DAY;
const CODES = ["access.granted", "access.door_opened", "access.door_closed", "fire.smoke"];
const GOAL = 50_000;
const MOST_SLOWER = 0.1;

const dir = mkdtempSync(join(tmpdir(), "zhian-bench-influx-"));
const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function startInflux(): Promise<{ server: InfluxServer; child: ChildProcess }> {
  const [port, rpc] = [await freePort(), await freePort()];
  const file = join(dir, "influxdb.conf");
  writeFileSync(
    file,
    `reporting-disabled = true\nbind-address = "127.0.0.1:${rpc}"\n[meta]\n  dir = "${dir}/meta"\n` +
      `[data]\n  dir = "${dir}/data"\n  wal-dir = "${dir}/wal"\n` +
      `[http]\n  bind-address = "127.0.0.1:${port}"\n  log-enabled = false\n[monitor]\n  store-enabled = false\n`,
  );
  const child = spawn("influxd", ["-config", file], { stdio: "ignore" });
  const url = `http://127.0.0.1:${port}`;
  const failed = once(child, "error").then(([error]) => Promise.reject(error as Error));
  const answers = async (): Promise<boolean> =>
    fetch(`${url}/ping`).then(
      () => true,
      () => false,
    );
  while (!(await Promise.race([answers(), failed]))) await sleep(50);
  return { child, server: { url, token: undefined, org: "", bucket: "zhian", version: 1 } };
}

function eventsFrom(run: string, first: number): SecurityEvent[] {
  return Array.from({ length: BATCH }, (_, index) => {
    const number = first + index;
    const occurredAt = START + number;
    return {
      id: timedId(occurredAt, `${run} ${number}`),
      estateId: `${run}-${number % 25}`,
      gatewayId: `gw-${number % 25}`,
      deviceId: `gw-${number % 25}:native:device-${number % 1_000}`,
      code: CODES[number % CODES.length] ?? "",
      phase: "pulse",
      transition: "edge",
      occurredAt,
      receivedAt: occurredAt,
      attributes: { credential: "0123456789abcdef" },
      flags: ["simulated"],
      profile: "native",
    };
  });
}

function open(name: string, lines: boolean): EmbeddedStore {
  return openStore({
    path: join(dir, `${name}.db`),
    clock: systemClock,
    lifeCycle: { apply: () => undefined, command: () => ({}) as never },
    points: createPoints(),
    ...(lines && { maxOutboxBytes: 2 ** 32 }),
  });
}

/** Events a second of the time that storing took. */
async function fill(store: EmbeddedStore, run: string): Promise<number> {
  let busy = 0;
  for (let first = 0; first < EVENTS; first += BATCH) {
    const events = eventsFrom(run, first);
    const before = performance.now();
    await store.react(async (tx) => {
      await tx.unseen(events.map(({ id }) => id));
      await tx.insertEvents(events);
      await tx.saveCursor({ segment: 1, offset: first });
    });
    busy += performance.now() - before;
    // As in the worker: who waits for the network gets a turn.
    await setImmediate();
  }
  return (EVENTS / busy) * 1_000;
}

const ship = (store: EmbeddedStore, server: InfluxServer) =>
  startShipper({
    outbox: store,
    write: (...batch) => writeLines(server, ...batch),
    clock: systemClock,
    random: Math.random,
    behind: () => false,
    log: pino({ level: "warn" }),
  });

const median = (figures: readonly number[]): number =>
  figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? 0;

async function emptied(store: EmbeddedStore): Promise<void> {
  while ((await store.outbox()).lines > 0) await sleep(5);
}

const { child, server } = await startInflux();
try {
  await setUpInflux(server);
  const rates: Record<"without" | "outbox" | "shipping" | "shipped", number[]> = {
    without: [],
    outbox: [],
    shipping: [],
    shipped: [],
  };
  for (let run = 0; run < RUNS; run++) {
    const without = open(`without-${run}`, false);
    rates.without.push(await fill(without, `w${run}`));
    without.close();

    const full = open(`outbox-${run}`, true);
    rates.outbox.push(await fill(full, `o${run}`));
    const before = performance.now();
    const shipper = ship(full, server);
    await emptied(full);
    rates.shipped.push((EVENTS / (performance.now() - before)) * 1_000);
    await shipper.stop();
    full.close();

    const both = open(`both-${run}`, true);
    const beside = ship(both, server);
    rates.shipping.push(await fill(both, `s${run}`));
    await emptied(both);
    await beside.stop();
    both.close();
    say(
      `run ${run + 1}: ` +
        Object.entries(rates)
          .map(([name, list]) => `${name} ${Math.round(list.at(-1) ?? 0)}`)
          .join(", "),
    );
  }
  const counts = await countPoints(server, START, START + DAY, AbortSignal.timeout(60_000));
  const found = counts.reduce((sum, { n }) => sum + n, 0);
  if (found !== 2 * RUNS * EVENTS) throw new Error(`InfluxDB has ${found} of ${2 * RUNS * EVENTS} events`);
  const stored = openStoredLines(join(dir, "both-0.db"), createPoints());
  if (stored.waiting() !== 0) throw new Error("lines still wait");
  stored.close();

  const [base, shipping, shipped] = [median(rates.without), median(rates.shipping), median(rates.shipped)];
  const slower = 1 - shipping / base;
  say(
    `medians of ${RUNS}, ${EVENTS} events each, inserted with nothing else of react; all found in InfluxDB`,
  );
  say(`stored without lines ${Math.round(base)}/s; with lines ${Math.round(median(rates.outbox))}/s`);
  say(
    `stored while shipping ${Math.round(shipping)}/s, ${(slower * 100).toFixed(1)} % slower: ` +
      `goal 10 % ${slower <= MOST_SLOWER ? "met" : "MISSED"}`,
  );
  say(`shipped ${Math.round(shipped)} lines/s: goal ${GOAL} ${shipped >= GOAL ? "met" : "MISSED"}`);
} finally {
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  await exited;
  rmSync(dir, { recursive: true, force: true });
}
