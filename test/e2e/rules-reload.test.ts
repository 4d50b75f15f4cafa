/** Rules that change while events flow: a real hub, a real client, files written by hand. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { prepareHub, ROOT, type HubProcess, type Json } from "./hub-process.ts";

const NOISE = `
- id: noise-anywhere
  title: { zh: 噪声, en: Noise }
  incident: order.noise
  severity: P4
  when:
    occurs: event.code == 'order.noise' && event.phase in ['raise', 'pulse']
  clears: { after: 1h }
  key: [estate, device]
`;
/** Events that the gateway makes by coming online. */
const ONLINE = 1;
const WAIT = { timeout: 12_000, interval: 100 };

let folder: string;
let hub: HubProcess;
let gateway: MqttClient;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "zhian-rules-"));
  mkdirSync(join(folder, "rules"));
  cpSync(join(ROOT, "rules/fire.yaml"), join(folder, "rules/fire.yaml"));
  hub = await prepareHub({ rulesDir: join(folder, "rules") });
  await hub.start();
  const estate = { id: "e1", name: "桃溪里", zone: "Asia/Shanghai", households: 400 };
  expect((await hub.api("POST", "/v1/estates", estate)).status).toBe(201);
  const made = await hub.api("POST", "/v1/gateways", { id: "gw-1", name: "东门", estateIds: ["e1"] });
  gateway = await connectAsync(`mqtt://127.0.0.1:${hub.mqttPort}`, {
    clientId: "gw-1",
    username: "gw-1",
    password: made.body.secret as string,
  });
  await vi.waitFor(async () => expect((await health()).figures.reactedEvents).toBe(ONLINE), WAIT);
}, 60_000);
afterAll(async () => {
  await gateway?.endAsync();
  await hub?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** As editors do: a new file takes the place of the old one. */
function write(name: string, text: string): void {
  writeFileSync(join(folder, `.${name}`), text);
  renameSync(join(folder, `.${name}`), join(folder, "rules", name));
}

/** The largest file the running hub may write: a real limit of the kernel, as a full disk would be. */
function limitFiles(bytes: number | "unlimited"): void {
  execFileSync("prlimit", ["--pid", String(hub.pid()), `--fsize=${bytes}:unlimited`]);
}

async function send(device: string, code: string): Promise<void> {
  const payload = JSON.stringify({ code, phase: "pulse", id: `${device}-${code}-${sent++}` });
  await gateway.publishAsync(`estates/e1/devices/${device}/events`, payload, { qos: 1 });
}
let sent = 0;

const items = async (path: string): Promise<Json[]> => (await hub.api("GET", path)).body.items as Json[];
const ruleIds = async (): Promise<string[]> => (await items("/v1/rules")).map(({ id }) => id as string);
const health = async (): Promise<Json> => (await hub.api("GET", "/health")).body;

/** Sends events one after the other until it is told to stop; returns how many were acknowledged. */
function flowing(): { readonly stop: () => Promise<number> } {
  const end = new AbortController();
  const flow = (async () => {
    let acknowledged = 0;
    while (!end.signal.aborted) {
      await send(`meter-${acknowledged % 50}`, "access.granted");
      acknowledged++;
    }
    return acknowledged;
  })();
  return {
    stop() {
      end.abort();
      return flow;
    },
  };
}

test("a rule that is written while events flow opens incidents, and not one event is lost", async () => {
  expect(await ruleIds()).not.toContain("noise-anywhere");
  await send("yard", "order.noise");
  const flow = flowing();
  await sleep(300);
  write("mine.yaml", NOISE);
  await vi.waitFor(async () => expect(await ruleIds()).toContain("noise-anywhere"), WAIT);
  await send("hall", "order.noise");
  await sleep(300);
  const acknowledged = await flow.stop();
  expect(acknowledged).toBeGreaterThan(100);
  await vi.waitFor(async () => {
    const { figures } = await health();
    const all = sent + ONLINE;
    expect([figures.events, figures.reactedEvents, figures.duplicates]).toEqual([all, all, 0]);
  }, WAIT);
  expect((await items("/v1/incidents?type=order.noise")).map(({ deviceId }) => deviceId as string)).toEqual([
    expect.stringContaining("hall"),
  ]);
});

test("a broken edit shows in /health and in the answer of a reload; the rule before still works", async () => {
  const [first] = await items("/v1/incidents?type=order.noise");
  write("mine.yaml", NOISE.replace("severity: P4", "severity: P9"));
  const message = "mine.yaml:5: noise-anywhere · severity: It must be one of P1, P2, P3, P4, P5.";
  await vi.waitFor(async () => {
    expect(await health()).toMatchObject({ status: "degraded", faults: [{ part: "rules", message }] });
  }, WAIT);
  const { body } = await hub.api("POST", "/v1/rules/reload");
  expect(body).toMatchObject({
    removed: [],
    kept: ["noise-anywhere"],
    faults: [{ file: "mine.yaml", line: 5, rule: "noise-anywhere", field: "severity" }],
  });
  await send("stairs", "order.noise");
  await vi.waitFor(async () => {
    const found = await items("/v1/incidents?type=order.noise");
    expect(found).toHaveLength(2);
    for (const { rule } of found) expect(rule).toEqual(first.rule);
  }, WAIT);
});

test("after a restart the rule before the broken edit is in force still", async () => {
  expect(await hub.stop()).toBe(0);
  await hub.start();
  expect((await health()).faults).toMatchObject([{ part: "rules" }]);
  await send("cellar", "order.noise");
  await vi.waitFor(async () => expect(await items("/v1/incidents?type=order.noise")).toHaveLength(3), WAIT);
  expect(await items("/v1/rules/noise-anywhere/versions")).toMatchObject([{ file: "mine.yaml" }]);
});

test("a mended edit is in force at once when asked for, and every version can be looked up", async () => {
  write("mine.yaml", NOISE.replace("severity: P4", "severity: P5"));
  const { body } = await hub.api("POST", "/v1/rules/reload");
  expect(body).toMatchObject({ kept: [], faults: [] });
  expect(await health()).toMatchObject({ status: "ok", faults: [] });
  await send("roof", "order.noise");
  await vi.waitFor(async () => expect(await items("/v1/incidents?type=order.noise")).toHaveLength(4), WAIT);
  const severities = new Set<string>();
  for (const { rule } of await items("/v1/incidents?type=order.noise")) {
    const kept = await hub.api("GET", `/v1/rules/${rule.id}/versions/${rule.version}`);
    severities.add(kept.body.definition.severity as string);
  }
  expect(severities).toEqual(new Set(["P4", "P5"]));
  expect(await items("/v1/rules/noise-anywhere/versions")).toHaveLength(2);
});

test("while the database cannot be written a change waits; then it is in force by itself", async () => {
  const before = await items("/v1/rules");
  limitFiles(1);
  write("mine.yaml", NOISE.replace("en: Noise", "en: Loud noise"));
  let answered = false;
  const asked = hub.api("POST", "/v1/rules/reload").finally(() => (answered = true));
  await vi.waitFor(async () => {
    expect((await health()).faults).toContainEqual(expect.objectContaining({ part: "react" }));
  }, WAIT);
  await sleep(1_500);
  expect(answered).toBe(false);
  expect(await items("/v1/rules")).toEqual(before);

  limitFiles("unlimited");
  expect((await asked).body).toMatchObject({ changed: ["noise-anywhere"], faults: [] });
  await vi.waitFor(async () => expect(await health()).toMatchObject({ status: "ok", faults: [] }), WAIT);
  expect((await items("/v1/rules/noise-anywhere/versions"))[0]).toMatchObject({
    file: "mine.yaml",
    definition: { title: { en: "Loud noise" } },
  });
});
