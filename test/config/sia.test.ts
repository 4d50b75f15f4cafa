/** The receiver of alarm panels in the configuration. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { createSia } from "../../src/app/sia.ts";
import { configWarnings } from "../../src/config/listeners.ts";
import { loadConfig } from "../../src/config/load.ts";
import { readSiaKey } from "../../src/config/sia.ts";
import { ZhianError } from "../../src/errors.ts";
import { createLog } from "../../src/runtime/log.ts";

const KEY = "00112233445566778899AABBCCDDEEFF";
const PANEL = '{ account: "4F39", gateway: gw-1, estate: e1 }';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "zhian-sia-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function load(sia: string, env: Record<string, string> = {}) {
  writeFileSync(join(directory, "zhian.yaml"), `sia: ${sia}\n`);
  return loadConfig({ env, directory });
}

/** Fields at fault, each with its reason. */
function faultsOf(sia: string): readonly string[] {
  try {
    load(sia);
  } catch (error) {
    if (error instanceof ZhianError) return error.faults.map(({ field, reason }) => `${field} ${reason}`);
  }
  return [];
}

test("off unless asked for; loopback and a port of its own unless told otherwise", () => {
  expect(load("{}").sia).toEqual({ accounts: [] });
  expect(load("{ tcp: {} }").sia.tcp).toEqual({ host: "127.0.0.1", port: 12_000 });
  expect(load("{}", { ZHIAN_SIA_UDP_PORT: "12001" }).sia.udp).toEqual({ host: "127.0.0.1", port: 12_001 });
});

test("key files count from the directory of the configuration, and must hold a key", () => {
  writeFileSync(join(directory, "panel.key"), `${KEY}\n`);
  const { accounts } = load(
    `{ accounts: [{ account: "4F39", gateway: g, estate: e, keyFile: panel.key }] }`,
  ).sia;
  expect(accounts[0]?.keyFile).toBe(join(directory, "panel.key"));
  expect(readSiaKey(join(directory, "panel.key")).toString("hex").toUpperCase()).toBe(KEY);
});

test.each([
  ["too short", KEY.slice(2)],
  ["no hexadecimal", `${KEY.slice(1)}g`],
  ["empty", ""],
])("a key file that is %s is refused without quoting it", (_name, content) => {
  writeFileSync(join(directory, "panel.key"), content);
  const faults = faultsOf(`{ accounts: [{ account: "4F39", gateway: g, estate: e, keyFile: panel.key }] }`);
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatch(/^sia\.accounts\.0\.keyFile the file does not hold/);
  expect(faults.join(" ")).not.toContain(KEY.slice(2, 20));
});

test.each([
  [`[${PANEL}, { account: "4f39", gateway: gw-1, estate: e1 }]`, "sia.accounts.1.account is there twice"],
  ['[{ account: "4F", gateway: g, estate: e }]', "sia.accounts.0.account must be 3 to 16"],
  ["[{ account: 1234, gateway: g, estate: e }]", "sia.accounts.0.account must be text"],
  ['[{ account: "4F39", gateway: "a b", estate: e }]', "sia.accounts.0.gateway must be an id"],
  [
    '[{ account: "4F39", gateway: g, estate: e, allowPlain: true }]',
    "sia.accounts.0 has allowPlain, but no keyFile",
  ],
  [
    '[{ account: "4F39", gateway: g, estate: e, keyfile: k }]',
    "sia.accounts.0.keyfile is not a known name; did you mean keyFile?",
  ],
  [
    '[{ account: "4F39", gateway: g, estate: e, supervised: 5 }]',
    "sia.accounts.0.supervised must be at least 10",
  ],
  // Pasted by mistake instead of a file's name.
  [
    `[{ account: "4F39", gateway: g, estate: e, keyFile: "${KEY}" }]`,
    "sia.accounts.0.keyFile the file cannot be read (ENOENT)",
  ],
])("accounts: %s", (accounts, wanted) => {
  const faults = faultsOf(`{ tcp: {}, accounts: ${accounts} }`);
  expect(faults.filter((fault) => fault.startsWith(wanted))).toHaveLength(1);
  expect(faults.join(" ")).not.toContain(KEY);
});

test("a port that another listener has is told", () => {
  expect(faultsOf("{ tcp: { port: 1883 } }")).toEqual([
    "sia.tcp.port is already the port of mqtt.tcp (it is 1883)",
  ]);
  expect(faultsOf("{ udp: { port: 1883 } }")).toEqual([]);
});

test("advice: nobody may use it, nobody hears it, anybody may pose", () => {
  const advice = (sia: string): readonly string[] => configWarnings(load(sia));
  expect(advice("{}")).toEqual([]);
  expect(advice("{ tcp: {} }")).toEqual([expect.stringContaining("has no accounts")]);
  expect(advice(`{ accounts: [${PANEL}] }`)).toEqual([expect.stringContaining("neither tcp nor udp")]);
  expect(advice(`{ tcp: {}, accounts: [${PANEL}] }`)).toEqual([]);
  expect(advice(`{ tcp: { host: 0.0.0.0 }, accounts: [${PANEL}] }`)).toEqual([
    expect.stringContaining("1 of 1 accounts may report in the clear"),
  ]);
  writeFileSync(join(directory, "panel.key"), KEY);
  const safe = '{ account: "4F39", gateway: g, estate: e, keyFile: panel.key }';
  expect(advice(`{ tcp: { host: 0.0.0.0 }, accounts: [${safe}] }`)).toEqual([]);
});

test("a panel is supervised for as many seconds as configured", async () => {
  const { sia } = load(
    '{ tcp: { port: 0 }, accounts: [{ account: "4F39", gateway: g, estate: e, supervised: 10 }] }',
  );
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const told: string[] = [];
  const receiver = await createSia(sia, {
    accept: async ({ payload }) => {
      told.push(Buffer.from(payload).toString());
      return { outcome: "events", events: 1 };
    },
    auth: { principal: (gatewayId) => ({ gatewayId, estateIds: new Set(["e"]) }) },
    clock: { now: () => 0 },
    log: createLog("silent"),
  });
  await receiver?.listen();
  await vi.advanceTimersByTimeAsync(9_900);
  expect(told).toEqual([]);
  await vi.advanceTimersByTimeAsync(200);
  expect(told).toEqual([expect.stringContaining("device.offline")]);
  await receiver?.close();
});

test("a key that went away since the check stops the start, and names the field only", async () => {
  writeFileSync(join(directory, "panel.key"), KEY);
  const config = load(
    '{ tcp: { port: 0 }, accounts: [{ account: "4F39", gateway: g, estate: e, keyFile: panel.key }] }',
  );
  rmSync(join(directory, "panel.key"));
  const start = createSia(config.sia, {
    accept: () => Promise.reject(new Error("not asked")),
    auth: { principal: () => undefined },
    clock: { now: () => 0 },
    log: createLog("silent"),
  });
  await expect(start).rejects.toMatchObject({
    code: "VALIDATION",
    faults: [{ field: "sia.accounts.0.keyFile", reason: expect.any(String) as string }],
  });
});
