import { execFileSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { connectAsync } from "mqtt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { prepareHub, type HubProcess } from "./hub-process.ts";

let hub: HubProcess;
let secret = "";

beforeAll(async () => {
  hub = await prepareHub();
  await hub.start();
  await hub.api("POST", "/v1/estates", { id: "e1", name: "e1", zone: "Asia/Shanghai", households: 1 });
  secret = (await hub.api("POST", "/v1/gateways", { id: "gw-1", name: "gw", estateIds: ["e1"] })).body.secret;
}, 60_000);
afterAll(() => hub?.dispose());

/** The largest file the running hub may write: a real limit of the kernel, as a full disk would be. */
function limitFiles(bytes: number | "unlimited"): void {
  execFileSync("prlimit", ["--pid", String(hub.pid()), `--fsize=${bytes}:unlimited`]);
}

const stored = async (): Promise<number> => (await hub.api("GET", "/health")).body.figures.events;

test("a disk that refuses holds acknowledgements; the hub says so and resumes by itself, losing nothing", async () => {
  const client = await connectAsync(`mqtt://127.0.0.1:${hub.mqttPort}`, {
    clientId: "gw-1",
    username: "gw-1",
    password: secret,
    keepalive: 60,
  });
  const publish = (n: number) =>
    client.publishAsync(
      "estates/e1/devices/d-1/events",
      JSON.stringify({ id: `n-${n}`, code: "access.granted", phase: "pulse", at: Date.now() }),
      { qos: 1 },
    );
  await publish(0);
  // That one, and the gateway's arrival.
  const before = 2;
  for (let tries = 0; tries < 100 && (await stored()) < before; tries++) await sleep(50);
  expect(await stored()).toBe(before);

  limitFiles(1);
  let acknowledged = 0;
  const held = Array.from({ length: 50 }, (_, n) => publish(n + 1).then(() => acknowledged++));
  await sleep(1_500);
  expect(acknowledged).toBe(0);
  const sick = await hub.api("GET", "/health");
  expect(sick.status).toBe(503);
  expect(sick.body).toMatchObject({
    status: "failing",
    faults: expect.arrayContaining([expect.objectContaining({ part: "journal" })]),
  });
  const intake = await fetch(`${hub.url}/ready`);
  expect(intake.status).toBe(503);

  limitFiles("unlimited");
  await Promise.all(held);
  expect(acknowledged).toBe(50);
  for (let tries = 0; tries < 100 && (await stored()) < before + 50; tries++) await sleep(50);
  expect(await stored()).toBe(before + 50);
  expect((await hub.api("GET", "/health")).status).toBe(200);
  await client.endAsync();
}, 30_000);
