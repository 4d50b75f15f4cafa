/**
 * Rules that change again and again under load, one change right before a kill: every event is judged by
 * one generation of the rules, and what incidents name can be looked up.
 */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { prepareHub, ROOT, type HubProcess, type Json } from "./hub-process.ts";

const RATE = 900;
const LEAST_RATE = 500;
/** Changes before the kill. */
const CHANGES = 8;
const WAIT = { timeout: 20_000, interval: 100 };

let folder: string;
let hub: HubProcess;
let gateway: MqttClient;

/** Two rules on the same events, whose incidents tell of which generation they are. */
const generation = (number: number): string =>
  [
    ["each-noise", "order.noise"],
    ["each-noise-too", "order.fight"],
  ]
    .map(
      ([id, incident]) => `
- id: ${id}
  title: { zh: 第 ${number} 代, en: "${number}" }
  incident: ${incident}
  severity: P4
  when:
    occurs: event.code == 'order.noise'
  clears: { after: 1h }
  key: [estate, device]
`,
    )
    .join("");

const BAD = `
- id: sound-neighbour
  title: { zh: 好, en: Sound }
  incident: order.crowd
  severity: P4
  when:
    occurs: event.code == 'order.crowd'
  clears: { after: 1h }
  key: [estate, device]
- id: broken
  severity: P9
`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "zhian-rules-"));
  mkdirSync(join(folder, "rules"));
  write("noise.yaml", generation(0));
  hub = await prepareHub({ rulesDir: join(folder, "rules") });
  await hub.start();
  const estate = { id: "e1", name: "桃溪里", zone: "Asia/Shanghai", households: 400 };
  expect((await hub.api("POST", "/v1/estates", estate)).status).toBe(201);
  const made = await hub.api("POST", "/v1/gateways", { id: "gw-1", name: "东门", estateIds: ["e1"] });
  gateway = await connectAsync(`mqtt://127.0.0.1:${hub.mqttPort}`, {
    clientId: "gw-1",
    username: "gw-1",
    password: made.body.secret as string,
    clean: false,
    reconnectPeriod: 100,
  });
}, 60_000);
afterAll(async () => {
  await gateway?.endAsync(true);
  await hub?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** As editors do: a new file takes the place of the old one. */
function write(name: string, text: string): void {
  writeFileSync(join(folder, `.${name}`), text);
  renameSync(join(folder, `.${name}`), join(folder, "rules", name));
}

const items = async (path: string): Promise<Json[]> => (await hub.api("GET", path)).body.items as Json[];
const reload = async (): Promise<Json> => (await hub.api("POST", "/v1/rules/reload")).body;

/** Publishes at a steady rate, each event from a device of its own, until it is told to stop. */
function load() {
  const acknowledged: string[] = [];
  const promised: Promise<unknown>[] = [];
  const start = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = ((performance.now() - start) / 1_000) * RATE;
    while (sent < due && gateway.connected) {
      const device = `yard-${sent++}`;
      const payload = JSON.stringify({ id: device, code: "order.noise", phase: "pulse" });
      promised.push(
        gateway
          .publishAsync(`estates/e1/devices/${device}/events`, payload, { qos: 1 })
          .then(() => acknowledged.push(device)),
      );
    }
  }, 5);
  return {
    acknowledged: () => acknowledged.length,
    async stop(): Promise<readonly string[]> {
      clearInterval(timer);
      await Promise.all(promised);
      return acknowledged;
    },
  };
}

/** The devices of all noise events in the order in which they were judged, and the incidents of each. */
function contents(file: string) {
  const db = new DatabaseSync(file, { readOnly: true });
  const read = (sql: string): { device: string; what: string }[] =>
    db.prepare(sql).all() as unknown as { device: string; what: string }[];
  const stored = read(
    `SELECT device_id AS device, '' AS what FROM events e JOIN device_keys d ON d.key = e.device
     WHERE device_id LIKE '%yard-%' ORDER BY seq`,
  );
  const incidents = read(
    `SELECT device_id AS device, rule_id || ' ' || rule_version || ' ' || event_count AS what
     FROM incidents ORDER BY rule_id`,
  );
  db.close();
  return {
    stored: stored.map(({ device }) => device),
    found: Map.groupBy(incidents, ({ device }) => device),
  };
}

