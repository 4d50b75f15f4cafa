import { setTimeout as sleep } from "node:timers/promises";
import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { prepareHub, type HubProcess, type Json } from "./hub-process.ts";

/** One real hub, spoken to as gateways and officers do. */
let hub: HubProcess;
let secret = "";
let pushSecret = "";
let gateway: MqttClient;

beforeAll(async () => {
  hub = await prepareHub();
  await hub.start();
  const estate = { id: "e1", name: "桃溪里", zone: "Asia/Shanghai", households: 400 };
  expect((await hub.api("POST", "/v1/estates", estate)).status).toBe(201);
  secret = await letIn("gw-1");
  pushSecret = await letIn("push-1");
  gateway = await connect();
}, 60_000);
afterAll(async () => {
  await gateway?.endAsync();
  await hub?.dispose();
});

async function letIn(id: string): Promise<string> {
  const made = await hub.api("POST", "/v1/gateways", { id, name: "东门", estateIds: ["e1"] });
  expect(made.status).toBe(201);
  return made.body.secret as string;
}

function connect(): Promise<MqttClient> {
  return connectAsync(`mqtt://127.0.0.1:${hub.mqttPort}`, {
    clientId: "gw-1",
    username: "gw-1",
    password: secret,
    keepalive: 30,
  });
}

async function publish(path: string, payload: object | string): Promise<void> {
  const text = typeof payload === "string" ? payload : JSON.stringify(payload);
  await gateway.publishAsync(`estates/e1/${path}`, text, { qos: 1 });
}

async function intake(path: string, body: string): Promise<{ status: number; body: Json }> {
  const response = await fetch(`${hub.url}/intake/e1/push-1/${path}`, {
    method: "POST",
    headers: { authorization: `Basic ${Buffer.from(`push-1:${pushSecret}`).toString("base64")}` },
    body,
  });
  return { status: response.status, body: await response.json() };
}

/** Asks until the answer is what is expected; shows the last one when it never is. */
async function eventually(ask: () => Promise<Json>, expected: object): Promise<void> {
  let answer: Json;
  for (let tries = 0; tries < 100; tries++) {
    answer = await ask();
    try {
      expect(answer).toMatchObject(expected);
      return;
    } catch {
      await sleep(50);
    }
  }
  expect(answer).toMatchObject(expected);
}

const incidents = (query: string) => async () => (await hub.api("GET", `/v1/incidents?${query}`)).body.items;
const events = (device: string) => async () =>
  (await hub.api("GET", `/v1/events?estateId=e1&deviceId=${encodeURIComponent(device)}`)).body.items;

