import { spawn } from "node:child_process";
import { once } from "node:events";
import { linkSync, mkdirSync, readdirSync, readFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import { expect, test } from "vitest";
import { profiles } from "../../devices/index.ts";
import { parseTopic } from "../../src/domain/topic.ts";
import { createReact } from "../../src/hub.ts";
import { identify } from "../../src/hub/identify.ts";
import { createIncidentLifeCycle } from "../../src/incidents/life-cycle.ts";
import { followJournal } from "../../src/journal/reader.ts";
import { createDecoder } from "../../src/registry/decoder.ts";
import { createRuleEngine } from "../../src/rules/engine.ts";
import { loadRules } from "../../src/rules/load-rules.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { openStore } from "../../src/store/store.ts";
import { prepareHub, ROOT, type HubProcess } from "./hub-process.ts";

const KILLS = Number(process.env["KILLS"] ?? 20);
const RATE = 900;
const LEAST_RATE = 500;
const ESTATES = ["k1", "k2", "k3", "k4", "k5"];
/** Mostly traffic, with conditions that begin and end on every device. */
const KINDS = [
  { code: "access.granted", phase: "pulse" },
  { code: "fire.smoke", phase: "raise" },
  { code: "access.granted", phase: "pulse" },
  { code: "access.door_opened", phase: "state" },
  { code: "access.granted", phase: "pulse" },
  { code: "fire.smoke", phase: "clear" },
  { code: "access.granted", phase: "pulse" },
  { code: "access.door_closed", phase: "state" },
  { code: "access.granted", phase: "pulse" },
];

async function register(hub: HubProcess) {
  return Promise.all(
    ESTATES.map(async (id) => {
      const estate = { id, name: id, zone: "Asia/Shanghai", households: 100, simulated: true };
      expect((await hub.api("POST", "/v1/estates", estate)).status).toBe(201);
      const gatewayId = `gw-${id}`;
      const made = await hub.api("POST", "/v1/gateways", { id: gatewayId, name: gatewayId, estateIds: [id] });
      expect(made.status).toBe(201);
      return { gatewayId, estateId: id, secret: made.body.secret as string };
    }),
  );
}

/** Pushes events over HTTP, one after the other, until told to stop; returns those that got their 202. */
async function push(
  hub: HubProcess,
  gateway: { gatewayId: string; estateId: string; secret: string },
  stop: AbortSignal,
) {
  const credentials = Buffer.from(`${gateway.gatewayId}:${gateway.secret}`).toString("base64");
  const accepted: string[] = [];
  for (let seq = 1; !stop.aborted;) {
    const topic = `estates/${gateway.estateId}/devices/pushed/events`;
    const at = new Date().toISOString();
    const event = { code: "access.granted", phase: "pulse", at, boot: "http", seq };
    try {
      const response = await fetch(
        `${hub.url}/intake/${gateway.estateId}/${gateway.gatewayId}/devices/pushed/events`,
        {
          method: "POST",
          headers: { authorization: `Basic ${credentials}` },
          body: JSON.stringify(event),
          signal: AbortSignal.timeout(5_000),
        },
      );
      if (response.status === 202)
        accepted.push(["http", seq, topic, at, event.code, event.phase].join("\t"));
      seq++;
    } catch {
      // Killed before it answered: nothing was promised for this one.
      seq++;
      await sleep(50);
    }
  }
  return accepted;
}

/** Segments of a dead hub, before the next one may delete them. */
function keepSegments(hub: HubProcess, keep: string): void {
  const dir = join(hub.dataDir, "journal");
  for (const name of readdirSync(dir))
    if (!existsSync(join(keep, name))) linkSync(join(dir, name), join(keep, name));
}

async function drained(hub: HubProcess): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const { figures } = (await hub.api("GET", "/health")).body;
    const { journalSegment, journalOffset, reactSegment, reactOffset } = figures;
    if (journalSegment === reactSegment && journalOffset === reactOffset) return;
    // A fresh segment that nothing was written to yet: the cursor stands at the end of the one before.
    if (journalOffset === 0 && figures.journalPendingEntries === 0 && reactOffset === 0) return;
    await sleep(100);
  }
  throw new Error("react did not catch up with the journal in a minute");
}

const decoder = createDecoder({
  profiles,
  configOf: () => ({}),
  bindingsOf: () => [],
  pseudonymKey: Buffer.from("unused"),
  zoneOf: () => "Asia/Shanghai",
  recall: () => undefined,
});

/** The id an acknowledged message has in the store. */
function idOf(line: string): string {
  const [boot = "", seq = "", topic = "", at = "", code = "", phase = ""] = line.split("\t");
  const route = parseTopic(topic);
  if (!route) throw new Error(`not a topic of the contract: ${topic}`);
  const payload = Buffer.from(JSON.stringify({ code, phase, at, boot, seq: Number(seq) }));
  const message = {
    transport: "mqtt",
    gatewayId: "g",
    route,
    payload,
    retained: false,
    receivedAt: 0,
  } as const;
  const [event] = identify(message, decoder.decode(message), false);
  if (!event) throw new Error(`no event in ${line}`);
  return event.id;
}

interface Row {
  readonly id: string;
  readonly [column: string]: unknown;
}

