import { describe, expect, test } from "vitest";
import type { SecurityEvent } from "../../src/domain/event.ts";
import type { RecordedCase } from "../../src/domain/recorded-case.ts";
import { DAY } from "../../src/domain/time.ts";
import type { PointTarget } from "../../src/ports.ts";
import type { EmbeddedStore } from "../../src/store/store.ts";
import { openStoredLines } from "../../src/store/stored-lines.ts";
import { createPoints } from "../../src/timeseries/points.ts";
import { estate, event as anyEvent, incident, T0 } from "../contracts/store/samples.ts";
import { temporaryStores } from "./temporary.ts";

const temporary = temporaryStores();
const event = (id: string, given: Partial<SecurityEvent> = {}): SecurityEvent => anyEvent({ id, ...given });
const SHIPPED = { points: createPoints(), maxOutboxBytes: 2 ** 24 };
const open = (path = temporary.path(), more: object = SHIPPED): EmbeddedStore =>
  temporary.open(path, undefined, more);

async function waiting(store: EmbeddedStore, target: PointTarget): Promise<string[]> {
  const batch = await store.take(target, 1_000_000, 100_000_000);
  return batch ? Buffer.from(batch.body).toString().trimEnd().split("\n") : [];
}
const insert = (store: EmbeddedStore, ...events: readonly SecurityEvent[]): Promise<void> =>
  store.react((tx) => tx.insertEvents(events));
const times = (lines: readonly string[]): string[] => lines.map((line) => line.split(" ").at(-1) ?? "");
const NS = (ms: number, step = 0): string => `${ms}${String(step).padStart(6, "0")}`;

function stored(path: string): string[] {
  const past = openStoredLines(path, createPoints());
  try {
    return [...past.lines(T0 - DAY, T0 + DAY)].flatMap(({ lines }) => lines).toSorted();
  } finally {
    past.close();
  }
}

describe("lines of events", () => {
  test("share a millisecond in steps, by series, whatever comes between and over a restart", async () => {
    const path = temporary.path();
    let store = open(path);
    await insert(
      store,
      event("a"),
      event("b"),
      event("c", { code: "life.fall" }),
      event("d", { deviceId: "d2" }),
    );
    await insert(store, event("e", { occurredAt: T0 + 5 }));
    store.close();
    store = open(path);
    await insert(store, event("f"), event("g", { occurredAt: T0 + 5 }), event("h", { occurredAt: T0 + 6 }));
    await insert(store, event("i"));
    const lines = await waiting(store, "raw");
    const byId = new Map(lines.map((line) => [/event_id="(\w)"/.exec(line)?.[1], line.split(" ").at(-1)]));
    expect(Object.fromEntries(byId)).toEqual({
      a: NS(T0),
      b: NS(T0, 1),
      c: NS(T0),
      d: NS(T0),
      e: NS(T0 + 5),
      f: NS(T0, 2),
      g: NS(T0 + 5, 1),
      h: NS(T0 + 6),
      i: NS(T0, 3),
    });
    expect(stored(path)).toEqual(lines.toSorted());
  });

  test("a transaction that fails leaves no line and takes no step", async () => {
    const store = open();
    await insert(store, event("a"));
    const failing = store.react(async (tx) => {
      await tx.insertEvents([event("b"), event("c", { occurredAt: T0 + 1 })]);
      throw new Error("planned");
    });
    await expect(failing).rejects.toThrow("planned");
    await insert(store, event("b"), event("c", { occurredAt: T0 + 1 }));
    expect(times(await waiting(store, "raw"))).toEqual([NS(T0), NS(T0, 1), NS(T0 + 1)]);
    expect(await store.outbox()).toMatchObject({ lines: 3 });
  });

  test("what no line can carry is a dead letter that says why, and stops nothing", async () => {
    const store = open();
    await insert(store, event("a", { deviceId: "d\n1" }), event("b"));
    expect(await waiting(store, "raw")).toHaveLength(1);
    const { items } = await store.lineLetters({ limit: 10 });
    expect(items).toMatchObject([{ id: 1, line: "", target: "raw" }]);
    expect(items[0]?.reason).toContain(
      "event a: a point cannot be written: security_event.device has a line break",
    );
    await expect(store.replayLineLetter(1)).rejects.toMatchObject({ code: "CONFLICT" });
  });

  test("are not written while nothing is shipped, and can all be made later, steps and all", async () => {
    const path = temporary.path();
    const off = open(path, { points: createPoints() });
    await insert(off, event("a"), event("b"));
    expect(await off.outbox()).toMatchObject({ lines: 0, bytes: 0 });
    expect(times(stored(path))).toEqual([NS(T0), NS(T0, 1)]);
  });
});

