import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { connectAsync, type IClientOptions } from "mqtt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeCertificates, type Certificates } from "../broker/harness.ts";
import { freePort, prepareHub, type HubProcess } from "./hub-process.ts";

let hub: HubProcess;
let certificates: Certificates;
let ports: { tls: number; ws: number; wss: number };
let secret = "";
let dir = "";

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "zhian-doors-"));
  certificates = makeCertificates(dir);
  ports = { tls: await freePort(), ws: await freePort(), wss: await freePort() };
  const { cert, key, ca } = certificates;
  hub = await prepareHub({
    mqtt: {
      tls: { port: ports.tls, cert, key, ca },
      ws: { port: ports.ws },
      wss: { port: ports.wss, cert, key },
    },
  });
  await hub.start();
  await hub.api("POST", "/v1/estates", { id: "e1", name: "e1", zone: "Asia/Shanghai", households: 1 });
  secret = (await hub.api("POST", "/v1/gateways", { id: "gw-1", name: "gw", estateIds: ["e1"] })).body.secret;
}, 60_000);
afterAll(async () => {
  await hub?.dispose();
  rmSync(dir, { recursive: true, force: true });
});

async function arrives(id: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const { items } = (await hub.api("GET", "/v1/events?deviceId=d-1&limit=500")).body;
    if (items.some((event: { point?: string }) => event.point === id)) return;
    await sleep(50);
  }
  throw new Error(`the event by way of ${id} never arrived`);
}

const eventOf = (way: string): string =>
  JSON.stringify({ id: way, point: way, code: "access.granted", phase: "pulse", at: Date.now() });

describe("the doors that the configuration opens", () => {
  const login = (): IClientOptions => ({
    clientId: "gw-1",
    username: "gw-1",
    password: secret,
    keepalive: 30,
  });
  const tls = (): IClientOptions => ({ ca: readFileSync(certificates.ca) });
  const ways: [string, () => string, () => IClientOptions][] = [
    ["tcp", () => `mqtt://127.0.0.1:${hub.mqttPort}`, login],
    ["ws", () => `ws://127.0.0.1:${ports.ws}`, login],
    ["wss", () => `wss://localhost:${ports.wss}`, () => ({ ...login(), ...tls() })],
    [
      "mtls",
      () => `mqtts://localhost:${ports.tls}`,
      () => ({
        ...tls(),
        clientId: "gw-1",
        keepalive: 30,
        cert: readFileSync(certificates.clientCert),
        key: readFileSync(certificates.clientKey),
      }),
    ],
  ];

  test.each(ways)("%s delivers into the store", async (way, url, options) => {
    const client = await connectAsync(url(), { ...options(), reconnectPeriod: 0 });
    await client.publishAsync("estates/e1/devices/d-1/events", eventOf(way), { qos: 1 });
    await arrives(way);
    await client.endAsync();
  });

  test("mosquitto_pub delivers into the store", async ({ skip }) => {
    const program = "/usr/bin/mosquitto_pub";
    if (!existsSync(program)) {
      if (process.env["CI"]) throw new Error("mosquitto_pub is missing in CI");
      skip("mosquitto_pub is not installed");
    }
    const args = [
      "-h",
      "127.0.0.1",
      "-p",
      String(hub.mqttPort),
      "-i",
      "gw-1",
      "-u",
      "gw-1",
      "-P",
      secret,
      "-q",
      "1",
    ];
    const publisher = spawn(program, [
      ...args,
      "-t",
      "estates/e1/devices/d-1/events",
      "-m",
      eventOf("mosquitto"),
    ]);
    expect(await once(publisher, "exit")).toEqual([0, null]);
    await arrives("mosquitto");
  });

  test("without a certificate the TLS door with a CA stays shut", async () => {
    const attempt = connectAsync(`mqtts://localhost:${ports.tls}`, {
      ...tls(),
      ...login(),
      reconnectPeriod: 0,
    });
    await expect(attempt).rejects.toThrow(/certificate required|closed|ECONNRESET/);
  });
});

describe("the live feed", () => {
  test("shows an incident as it happens", async () => {
    const token = readFileSync(`${hub.dataDir}/secrets/admin-token`, "utf8").trim();
    const stop = new AbortController();
    const feed = await fetch(`${hub.url}/v1/live`, {
      headers: { authorization: `Bearer ${token}` },
      signal: stop.signal,
    });
    expect(feed.headers.get("content-type")).toContain("text/event-stream");
    const reader = feed.body?.pipeThrough(new TextDecoderStream()).getReader();
    const client = await connectAsync(`mqtt://127.0.0.1:${hub.mqttPort}`, {
      clientId: "gw-1",
      username: "gw-1",
      password: secret,
    });
    const alarm = JSON.stringify({ id: "l-1", code: "life.sos", phase: "pulse", at: Date.now() });
    await client.publishAsync("estates/e1/devices/sos-9/events", alarm, { qos: 1 });
    let seen = "";
    while (!seen.includes("life.sos")) {
      const { value, done } = (await reader?.read()) ?? { done: true, value: undefined };
      if (done) break;
      seen += value;
    }
    expect(seen).toContain("life.sos");
    stop.abort();
    await client.endAsync();
  }, 15_000);
});

describe("what operators read", () => {
  test("metrics tell of every part", async () => {
    const metrics = async () => (await fetch(`${hub.url}/metrics`)).text();
    // A gateway of the tests before may just be leaving, which is an entry too.
    await expect.poll(metrics).toContain("zhian_journal_pending_entries 0");
    const text = await metrics();
    for (const name of [
      'zhian_messages_total{outcome="events",reason="native"}',
      "zhian_journal_pending_entries",
      "zhian_mqtt_connections",
      "zhian_mqtt_refused{reason=",
      "zhian_react_events",
      "zhian_incidents_open 1",
      "zhian_database_bytes",
    ]) {
      expect(text).toContain(name);
    }
  });
});
