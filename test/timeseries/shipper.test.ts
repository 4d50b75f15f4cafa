import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../src/runtime/clock.ts";
import type { EmbeddedStore } from "../../src/store/store.ts";
import { writeLines } from "../../src/timeseries/server.ts";
import { type Shipper, startShipper } from "../../src/timeseries/shipper.ts";
import { temporaryStores } from "../store/temporary.ts";
import { type Fault, type FaultServer, startFaultServer } from "./fault-server.ts";

const temporary = temporaryStores();
let server: FaultServer;
let store: EmbeddedStore;
let shipper: Shipper | undefined;
let logged: string[];
let behind: boolean;

beforeEach(async () => {
  logged = [];
  behind = false;
  server = await startFaultServer();
  store = temporary.open(temporary.path(), undefined, { maxOutboxBytes: 2 ** 24 });
});
afterEach(async () => {
  await shipper?.stop();
  shipper = undefined;
  await server.close();
});

/** Times a thousandth of the real ones, so that waits are seen and tests stay short. */
function start(timing: { deadline?: number; mend?: number; first?: number } = {}): Shipper {
  shipper = startShipper({
    outbox: store,
    write: (...batch) => writeLines(server.server, ...batch),
    clock: systemClock,
    random: () => 1,
    behind: () => behind,
    log: pino({ level: "trace" }, { write: (line: string) => logged.push(line) }),
    timing: { deadline: 200, pause: 5, first: 5, longest: 100, mend: 60, ...timing },
  });
  return shipper;
}
const lines = (count: number, name = "ok"): string[] =>
  Array.from(
    { length: count },
    (_, n) => `hub,name=${name} n=${n}i 17723232000000${String(n).padStart(5, "0")}`,
  );
const put = (all: readonly string[]): Promise<void> => store.enqueue("raw", all, 1);

async function until(what: () => Promise<boolean> | boolean): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if (await what()) return;
    await sleep(10);
  }
  throw new Error("it did not come to that in 4 s");
}
const empty = (): Promise<void> => until(async () => (await store.outbox()).lines === 0);

const KEPT: readonly (readonly [string, Fault])[] = [
  ["a hanging server", "hang"],
  ["a reset", "reset"],
  ["a cut answer", "cut"],
  ["an answer that is lost after storing", "lost"],
  ["408", { status: 408 }],
  ["429", { status: 429 }],
  ["499", { status: 499 }],
  ["500", { status: 500 }],
  ["503", { status: 503 }],
  ["an unexpected 200", { status: 200 }],
  ["a redirect", { status: 302 }],
  ["a 400 of somebody else", { status: 400, body: "<html>" }],
  ["401", { status: 401 }],
  ["403", { status: 403 }],
  ["404", { status: 404 }],
];

