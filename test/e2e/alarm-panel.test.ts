/** Alarm panels at a real hub: from their sockets to stored events. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decrypted, dial, encrypted, frame, KEY, opened, sendDatagram, stamp } from "../sia/panel.ts";
import { freePort, prepareHub, type HubProcess, type Json } from "./hub-process.ts";

let hub: HubProcess;
let tcp = 0;
let udp = 0;
let keys = "";

beforeAll(async () => {
  [tcp, udp] = [await freePort(), await freePort()];
  keys = mkdtempSync(join(tmpdir(), "zhian-keys-"));
  writeFileSync(join(keys, "panel.key"), KEY.toString("hex"));
  const whose = { gateway: "panels-1", estate: "e1" };
  hub = await prepareHub({
    sia: {
      tcp: { port: tcp },
      udp: { port: udp },
      accounts: [
        { account: "4F39", ...whose },
        { account: "EC01", ...whose, keyFile: join(keys, "panel.key") },
        { account: "0BAD", gateway: "panels-1", estate: "e2" },
      ],
    },
  });
  await hub.start();
  const estate = { id: "e1", name: "桃溪里", zone: "Asia/Shanghai", households: 400 };
  expect((await hub.api("POST", "/v1/estates", estate)).status).toBe(201);
}, 60_000);
afterAll(async () => {
  await hub?.dispose();
  rmSync(keys, { recursive: true, force: true });
});

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
const events = (device: string) => async () =>
  (await hub.api("GET", `/v1/events?estateId=e1&deviceId=${encodeURIComponent(device)}`)).body.items;

async function say(text: string): Promise<string> {
  const line = await dial(tcp);
  line.send(frame(text));
  return opened(await line.answer());
}

const fireAt = (at: number, sequence: string): string =>
  encrypted({ token: "SIA-DCS", sequence, account: "EC01", data: "#EC01|Nri1/FA12^Li^]", at }, KEY);

test("before its gateway is there, a panel is told that it is not taken", async () => {
  expect(await say(fireAt(Date.now(), "0001"))).toBe('"DUH"0001R1L2#EC01[]');
  const gateway = { id: "panels-1", name: "报警主机", estateIds: ["e1"] };
  expect((await hub.api("POST", "/v1/gateways", gateway)).status).toBe(201);
});

test("an encrypted fire alarm becomes an event and an incident; sent again it stays one", async () => {
  const at = Date.now();
  for (let tries = 0; tries < 2; tries++) {
    const answer = await say(fireAt(at, "0002"));
    expect(answer).toMatch(/^"\*ACK"0002R1L2#EC01\[/);
    expect(decrypted(`${answer} `, KEY)).toContain("|]_");
  }
  await eventually(
    async () => (await hub.api("GET", "/v1/incidents?type=fire.alarm")).body.items,
    [{ status: "open", deviceId: "panels-1:sia-dc09:EC01" }],
  );
  const stored = await events("panels-1:sia-dc09:EC01")();
  expect(stored).toMatchObject([
    { code: "fire.alarm", phase: "raise", point: "12", occurredAt: expect.anything() },
  ]);
  expect(JSON.stringify(stored)).not.toContain("Li");
});

test("Contact ID over UDP, a heartbeat, and an account that may not", async () => {
  const arming = `"ADM-CID"0003R1L2#4F39[#4F39|3401 01 057]${stamp(Date.now())}`;
  expect(opened(await sendDatagram(udp, frame(arming)))).toBe('"ACK"0003R1L2#4F39[]');
  await eventually(events("panels-1:sia-dc09:4F39"), [
    { code: "system.arm", phase: "pulse", point: "area-1" },
  ]);
  expect(await say('"NULL"0000R1L2#4F39[]')).toBe('"ACK"0000R1L2#4F39[]');
  expect(await say('"NULL"0000R1L2#0BAD[]')).toBe('"DUH"0000R1L2#0BAD[]');
});

test("what cannot be deciphered is a dead letter, and what was acknowledged outlives a kill", async () => {
  expect(await say('"*SIA-DCS"0004R1L2#4F39[00112233445566778899AABBCCDDEEFF')).toBe('"DUH"0004R1L2#4F39[]');
  expect(await say('"SIA-DCS"0005R1L2#4F39[#4F39|Nri1/PA3]')).toBe('"ACK"0005R1L2#4F39[]');
  await hub.kill();
  await hub.start();
  await eventually(events("panels-1:sia-dc09:4F39"), [
    { code: "life.sos", point: "3" },
    { code: "system.arm" },
  ]);
  await eventually(
    async () => (await hub.api("GET", "/v1/dead-letters")).body.items,
    [{ reason: "encrypted", path: "sia/4F39", gatewayId: "panels-1" }],
  );
});

test("figures and health tell of it; a revoked gateway's panels are refused at once", async () => {
  expect(await say('"NULL"0000R1L2#4F39[]')).toMatch(/^"ACK"/);
  const metrics = await (await fetch(`${hub.url}/metrics`)).text();
  expect(metrics).toContain('zhian_sia_frames_total{outcome="acknowledged"} 1');
  expect((await hub.api("GET", "/health")).body.figures).toMatchObject({ siaAcknowledged: 1, siaRefused: 0 });
  expect((await hub.api("POST", "/v1/gateways/panels-1/revoke")).status).toBeLessThan(300);
  expect(await say('"NULL"0000R1L2#4F39[]')).toMatch(/^"DUH"/);
  expect(hub.log().toLowerCase()).not.toContain(KEY.toString("hex"));
  expect(await hub.stop()).toBe(0);
});