describe("a full outbox", () => {
  test("drops the oldest lines of events, counted with their span, and never one of an incident", async () => {
    const store = open(temporary.path(), { points: createPoints(), maxOutboxBytes: 3_000 });
    await store.react((tx) => tx.saveIncidents([opened("i1")]));
    for (let n = 0; n < 40; n++) await insert(store, event(`e${n}`, { occurredAt: T0 + n }));
    const state = await store.outbox();
    expect(state.bytes).toBeLessThanOrEqual(3_000);
    const kept = await waiting(store, "raw");
    expect(state.dropped).toBe(40 - kept.length);
    expect(state.dropped).toBeGreaterThan(10);
    expect([state.droppedFrom, state.droppedTo]).toEqual([T0, T0 + state.dropped - 1]);
    expect(kept.at(-1)).toContain('event_id="e39"');
    expect(await waiting(store, "years")).toHaveLength(1);
    await store.forgetDropped(T0 + 1, T0 + DAY);
    expect((await store.outbox()).dropped).toBe(state.dropped);
    await store.forgetDropped(T0, T0 + DAY);
    expect((await store.outbox()).dropped).toBe(0);
  });
});

const opened = (id: string, at = T0) => {
  return {
    incident: incident(id, { openedAt: at, detectedAt: at, updatedAt: at }),
    transitions: [
      { incidentId: id, kind: "opened", at, by: "rule:r" },
      { incidentId: id, kind: "evidence", at, by: "rule:r" },
    ] as const,
  };
};

describe("lines of incidents", () => {
  test("tell each change of react and of people, once, with the seconds it took", async () => {
    const path = temporary.path();
    const store = open(path);
    const at = T0 - 30_000;
    await store.react((tx) => tx.saveIncidents([opened("i1", at), opened("i2", at)]));
    await store.commandIncident("i1", { kind: "acknowledge" }, "officer", T0);
    await store.commandIncident("i2", { kind: "close", reason: "test" }, "officer", T0);
    const lines = await waiting(store, "years");
    expect(lines.map((line) => /to_status=(\w+)/.exec(line)?.[1])).toEqual([
      "open",
      "open",
      "acknowledged",
      "closed",
    ]);
    expect(times(lines)).toEqual([NS(at), NS(at, 1), NS(T0), NS(T0)]);
    expect(lines[2]).toContain("seconds_to_ack=30");
    expect(lines[3]).toContain("seconds_to_close=30");
    expect(stored(path)).toEqual(lines.toSorted());
  });
});

describe("lines of recorded cases", () => {
  const record = (id: string, given: Partial<RecordedCase> = {}): RecordedCase => ({
    id,
    source: "police",
    estateId: "e1",
    unit: "call",
    type: "theft.ebike",
    sourceType: "x",
    occurredAt: T0,
    simulated: false,
    ...given,
  });
  const counts = (path: string): unknown => {
    const past = openStoredLines(path, createPoints());
    try {
      return past.counts(T0, T0 + DAY).map(({ estateId, n }) => [estateId, n]);
    } finally {
      past.close();
    }
  };

  test("an import that changes a case takes the old point back by writing none over it", async () => {
    const path = temporary.path();
    const store = open(path);
    await store.putEstate(estate("e1"));
    await store.putEstate(estate("e2"));
    await store.importCases([record("1"), record("2")]);
    await store.importCases([record("1"), record("2")]);
    expect(times(await waiting(store, "years"))).toEqual([NS(T0), NS(T0, 1)]);
    await store.importCases([record("1", { estateId: "e2" }), record("2", { sourceType: "y" })]);
    const moved = (await waiting(store, "years")).slice(2);
    expect(moved.map((line) => [/estate=(\w+)/.exec(line)?.[1], /n=(\d)i/.exec(line)?.[1]])).toEqual([
      ["e1", "0"],
      ["e2", "1"],
    ]);
    expect(times(moved)).toEqual([NS(T0), NS(T0)]);
    expect(counts(path)).toEqual([
      ["e1", 1],
      ["e2", 1],
    ]);
    // Back where it was, it takes its own place and nobody else's.
    await store.importCases([record("1"), record("3")]);
    expect(counts(path)).toEqual([
      ["e1", 3],
      ["e2", 0],
    ]);
    const back = (await waiting(store, "years")).slice(4);
    expect(back.map((line) => line.split(" ").at(-1))).toEqual([NS(T0), NS(T0), NS(T0, 2)]);
    const latest = new Map((await waiting(store, "years")).map((line) => [line.replace(/ .* /, " "), line]));
    expect([...latest.values()].toSorted()).toEqual(stored(path));
  });
});