describe("the shipper", () => {
  test.each(KEPT)("keeps everything through %s, and ships it once that is over", async (_name, fault) => {
    await put(lines(20));
    server.script.push(fault);
    start({ first: 100, mend: 100 });
    await until(() => server.requests.length === 1);
    expect((await store.outbox()).lines).toBe(20);
    await empty();
    expect(server.requests).toHaveLength(2);
    expect(server.points.size).toBe(20);
    expect(await store.outbox()).toMatchObject({ bytes: 0, deadLetters: 0, dropped: 0 });
  });

  test("says what is wrong while it waits, once in the log and without the token, and that it goes on", async () => {
    await put(lines(1));
    server.script.push({ status: 503 }, { status: 503 }, { status: 503 }, { status: 401 }, { status: 401 });
    const shipping = start();
    const health = () => shipping.health();
    await until(async () => (await health()).state === "waiting");
    expect((await health()).fault?.message).toBe("InfluxDB takes no lines: 503: scripted");
    await until(async () => (await health()).state === "paused");
    expect((await health()).fault?.message).toBe("InfluxDB takes no lines: 401: scripted");
    await empty();
    await until(async () => (await health()).fault === undefined);
    expect((await health()).state).toBe("shipping");
    expect(logged.filter((line) => line.includes("takes no lines"))).toHaveLength(2);
    expect(logged.filter((line) => line.includes("takes lines again"))).toHaveLength(1);
    expect(server.requests[0]?.authorization).toBe("Token t0ken");
    expect(logged.join("")).not.toContain("t0ken");
  });

  test("waits twice as long after each failure, and as long as it is asked", async () => {
    await put(lines(1));
    server.script.push({ status: 500 }, { status: 500 }, { status: 500 }, { status: 429, retryAfter: "1" });
    start({ first: 40 });
    await empty();
    const at = server.requests.map((request) => request.at);
    const waits = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    for (const [index, least] of [40, 80, 100, 1_000].entries()) {
      expect(waits[index]).toBeGreaterThanOrEqual(least - 5);
    }
    expect(waits[2]).toBeLessThan(900);
  });

  test("looks only now and then while somebody must mend something", async () => {
    await put(lines(1));
    server.script.push(...Array.from({ length: 4 }, () => ({ status: 404 })));
    start({ mend: 150 });
    await empty();
    const at = server.requests.map((request) => request.at);
    for (let n = 1; n < at.length; n++) expect((at[n] ?? 0) - (at[n - 1] ?? 0)).toBeGreaterThan(140);
  });

  test("halves what is too large", async () => {
    await put(lines(100));
    server.mostLines = 30;
    start();
    await empty();
    expect(server.points.size).toBe(100);
    expect(server.requests.map((request) => request.lines)).toEqual([100, 50, 25, 25, 50, 25, 25]);
    expect((await store.outbox()).deadLetters).toBe(0);
  });

  test("a single line that is too large is a dead letter", async () => {
    await put(lines(1));
    server.mostLines = 0;
    start();
    await empty();
    expect((await store.lineLetters({ limit: 10 })).items).toMatchObject([{ reason: "413: too large" }]);
  });

  test.each([400, 422] as const)("finds each bad line of a %d, and stores all the others", async (status) => {
    const bad = ["hub,name=bad n=1i 1", "hub,name=bad n=2i 2", "hub,name=bad n=3i 3"];
    const all = lines(300);
    all.splice(250, 0, bad[2] ?? "");
    all.splice(17, 0, bad[0] ?? "", bad[1] ?? "");
    server.badStatus = status;
    await put(all);
    start();
    await empty();
    expect(server.points.size).toBe(300);
    const { items } = await store.lineLetters({ limit: 10 });
    expect(items.map(({ line }) => line).toSorted()).toEqual(bad);
    expect(items[0]).toMatchObject({
      target: "raw",
      reason: `${status}: partial write: field type conflict`,
    });
    expect(await store.outbox()).toMatchObject({ lines: 0, deadLetters: 3 });
  });

  test("a server that fails while a bad line is looked for loses nothing", async () => {
    await put([...lines(40), "hub,name=bad n=1i 1"]);
    server.script.push("ok", "ok", "reset", "ok", { status: 503 });
    start();
    await empty();
    expect(server.points.size).toBe(40);
    expect((await store.lineLetters({ limit: 10 })).items).toHaveLength(1);
  });

  test("a dead letter goes back once, and is a dead letter again when it is refused again", async () => {
    await put(["hub,name=bad n=1i 1"]);
    start();
    await until(async () => (await store.outbox()).deadLetters === 1);
    await store.replayLineLetter(1);
    await expect(store.replayLineLetter(1)).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(store.replayLineLetter(9)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await empty();
    const { items } = await store.lineLetters({ limit: 10 });
    expect(items.map(({ id, replayedAt }) => [id, replayedAt !== undefined])).toEqual([
      [2, false],
      [1, true],
    ]);
  });

  test("sends at most 5,000 lines and a megabyte a request, oldest first", async () => {
    for (let part = 0; part < 6; part++) await put(lines(2_400, `part-${part}`));
    const wide = lines(30, `w${"x".repeat(50_000)}`);
    await put(wide);
    start();
    await empty();
    const counts = server.requests.map((request) => request.lines);
    expect(counts.slice(0, 2)).toEqual([4_800, 4_800]);
    // A megabyte of wide lines is twenty of them, the rest of it small ones.
    expect(counts.length).toBeGreaterThanOrEqual(4);
    expect(counts.slice(3).every((count) => count <= 20)).toBe(true);
    expect(server.points.size).toBe(6 * 2_400 + 30);
  });

  test("rests nine times as long as it works while react is behind, and loses nothing by it", async () => {
    for (let part = 0; part < 6; part++) await put(lines(2_400, `part-${part}`));
    behind = true;
    start();
    await empty();
    const at = server.requests.map((request) => request.at);
    behind = false;
    for (let part = 0; part < 6; part++) await put(lines(2_400, `again-${part}`));
    await empty();
    const again = server.requests.slice(at.length).map((request) => request.at);
    const took = (of: readonly number[]): number => (of.at(-1) ?? 0) - (of[0] ?? 0);
    expect(took(at)).toBeGreaterThan(2 * took(again));
    expect(server.points.size).toBe(2 * 6 * 2_400);
  });

  test("stops at once in the middle of a request, which stays in the outbox", async () => {
    await put(lines(5));
    server.script.push("hang");
    start({ deadline: 60_000 });
    await until(() => server.requests.length === 1);
    const before = performance.now();
    await shipper?.stop();
    expect(performance.now() - before).toBeLessThan(1_000);
    expect((await store.outbox()).lines).toBe(5);
  });
});