describe("the life of a message", () => {
  test("a smoke alarm over MQTT is an event, an incident, and closed with a reason", async () => {
    await publish("devices/smoke-1/events", {
      id: "s-1",
      code: "fire.smoke",
      phase: "raise",
      at: Date.now(),
    });
    await publish("devices/smoke-1/events", {
      id: "s-1",
      code: "fire.smoke",
      phase: "raise",
      at: Date.now(),
    });
    await eventually(incidents("type=fire.smoke"), [{ status: "open", severity: "P1", deviceId: "smoke-1" }]);
    const [{ id }] = await incidents("type=fire.smoke")();
    expect((await hub.api("POST", `/v1/incidents/${id}/acknowledge`, {})).status).toBe(200);
    const unreasoned = await hub.api("POST", `/v1/incidents/${id}/close`, {});
    expect(unreasoned.status).toBe(400);
    expect(unreasoned.body.faults[0].field).toBe("reason");
    const closed = await hub.api("POST", `/v1/incidents/${id}/close`, {
      reason: "false_alarm",
      note: "烧烤",
    });
    expect(closed.status).toBe(200);
    const { body } = await hub.api("GET", `/v1/incidents/${id}`);
    expect(body.history.map((line: Json) => line.kind)).toEqual(
      expect.arrayContaining(["opened", "acknowledged", "closed"]),
    );
  });

  test("a bridged Zigbee2MQTT door repeats its state: one event, a pending device, enrolled by one call", async () => {
    const device = "gw-1:zigbee2mqtt:前门";
    for (const battery of [90, 89, 88]) {
      await publish("bridges/gw-1/zigbee2mqtt/前门", { contact: false, battery });
    }
    await eventually(events(device), [{ code: "access.door_opened", transition: "initial" }]);
    const pending = await hub.api("GET", "/v1/devices?status=pending");
    expect(pending.body.items.map((item: Json) => item.id)).toContain(device);
    const enrolled = await hub.api("POST", `/v1/estates/e1/devices/${encodeURIComponent(device)}/enrol`);
    expect(enrolled.status).toBe(200);
    expect(enrolled.body).toMatchObject({ status: "enrolled", profile: "zigbee2mqtt" });
  });

  test("what nobody can read is acknowledged, kept, and can be replayed", async () => {
    await publish("devices/odd-1/events", "this is no JSON");
    await eventually(
      async () => (await hub.api("GET", "/v1/dead-letters")).body.items,
      [{ reason: "malformed" }],
    );
    const [letter] = (await hub.api("GET", "/v1/dead-letters")).body.items;
    const replayed = await hub.api("POST", `/v1/dead-letters/${letter.id}/replay`);
    expect(replayed.body).toMatchObject({ outcome: "dead", reason: "malformed" });
  });

  test("HTTP intake keeps the same promise and tells what it made of the message", async () => {
    const event = { id: "h-1", code: "life.sos", phase: "pulse", at: Date.now() };
    const answer = await intake("devices/sos-1/events", JSON.stringify(event));
    expect(answer).toEqual({ status: 202, body: { outcome: "events", events: 1 } });
    await eventually(incidents("type=life.sos"), [{ severity: "P1", deviceId: "sos-1" }]);
    expect((await intake("devices/sos-1/events", '{"code":"no.such"}')).body).toMatchObject({
      outcome: "dead",
    });
  });

  test("an event of yesterday is late: its incident is marked so", async () => {
    const at = Date.now() - 86_400_000;
    await publish("devices/smoke-2/events", { id: "late-1", code: "fire.smoke", phase: "raise", at });
    await eventually(events("smoke-2"), [{ flags: expect.arrayContaining(["late"]) }]);
    await eventually(
      incidents("type=fire.smoke"),
      expect.arrayContaining([expect.objectContaining({ deviceId: "smoke-2", late: true })]),
    );
  });

  test("personal data is hashed before it is stored", async () => {
    const event = {
      id: "p-1",
      code: "access.granted",
      phase: "pulse",
      at: Date.now(),
      attributes: { cardNo: "3501029900" },
    };
    await publish("devices/gate-1/events", event);
    await eventually(events("gate-1"), [
      { attributes: { cardNoHash: expect.stringMatching(/^[0-9a-f]{16}$/) } },
    ]);
    expect(JSON.stringify(await events("gate-1")())).not.toContain("3501029900");
    expect(hub.log()).not.toContain("3501029900");
  });

  test("presence follows the connection", async () => {
    await eventually(async () => (await hub.api("GET", "/v1/gateways/gw-1")).body, { presence: "online" });
    await gateway.endAsync();
    await eventually(async () => (await hub.api("GET", "/v1/gateways/gw-1")).body, { presence: "offline" });
    gateway = await connect();
    await eventually(async () => (await hub.api("GET", "/v1/gateways/gw-1")).body, { presence: "online" });
  });

  test("a restart forgets nothing and answers the same", async () => {
    const before = await incidents("limit=100")();
    expect(await hub.stop()).toBe(0);
    await hub.start();
    expect(await incidents("limit=100")()).toEqual(before);
    await eventually(async () => (await hub.api("GET", "/v1/gateways/gw-1")).body, { presence: "online" });
  });

  test("no secret is in the log", () => {
    expect(hub.log().length).toBeGreaterThan(100);
    expect(hub.log()).not.toContain(secret);
  });
});