async function cli(...words: readonly string[]) {
  const hubOptions = ["--url", hub.url, "--token-file", join(hub.dataDir, "secrets/admin-token")];
  const run = promisify(execFile)("node", [join(ROOT, "bin/zhian.mjs"), ...words, ...hubOptions]);
  return run.catch((error: unknown) => error as { code: number; stdout: string; stderr: string });
}

test("under load, with a broken file and a kill: every event is stored once and judged by one generation", async () => {
  const flow = load();
  const begin = performance.now();
  const removed: string[] = [];
  for (let number = 1; number <= CHANGES; number++) {
    write("noise.yaml", generation(number));
    if (number === 3) write("bad.yaml", BAD);
    // Now by itself, now because it is asked, now both at once.
    if (number % 3 === 1) await sleep(900);
    else {
      if (number % 3 === 2) await sleep(Math.random() * 600);
      removed.push(...((await reload()).removed as string[]));
      await sleep(200);
    }
  }

  expect(removed).toEqual([]);
  const fault = { file: "bad.yaml", line: 11, rule: "broken", field: "severity" };
  expect(await items("/v1/rules/faults")).toContainEqual(expect.objectContaining(fault));
  const { status, faults } = (await hub.api("GET", "/health")).body;
  expect([status, faults[0].part]).toEqual(["degraded", "rules"]);
  expect(JSON.stringify(faults)).toContain("bad.yaml:11: broken · severity");
  expect((await items("/v1/rules")).map(({ id }) => id as string).toSorted()).toEqual([
    "each-noise",
    "each-noise-too",
    "sound-neighbour",
  ]);
  const [listed, asked] = [await cli("rules", "list"), await cli("rules", "reload")];
  expect(listed).not.toHaveProperty("code");
  expect(listed.stderr).toContain("fault: bad.yaml:11: broken · severity");
  expect(asked).toMatchObject({ code: 1 });
  expect(asked.stdout).toContain("bad.yaml:11: broken · severity");

  const rate = flow.acknowledged() / ((performance.now() - begin) / 1_000);
  write("noise.yaml", generation(CHANGES + 1));
  expect(await reload()).toMatchObject({ changed: ["each-noise", "each-noise-too"] });
  await hub.kill();
  await hub.start();
  await vi.waitFor(() => expect(gateway.connected).toBe(true), WAIT);
  await sleep(500);
  write("noise.yaml", generation(CHANGES + 2));
  await reload();
  await sleep(500);
  const acknowledged = await flow.stop();
  expect(rate).toBeGreaterThanOrEqual(LEAST_RATE);

  await vi.waitFor(async () => {
    const { figures } = (await hub.api("GET", "/health")).body;
    expect([figures.journalSegment, figures.journalOffset]).toEqual([
      figures.reactSegment,
      figures.reactOffset,
    ]);
  }, WAIT);
  const generations = new Map<string, number>();
  for (const id of ["each-noise", "each-noise-too"]) {
    for (const { version, definition } of await items(`/v1/rules/${id}/versions`))
      generations.set(`${id} ${version}`, Number(definition.title.en));
  }
  // In force for a moment before the kill, and kept.
  expect([...generations.values()].filter((number) => number === CHANGES + 1)).toHaveLength(2);
  expect(await hub.stop()).toBe(0);

  const { stored, found } = contents(join(hub.dataDir, "zhian.db"));
  expect(new Set(stored).size).toBe(stored.length);
  const names = new Set(stored.map((device) => device.replace(/^.*yard-/, "yard-")));
  expect(acknowledged.filter((device) => !names.has(device))).toEqual([]);
  const judged = stored.map((device) => {
    const incidents = (found.get(device) ?? []).map(({ what }) => what.split(" "));
    expect(incidents.map(([id, , events]) => `${id} ${events}`)).toEqual([
      "each-noise 1",
      "each-noise-too 1",
    ]);
    const [one, other] = incidents.map(([id, version]) => generations.get(`${id} ${version}`));
    expect(one).toBeDefined();
    expect(other).toBe(one);
    return one ?? 0;
  });
  expect(judged).toEqual(judged.toSorted((a, b) => a - b));
  const seen = new Set(judged);
  expect(seen.size).toBeGreaterThanOrEqual(CHANGES / 2);
  expect(seen).toContain(CHANGES + 2);
  console.log(
    `${stored.length} stored, ${acknowledged.length} acknowledged at ${Math.round(rate)}/s, judged by generations ${[...seen].join(" ")}`,
  );
}, 120_000);
