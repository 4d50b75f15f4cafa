import pino from "pino";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createHttpPresence, type HttpPresence } from "../../src/app/http-presence.ts";
import { MINUTE } from "../../src/domain/time.ts";
import type { AcceptPresence, GatewayPrincipal } from "../../src/ports.ts";

const gw = (gatewayId: string): GatewayPrincipal => ({ gatewayId, estateIds: new Set(["e1"]) });

let told: string[];
let present: Set<string>;
/** Gateways with an MQTT connection. */
let connected: Set<string>;
let keep: () => Promise<void>;
let presence: HttpPresence;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 2, 1) });
  told = [];
  present = new Set();
  connected = new Set();
  keep = async () => undefined;
  const acceptPresence: AcceptPresence = async ({ gatewayId }, status, cause) => {
    told.push(`${gatewayId} ${status} ${cause}`);
    if (status === "online") present.add(gatewayId);
    else present.delete(gatewayId);
    await keep();
  };
  presence = createHttpPresence({
    acceptPresence,
    clock: { now: () => Date.now() },
    log: pino({ level: "silent" }),
    isPresent: (gatewayId) => present.has(gatewayId),
    isConnected: (gatewayId) => connected.has(gatewayId),
  });
});
afterEach(() => {
  presence.close();
  vi.useRealTimers();
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test("the first push is online, 15 minutes of silence are offline, a push brings it back", async () => {
  presence.seen(gw("a"));
  presence.seen(gw("a"));
  expect(told).toEqual(["a online status"]);
  await pass(10 * MINUTE);
  presence.seen(gw("a"));
  await pass(14 * MINUTE);
  expect(told).toHaveLength(1);
  expect(presence.hears("a")).toBe(true);
  await pass(2 * MINUTE);
  expect(told).toEqual(["a online status", "a offline silence"]);
  expect(presence.hears("a")).toBe(false);
  await pass(60 * MINUTE);
  expect(told).toHaveLength(2);
  presence.seen(gw("a"));
  expect(told.at(-1)).toBe("a online status");
});

test("each gateway has its own silence", async () => {
  presence.seen(gw("a"));
  await pass(8 * MINUTE);
  presence.seen(gw("b"));
  await pass(8 * MINUTE);
  expect(told).toEqual(["a online status", "b online status", "a offline silence"]);
});

test("a gateway that is connected by MQTT is neither called online again nor called offline", async () => {
  connected.add("a");
  present.add("a");
  presence.seen(gw("a"));
  await pass(60 * MINUTE);
  expect(told).toEqual([]);
});

test("one that lost its connection between pushes is called offline after the silence, once", async () => {
  connected.add("a");
  present.add("a");
  presence.seen(gw("a"));
  connected.delete("a");
  expect(presence.hears("a")).toBe(true);
  await pass(16 * MINUTE);
  expect(told).toEqual(["a offline silence"]);
});

test("one whose absence was told otherwise is not called offline a second time", async () => {
  presence.seen(gw("a"));
  await pass(MINUTE);
  present.delete("a");
  await pass(30 * MINUTE);
  expect(told).toEqual(["a online status"]);
});

test("while a change is not on disk its opposite waits", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  keep = () => promise;
  presence.seen(gw("a"));
  await pass(30 * MINUTE);
  expect(told).toEqual(["a online status"]);
  resolve();
  await pass(2 * MINUTE);
  expect(told).toEqual(["a online status", "a offline silence"]);
});

test("a change that cannot be kept harms no request", async () => {
  keep = () => Promise.reject(new Error("the journal is closed"));
  expect(() => presence.seen(gw("a"))).not.toThrow();
  await pass(MINUTE);
  expect(told).toEqual(["a online status"]);
});

test("closed, it tells nothing more", async () => {
  presence.seen(gw("a"));
  presence.close();
  await pass(60 * MINUTE);
  expect(told).toEqual(["a online status"]);
  expect(vi.getTimerCount()).toBe(0);
});
