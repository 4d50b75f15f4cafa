/** Rules that are tried and explained by a real hub: a real client, the API and the command line. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { prepareHub, ROOT, type HubProcess, type Json } from "./hub-process.ts";

const REFUSED = `
- id: refused-often
  title: { zh: 多次被拒, en: Refused often }
  incident: access.denied_repeat
  severity: P3
  cause: { zh: 甲, en: A }
  consequence: { zh: 甲, en: A }
  response: { zh: 甲, en: A }
  respondWithin: 30m
  when:
    counts: { of: "event.code == 'access.denied'", atLeast: 3, within: 2m }
  clears: { after: 30m }
  key: [estate, device]
`;
const STRICTER = REFUSED.replace("atLeast: 3", "atLeast: 5");
const WAIT = { timeout: 15_000, interval: 100 };

let folder: string;
let hub: HubProcess;
let gateway: MqttClient;
let incident: Json;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "zhian-trials-"));
  for (const name of ["rules", "stricter"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, "rules/mine.yaml"), REFUSED);
  writeFileSync(join(folder, "stricter/mine.yaml"), STRICTER);
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
  for (const [device, times] of [
    ["door", 4],
    ["gate", 2],
  ] as const) {
    for (let turn = 0; turn < times; turn++) {
      const payload = JSON.stringify({ code: "access.denied", phase: "pulse", id: `${device}-${turn}` });
      await gateway.publishAsync(`estates/e1/devices/${device}/events`, payload, { qos: 1 });
    }
  }
  await vi.waitFor(async () => {
    const { body } = await hub.api("GET", "/v1/incidents");
    [incident] = body.items as Json[];
    expect(incident?.eventCount).toBe(2);
  }, WAIT);
}, 60_000);
afterAll(async () => {
  await gateway?.endAsync();
  await hub?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const period = () => ({
  from: new Date(Date.now() - 3_600_000).toISOString(),
  to: new Date().toISOString(),
});

async function ended(id: string): Promise<Json> {
  for (let tries = 0; tries < 200; tries++) {
    const { body } = await hub.api("GET", `/v1/rules/backtests/${id}`);
    if (body.status !== "running") return body;
    await sleep(100);
  }
  throw new Error("the backtest did not end");
}

function zhian(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const { NODE_OPTIONS: _, VITEST: __, ...env } = process.env;
  const line = ["bin/zhian.mjs", ...args, "--config", join(hub.dir, "hub.yaml")];
  return promisify(execFile)("node", line, { cwd: ROOT, env });
}

test("the rules in force and stricter ones are tried on what the hub stored", async () => {
  const { status, body } = await hub.api("POST", "/v1/rules/backtests", {
    ...period(),
    officers: 2,
    proposed: STRICTER,
  });
  expect(status).toBe(202);
  const { report, ...state } = await ended(body.id as string);
  expect(state).toMatchObject({ status: "done" });
  expect(report).toMatchObject({
    events: 6,
    inForce: {
      incidents: 1,
      figures: [{ rule: "refused-often", estateId: "e1", matched: { unclosed: 1 }, unmatched: 0 }],
      notifications: { total: 1, perOfficer: {} },
    },
    proposed: { incidents: 0 },
    differences: [{ rule: "refused-often", both: 0, onlyInForce: 1, onlyProposed: 0 }],
  });
});

test("faulty rules are refused with file, line and field, and checking tells the same", async () => {
  const faulty = REFUSED.replace("atLeast: 3", "atLeast: 1");
  const { status, body } = await hub.api("POST", "/v1/rules/backtests", { ...period(), proposed: faulty });
  expect(status).toBe(400);
  expect(body.faults).toEqual([
    {
      field: "proposed.proposed.yaml:11 · refused-often · when.counts.atLeast",
      reason: "It must be a whole number from 2 to 100.",
    },
  ]);
  const check = await hub.api("POST", "/v1/rules/check", { files: { "a.yaml": faulty } });
  expect(check.body).toMatchObject({ rules: [], faults: [{ file: "a.yaml", line: 11 }] });
});

test("the command line has the hub do it, or does it itself, with the same outcome", async () => {
  const { from, to } = period();
  const asked = [
    "rules",
    "backtest",
    "--from",
    from,
    "--to",
    to,
    "--rules",
    join(folder, "stricter"),
    "--json",
  ];
  const own: Json = JSON.parse((await zhian(...asked)).stdout);
  const hubs: Json = JSON.parse((await zhian(...asked, "--hub")).stdout);
  expect(own.differences).toMatchObject([{ rule: "refused-often", onlyInForce: 1 }]);
  expect(hubs).toEqual(own);
});

test("an incident is explained by the API and the command line, with what a person did", async () => {
  const id = incident.id as string;
  await hub.api("POST", `/v1/incidents/${id}/close`, { reason: "false_alarm", note: "a child" });
  const { status, body } = await hub.api("GET", `/v1/incidents/${id}/explanation`);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    basis: "replayed",
    gaps: [],
    zone: "Asia/Shanghai",
    rules: [{ id: "refused-often", version: incident.rule.version }],
  });
  const steps = (body.steps as Json[]).map(({ kind, made }) => [kind, ...(made as string[])].join(" "));
  expect(steps).toEqual(["event", "event", "event opened", "event evidence", "person closed"]);
  const { stdout } = await zhian("rules", "explain", id);
  expect(stdout).toContain("Counted 2 of 3.");
  expect(stdout).toContain("Counted 3 of 3. This opened the incident.");
  expect(stdout).toContain("(false_alarm: a child)");
  expect(stdout).toContain('condition: event.code == "access.denied"');
  expect(stdout).toContain("  id: refused-often");
  expect(stdout).toContain("gives this incident's history");
  expect(stdout).not.toContain("gate");
  const json: Json = JSON.parse((await zhian("rules", "explain", id, "--json")).stdout);
  expect(json).toEqual(body);
});