function read(file: string, sql: string): Row[] {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    return db.prepare(sql).all() as unknown as Row[];
  } finally {
    db.close();
  }
}

/** What the same journal makes of an empty store without interruption. */
async function uninterrupted(keep: string, file: string): Promise<void> {
  const lifeCycle = createIncidentLifeCycle();
  const store = openStore({ path: file, clock: systemClock, lifeCycle });
  for (const id of ESTATES) {
    await store.putEstate({ id, name: id, zone: "Asia/Shanghai", households: 100, simulated: true });
  }
  const last = Math.max(...readdirSync(keep).map((name) => Number.parseInt(name, 10)));
  const reader = followJournal(keep, { segment: last + 1, offset: 0 }, pino({ level: "silent" }));
  const { rules, faults } = await loadRules(join(ROOT, "rules"));
  expect(faults).toEqual([]);
  const react = await createReact({
    store,
    reader: { ...reader, release: () => undefined },
    rules: createRuleEngine(rules),
    incidents: lifeCycle,
    clock: systemClock,
    lateAfterMs: 600_000,
  });
  while (await react.step());
  reader.close();
  store.close();
}

test(
  `no acknowledged event is lost or doubled over ${KILLS} kills under load`,
  async () => {
    const hub = await prepareHub();
    const keep = join(hub.dir, "kept");
    const ackFile = join(hub.dir, "acknowledged.tsv");
    mkdirSync(keep);
    try {
      await hub.start();
      const gateways = await register(hub);
      const loader = spawn("node", [join(ROOT, "simulators/raw-loader.ts")], {
        stdio: ["pipe", "pipe", "inherit"],
      });
      let result = "";
      loader.stdout.on("data", (chunk) => (result += chunk));
      const ended = once(loader, "exit");
      loader.stdin.end(
        JSON.stringify({
          port: hub.mqttPort,
          gateways,
          connections: 20,
          window: 50,
          ratePerSecond: RATE,
          durationMs: 3_600_000,
          devicesPerEstate: 20,
          kinds: KINDS,
          ackFile,
        }),
      );

      while (!existsSync(ackFile) || readFileSync(ackFile).length === 0) await sleep(20);
      const enough = new AbortController();
      const [first] = gateways;
      if (!first) throw new Error("no gateway");
      const pushing = push(hub, first, enough.signal);
      let upMs = 0;
      for (let kill = 0; kill < KILLS; kill++) {
        const before = performance.now();
        await sleep(300 + Math.random() * 900);
        upMs += performance.now() - before;
        await hub.kill();
        keepSegments(hub, keep);
        await hub.start();
      }
      await sleep(500);
      enough.abort();
      const pushed = await pushing;
      loader.kill("SIGTERM");
      await ended;
      const { acked, sent, reconnects } = JSON.parse(result) as Record<string, number>;
      await drained(hub);
      // Timers that are due fire one second after the last event at the latest.
      await sleep(1_500);
      expect(await hub.stop()).toBe(0);
      keepSegments(hub, keep);

      const file = join(hub.dataDir, "zhian.db");
      const acknowledged = readFileSync(ackFile, "utf8").trimEnd().split("\n");
      expect(acknowledged).toHaveLength(acked ?? -1);
      expect(reconnects).toBeGreaterThanOrEqual(KILLS);
      expect(acknowledged.length / (upMs / 1_000)).toBeGreaterThanOrEqual(LEAST_RATE);

      const stored = read(file, "SELECT id FROM events").map(({ id }) => id);
      const ids = new Set(stored);
      expect(stored).toHaveLength(ids.size);
      expect(new Set(acknowledged.map(idOf)).size).toBe(acknowledged.length);
      expect(acknowledged.filter((line) => !ids.has(idOf(line)))).toEqual([]);
      expect(pushed.length).toBeGreaterThan(KILLS * 10);
      expect(pushed.filter((line) => !ids.has(idOf(line)))).toEqual([]);
      // Nothing doubled under another id either: what came from the load is at most what it sent.
      const [{ n: fromLoad } = { n: 0 }] = read(
        file,
        "SELECT 'load' AS id, count(*) AS n FROM events e JOIN device_keys d ON d.key = e.device WHERE d.device_id LIKE 'load-%'",
      );
      expect(fromLoad).toBeLessThanOrEqual(sent ?? 0);

      const reference = join(hub.dir, "reference.db");
      await uninterrupted(keep, reference);
      const incidents = "SELECT * FROM incidents ORDER BY id";
      const found = read(file, incidents);
      const episodes = found.reduce((sum, row) => sum + Number(row["episode_count"]), 0);
      expect(episodes).toBeGreaterThan(found.length);
      expect(episodes).toBeGreaterThan(100);
      expect(found).toEqual(read(reference, incidents));
      const histories =
        'SELECT incident_id AS id, kind, at, "by", event_id FROM incident_transitions ORDER BY incident_id, seq';
      expect(read(file, histories)).toEqual(read(reference, histories));
      console.log(
        `${KILLS} kills, ${sent} sent, ${acknowledged.length} acknowledged and ${pushed.length} by HTTP, 0 lost, ${found.length} incidents of ${episodes} episodes equal`,
      );
    } finally {
      await hub.dispose();
    }
  },
  60_000 + KILLS * 10_000,
);
