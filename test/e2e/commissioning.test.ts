/** Devices proved from end to end: a real client, a real hub, the test that waits in between. */
import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { prepareHub, ROOT, type HubProcess, type Json } from "./hub-process.ts";

let hub: HubProcess;
let gateway: MqttClient;

beforeAll(async () => {
  hub = await prepareHub();
  await hub.start();
  const estate = { id: "e1", name: "桃溪里", zone: "Asia/Shanghai", households: 400 };
  expect((await hub.api("POST", "/v1/estates", estate)).status).toBe(201);
  const made = await hub.api("POST", "/v1/gateways", { id: "gw-1", name: "东门", estateIds: ["e1"] });
  gateway = await connectAsync(`mqtt://127.0.0.1:${hub.mqttPort}`, {
    clientId: "gw-1",
    username: "gw-1",
    password: made.body.secret as string,
  });
  for (const name of ["door", "quiet", "button"]) await enrol(name);
}, 60_000);
afterAll(async () => {
  await gateway?.endAsync();
  await hub?.dispose();
});

const idOf = (name: string): string => `gw-1:zigbee2mqtt:${name}`;

async function enrol(name: string): Promise<void> {
  const device = { id: idOf(name), name, kind: "sensor", profile: "zigbee2mqtt", gatewayId: "gw-1" };
  expect((await hub.api("POST", "/v1/estates/e1/devices", device)).status).toBe(201);
}

async function publish(name: string, payload: object | string): Promise<void> {
  const text = typeof payload === "string" ? payload : JSON.stringify(payload);
  await gateway.publishAsync(`estates/e1/bridges/gw-1/zigbee2mqtt/${name}`, text, { qos: 1 });
}

/** Tests a device while this happens on site. */
async function tested(name: string, wait: number, onSite: () => Promise<void>): Promise<Json> {
  const path = `/v1/estates/e1/devices/${encodeURIComponent(idOf(name))}`;
  const testing = hub.api("POST", `${path}/test?wait=${wait}`);
  // What happens before the hub listens does not count.
  await sleep(500);
  await onSite();
  const { status, body } = await testing;
  expect(status).toBe(200);
  const { confirmedAt } = (await hub.api("GET", path)).body;
  return { ...body, confirmedAt };
}

test("nothing is heard of it; its gateway is there", async () => {
  const answer = await tested("quiet", 2, () => publish("door", { battery: 90 }));
  expect(answer).toMatchObject({ outcome: "silent", heard: { events: 0, others: 1 }, clock: {} });
  expect(answer.confirmedAt).toBeUndefined();
});

test("it is heard, but sends no event", async () => {
  const answer = await tested("door", 2, async () => {
    for (const battery of [90, 89, 88]) await publish("door", { battery });
  });
  expect(answer).toMatchObject({ outcome: "ignored", heard: { ignored: { telemetry: 3 } } });
  expect(answer.confirmedAt).toBeUndefined();
});

test("its messages cannot be read", async () => {
  const answer = await tested("door", 2, () => publish("door", "{"));
  expect(answer).toMatchObject({ outcome: "dead", heard: { dead: { malformed: 1 } } });
});

test("a real event confirms it long before the wait is over, and it is the event that is stored", async () => {
  const last_seen = new Date(Date.now() - 180_000).toISOString();
  const answer = await tested("door", 60, () => publish("door", { contact: false, last_seen }));
  expect(answer).toMatchObject({
    outcome: "confirmed",
    event: { code: "access.door_opened", deviceId: idOf("door"), estateId: "e1" },
    heard: { events: 1 },
    clock: { deviceAt: last_seen },
  });
  expect(answer.tookMs).toBeLessThan(30_000);
  expect(answer.clock.skewMs).toBeGreaterThanOrEqual(180_000);
  expect(answer.confirmedAt).toBe(answer.event.receivedAt);
  const stored = await hub.api("GET", `/v1/events/${answer.event.id}`);
  expect(stored.body).toEqual(answer.event);
});

test("the same state again is heard and decoded, and changes nothing", async () => {
  const answer = await tested("door", 2, () => publish("door", { contact: false }));
  expect(answer).toMatchObject({ outcome: "unchanged", heard: { events: 1, noProof: {} } });
  expect(answer).not.toHaveProperty("event");
  // The proof of the test before stands.
  expect(answer.confirmedAt).toBeDefined();
});

test("what its bridge says of its connection is no proof", async () => {
  const answer = await tested("door", 2, () => publish("door/availability", { state: "offline" }));
  expect(answer).toMatchObject({ outcome: "unchanged", heard: { noProof: { connection: 1 } } });
});

test("the command line waits, says what came and ends with 0", async () => {
  const args = [
    "bin/zhian.mjs",
    "--config",
    `${hub.dir}/hub.yaml`,
    "device",
    "test",
    idOf("button"),
    "--wait",
    "60",
  ];
  const { NODE_OPTIONS: _, VITEST: __, ...env } = process.env;
  const out = await new Promise<string>((done, fail) => {
    const child = execFile("node", args, { cwd: ROOT, env }, (error, stdout) => {
      if (error) fail(error);
      else done(stdout);
    });
    // Somebody who presses until it is confirmed.
    const pressing = setInterval(() => void publish("button", { action: "sos" }), 500);
    child.once("exit", () => clearInterval(pressing));
  });
  expect(out).toMatch(
    /^Confirmed: life\.sos \(pulse\) of gw-1:zigbee2mqtt:button is stored, \d+\.\d s after/,
  );
});

test("a hub that stops does not wait for tests", async () => {
  const testing = hub.api(
    "POST",
    `/v1/estates/e1/devices/${encodeURIComponent(idOf("quiet"))}/test?wait=300`,
  );
  await sleep(300);
  const began = Date.now();
  expect(await hub.stop()).toBe(0);
  expect(Date.now() - began).toBeLessThan(5_000);
  expect((await testing).status).toBe(503);
});
