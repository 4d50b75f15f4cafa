import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { prepareHub, type HubProcess, type Json } from "../e2e/hub-process.ts";
import { alert, hikvisionPart, startStreamDevice, type StreamDevice } from "./fake-stream-device.ts";
import { eventually } from "./stage.ts";

/** A real hub in its own process, and a device that only answers. */
let hub: HubProcess;
let device: StreamDevice;
let folder: string;

beforeAll(async () => {
  device = await startStreamDevice();
  folder = mkdtempSync(join(tmpdir(), "zhian-pulled-"));
  const passwordFile = join(folder, "east");
  writeFileSync(passwordFile, "pass:wörd\n");
  hub = await prepareHub({
    pull: [
      {
        id: "east",
        kind: "hikvision",
        gateway: "pulled",
        estate: "e1",
        device: "east-gate",
        url: device.url,
        user: "hub",
        passwordFile,
      },
    ],
  });
  await hub.start();
}, 60_000);
afterAll(async () => {
  await hub?.dispose();
  await device?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Asks until the answer is what is expected; shows the last one when it never is. */
async function until(ask: () => Promise<Json>, expected: object): Promise<void> {
  let answer: Json;
  for (const end = Date.now() + 10_000; Date.now() < end; await sleep(50)) {
    answer = await ask();
    if (matches(answer, expected)) break;
  }
  expect(answer).toMatchObject(expected);
}

function matches(answer: Json, expected: object): boolean {
  try {
    expect(answer).toMatchObject(expected);
    return true;
  } catch {
    return false;
  }
}

const health = async (): Promise<Json> => (await hub.api("GET", "/health")).body;

test("an alarm of the stream becomes an event; health and figures tell how the source is doing", async () => {
  await until(health, {
    status: "degraded",
    faults: [{ part: "pull", message: "east: there is no gateway pulled, or it was revoked" }],
    figures: { pullSources: 1, pullStreaming: 0 },
  });
  const next = device.nextReading();
  await hub.api("POST", "/v1/estates", { id: "e1", name: "桃溪里", zone: "Asia/Shanghai", households: 400 });
  await hub.api("POST", "/v1/gateways", { id: "pulled", name: "录像机", estateIds: ["e1"] });
  const read = await next;
  read.write(hikvisionPart(alert("linedetection")));
  const events = async (): Promise<Json> => {
    const { body } = await hub.api("GET", "/v1/events?estateId=e1");
    return body.items.map(brief).toSorted();
  };
  await until(events, [
    "pulled:hikvision:east-gate device.offline clear",
    "pulled:hikvision:east-gate intrusion.tripwire raise",
  ]);
  await until(health, { status: "ok", figures: { pullStreaming: 1 } });
  const metrics = await (await fetch(`${hub.url}/metrics`)).text();
  expect(metrics).toContain('zhian_pull_streaming{source="east"} 1');
  expect(metrics).toContain('zhian_pull_messages{outcome="events"} 1');
  expect(metrics).toContain('zhian_pull_faults{cause="not_entitled"}');

  const began = performance.now();
  expect(await hub.stop()).toBe(0);
  expect(performance.now() - began).toBeLessThan(5_000);
  await eventually(() => expect(read.socket.destroyed).toBe(true));
  expect(hub.log()).not.toContain("pass:wörd");
});

function brief({ deviceId, code, phase }: Json): string {
  return `${deviceId} ${code} ${phase}`;
}
