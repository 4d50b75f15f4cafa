import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { connectAsync } from "mqtt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { prepareHub, type HubProcess } from "./hub-process.ts";

const LISTS = 600;
const EVENTS_A_LIST = 500;
/** Without a bound on one step this blast took 1.6 GB. */
const MOST_MB = 700;

let hub: HubProcess;
beforeAll(async () => {
  hub = await prepareHub();
  await hub.start();
}, 60_000);
afterAll(() => hub?.dispose());

const peakMb = (): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${hub.pid()}/status`, "utf8"))?.[1]) / 1024;

test(`${LISTS} lists of ${EVENTS_A_LIST} events in one breath: all stored, memory bounded, the hub answers`, async () => {
  await hub.api("POST", "/v1/estates", { id: "e1", name: "e1", zone: "Asia/Shanghai", households: 1 });
  const { secret } = (await hub.api("POST", "/v1/gateways", { id: "gw-1", name: "gw", estateIds: ["e1"] }))
    .body;
  const client = await connectAsync(`mqtt://127.0.0.1:${hub.mqttPort}`, {
    clientId: "gw-1",
    username: "gw-1",
    password: secret,
    keepalive: 60,
  });
  const at = Date.now();
  await Promise.all(
    Array.from({ length: LISTS }, (_, list) => {
      const events = Array.from({ length: EVENTS_A_LIST }, (__, n) => ({
        id: `${list}-${n}`,
        code: "access.granted",
        phase: "pulse",
        at,
      }));
      return client.publishAsync("estates/e1/devices/d-1/events", JSON.stringify(events), { qos: 1 });
    }),
  );
  let stored = 0;
  let slowest = 0;
  for (let tries = 0; tries < 600 && stored < LISTS * EVENTS_A_LIST; tries++) {
    const asked = performance.now();
    stored = (await hub.api("GET", "/health")).body.figures.events;
    slowest = Math.max(slowest, performance.now() - asked);
    await sleep(50);
  }
  expect(stored).toBe(LISTS * EVENTS_A_LIST + 1);
  expect(peakMb()).toBeLessThan(MOST_MB);
  console.log(
    `${stored} events, peak ${peakMb().toFixed(0)} MB, slowest answer meanwhile ${slowest.toFixed(0)} ms`,
  );
  await client.endAsync();
}, 90_000);
