import { setImmediate } from "node:timers/promises";
import { beforeEach, describe, expect, test } from "vitest";
import type { EventsEntry, JournalEntry } from "../../src/domain/journal.ts";
import { unknownDevice } from "../../src/domain/device-memory.ts";
import type { TopicBinding } from "../../src/domain/estate.ts";
import type { SecurityEvent } from "../../src/domain/event.ts";
import { HOUR, MINUTE } from "../../src/domain/time.ts";
import { deadLetter } from "../../src/hub/identify.ts";
import { expand, observe } from "../../src/hub/observe.ts";
import { createReplay } from "../../src/hub/replay.ts";
import type { InboundMessage } from "../../src/ports.ts";
import type { EmbeddedStore } from "../../src/store/store.ts";
import { temporaryStores } from "../store/temporary.ts";
import { message, NOW, realDecoder } from "./messages.ts";

const BOUND: TopicBinding = { prefix: "zb", profile: "zigbee2mqtt" };
const LATE_AFTER = 10 * MINUTE;

const temporary = temporaryStores();
let store: EmbeddedStore;
let journal: JournalEntry[];
let bindings: TopicBinding[];
let now: number;
let disk: Promise<void>;

beforeEach(() => {
  store = temporary.open();
  journal = [];
  bindings = [];
  now = NOW + HOUR;
  disk = Promise.resolve();
});

/** Decodes a message as it came, stores its dead letter, and returns the letter's id. */
async function bury(of: InboundMessage): Promise<string> {
  const { decoded } = realDecoder(bindings).decode(of);
  if (decoded.outcome !== "undecodable") throw new Error(`it was ${decoded.outcome}`);
  const letter = deadLetter(of, decoded.reason, decoded.detail);
  await store.react((tx) => tx.insertDeadLetters([letter]));
  return letter.id;
}

function replay(id: string, simulated = false) {
  return createReplay({
    decoder: realDecoder(bindings),
    journal: {
      append(entry) {
        journal.push(entry);
        return disk;
      },
    },
    store,
    isSimulated: () => simulated,
    learn: () => Promise.reject(new Error("nothing was taught")),
    recall: () => undefined,
    clock: { now: () => now },
  })(id);
}

function entries(): readonly EventsEntry[] {
  return journal.filter((entry) => entry.kind === "events");
}

/** The replayed events as react makes them of the journal, each about a device nothing is known of. */
function observed(): readonly SecurityEvent[] {
  return expand(journal).map(({ entry, event }) => observe(unknownDevice(), entry, event, LATE_AFTER));
}

const OPEN = { contact: false };

