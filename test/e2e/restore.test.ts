import { execFile } from "node:child_process";
import { copyFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { prepareHub, ROOT, type HubProcess } from "./hub-process.ts";

const hubs: HubProcess[] = [];
afterEach(async () => {
  for (const hub of hubs.splice(0)) await hub.dispose();
});

async function fresh(): Promise<HubProcess> {
  const hub = await prepareHub();
  hubs.push(hub);
  return hub;
}

async function zhian(hub: HubProcess, ...args: string[]): Promise<string> {
  const { NODE_OPTIONS: _, VITEST: __, ...env } = process.env;
  const config = ["--config", join(hub.dir, "hub.yaml")];
  const { stdout } = await promisify(execFile)("node", ["bin/zhian.mjs", ...config, ...args], {
    cwd: ROOT,
    env,
  });
  return stdout;
}

const AT = Date.now();

/** The same id makes the same message. */
async function push(hub: HubProcess, secret: string, id: string): Promise<number> {
  const response = await fetch(`${hub.url}/intake/e1/gw-1/devices/d-1/events`, {
    method: "POST",
    headers: { authorization: `Basic ${Buffer.from(`gw-1:${secret}`).toString("base64")}` },
    body: JSON.stringify({ id, code: "access.granted", phase: "pulse", at: AT }),
  });
  return response.status;
}

const stored = async (hub: HubProcess): Promise<number> =>
  (await hub.api("GET", "/v1/events?deviceId=d-1&limit=500")).body.items.length;

async function waitFor(hub: HubProcess, count: number): Promise<void> {
  for (let tries = 0; tries < 100 && (await stored(hub)) < count; tries++) await sleep(50);
  expect(await stored(hub)).toBe(count);
}

test("a backup made in use goes on in a fresh folder: old events, new events, this machine's own token", async () => {
  const old = await fresh();
  await old.start();
  await old.api("POST", "/v1/estates", { id: "e1", name: "e1", zone: "Asia/Shanghai", households: 1 });
  const { secret } = (await old.api("POST", "/v1/gateways", { id: "gw-1", name: "gw", estateIds: ["e1"] }))
    .body;
  for (const id of ["1", "2", "3"]) expect(await push(old, secret, id)).toBe(202);
  await waitFor(old, 3);
  expect(await zhian(old, "backup", "moved.db")).toContain("moved.db");
  expect(await old.stop()).toBe(0);
  expect(await zhian(old, "verify")).toContain("sound");
  // In place, what was there is kept; a file that is no backup changes nothing.
  expect(await zhian(old, "restore", join(old.dataDir, "backups/moved.db"))).toContain("undone");
  const kept = readdirSync(join(old.dataDir, "backups")).filter((name) =>
    /^replaced-\d{8}T\d{6}Z\.db$/.test(name),
  );
  expect(kept).toHaveLength(1);
  await expect(zhian(old, "restore", join(old.dir, "hub.yaml"))).rejects.toThrow(
    /cannot be restored|not a database/,
  );
  expect(await zhian(old, "verify")).toContain("sound");

  const moved = await fresh();
  const copy = join(moved.dir, "moved.db");
  copyFileSync(join(old.dataDir, "backups/moved.db"), copy);
  expect(await zhian(moved, "restore", copy)).toContain("Restored");
  await moved.start();
  expect(await stored(moved)).toBe(3);
  // The gateway sends again what it is not sure of, and goes on.
  for (const id of ["3", "4", "5"]) expect(await push(moved, secret, id)).toBe(202);
  await waitFor(moved, 5);
  expect((await moved.api("GET", "/v1/whoami")).status).toBe(200);
  expect(await moved.stop()).toBe(0);
  await moved.start();
  expect(await stored(moved)).toBe(5);
}, 60_000);

test("restore and verify keep away from a running hub", async () => {
  const hub = await fresh();
  await hub.start();
  await expect(zhian(hub, "verify")).rejects.toThrow(/in use by process/);
  await expect(zhian(hub, "restore", join(hub.dataDir, "zhian.db"))).rejects.toThrow(/in use by process/);
}, 30_000);