describe("a replayed dead letter", () => {
  test("that still cannot be read waits on, and nothing is accepted", async () => {
    const id = await bury(message("zb/door", OPEN));
    expect(await replay(id)).toEqual({ outcome: "dead", events: 0, reason: "no_profile" });
    expect(journal).toEqual([]);
    expect(await store.deadLetter(id)).not.toHaveProperty("replayedAt");
    expect((await store.figures()).pendingDeadLetters).toBe(1);
  });

  test("makes events once its prefix is bound, of the time it arrived", async () => {
    const id = await bury(message("zb/door", OPEN));
    bindings.push(BOUND);
    expect(await replay(id)).toEqual({ outcome: "events", events: 1 });
    expect(journal).toMatchObject([
      { kind: "events", receivedAt: now, estateId: "e1", gatewayId: "gw-1", profile: "zigbee2mqtt" },
    ]);
    expect(entries()[0]?.events).toMatchObject([
      { deviceId: "gw-1:zigbee2mqtt:door", code: "access.door_opened", deviceAt: NOW, flags: ["replayed"] },
    ]);
    expect(await store.deadLetter(id)).toMatchObject({ replayedAt: now, replayOutcome: "events: 1" });
    expect((await store.figures()).pendingDeadLetters).toBe(0);
  });

  test("keeps the time of its device and the vendor's type of content", async () => {
    const told = { smoke: true, last_seen: "2026-03-01T07:58:00Z" };
    const id = await bury(message("zb/smoke", told, { transport: "mqtt", contentType: "application/json" }));
    bindings.push(BOUND);
    await replay(id, true);
    expect(entries()[0]?.events[0]).toMatchObject({
      deviceAt: NOW - 2 * MINUTE,
      flags: ["replayed", "simulated"],
    });
  });

  test("older than the lateness limit is late, a fresh one is not", async () => {
    const id = await bury(message("zb/door", OPEN));
    bindings.push(BOUND);
    now = NOW + LATE_AFTER;
    await replay(id);
    now = NOW + LATE_AFTER + 1;
    await replay(id);
    const [fresh, late] = observed();
    expect([fresh?.occurredAt, late?.occurredAt]).toEqual([NOW, NOW]);
    expect(fresh?.flags).toEqual(["replayed"]);
    expect(late?.flags).toEqual(["replayed", "late"]);
  });

  test("that was retained stays so, and raises nothing out of an unknown state", async () => {
    const alarm = { smoke: true };
    const retained = await bury(message("zb/smoke", alarm, { retained: true }));
    const live = await bury(message("zb/smoke", alarm));
    bindings.push(BOUND);
    now = NOW + MINUTE;
    await replay(retained);
    await replay(live);
    const [state, change] = observed();
    expect([state?.flags, state?.transition]).toEqual([["replayed", "retained"], "initial"]);
    expect([change?.flags, change?.transition]).toEqual([["replayed"], "edge"]);
  });

  test("that carries nothing is marked as ignored", async () => {
    const id = await bury(message("zb/bridge/logging", { level: "info", message: "x" }));
    bindings.push(BOUND);
    expect(await replay(id)).toEqual({ outcome: "ignored", events: 0, reason: "bridge_log" });
    expect(journal).toEqual([]);
    expect((await store.deadLetter(id)).replayOutcome).toBe("ignored: bridge_log");
  });

  test("twice makes the same events, and the same as if it had been read at once", async () => {
    const told = { smoke: true, tamper: true, last_seen: "2026-03-01T07:58:00Z" };
    const id = await bury(message("zb/smoke", told));
    bindings.push(BOUND);
    await replay(id);
    now += HOUR;
    await replay(id);
    const ids = entries().map(({ events }) => events.map((event) => event.id));
    expect(ids[0]).toHaveLength(2);
    expect(ids[1]).toEqual(ids[0]);
  });

  test("of which only the beginning was kept is refused, and waits no longer", async () => {
    const list = JSON.stringify([{ phase: "heartbeat", pad: "x".repeat(300_000) }]);
    const id = await bury(message("zb/door", list, { transport: "http" }));
    bindings.push(BOUND);
    await expect(replay(id)).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("only the beginning") as string,
    });
    expect(journal).toEqual([]);
    expect(await store.deadLetter(id)).toMatchObject({
      truncated: true,
      replayedAt: now,
      replayOutcome: "refused: truncated",
    });
  });

  test("is marked only when its events are on disk", async () => {
    const id = await bury(message("zb/door", OPEN));
    bindings.push(BOUND);
    const held = Promise.withResolvers<void>();
    disk = held.promise;
    const running = replay(id);
    while (journal.length === 0) await setImmediate();
    expect(await store.deadLetter(id)).not.toHaveProperty("replayedAt");
    held.resolve();
    await running;
    expect((await store.deadLetter(id)).replayOutcome).toBe("events: 1");
  });

  test("that is not there is refused", async () => {
    await expect(replay("none")).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(journal).toEqual([]);
  });
});

test("a replay teaches what is not known yet, and takes nothing back that was said since", async () => {
  const id = await bury(message("zigbee2mqtt/door", "{"));
  const taught: string[] = [];
  const learned = [
    { key: "birth", value: "of yesterday" },
    { key: "missing", value: "a name" },
  ];
  const answer = await createReplay({
    decoder: {
      decode: () => ({
        profile: "p",
        decoded: { outcome: "ignored", reason: "discovery", learned },
        deviceId: (name) => name,
      }),
    },
    journal: { append: () => Promise.reject(new Error("nothing is journalled")) },
    store,
    isSimulated: () => false,
    learn: (_message, _profile, lessons) =>
      Promise.resolve(void taught.push(...lessons.map(({ key }) => key))),
    recall: (_estate, _gateway, _profile, key) => (key === "birth" ? "of today" : undefined),
    clock: { now: () => now },
  })(id);
  expect(answer).toMatchObject({ outcome: "ignored", reason: "discovery" });
  expect(taught).toEqual(["missing"]);
});
