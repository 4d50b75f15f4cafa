import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { AcceptedEvent } from "../../src/domain/event.ts";
import type { DeadEntry, JournalEntry } from "../../src/domain/journal.ts";
import { DAY, HOUR, MINUTE } from "../../src/domain/time.ts";
import { createAccept } from "../../src/hub.ts";
import type { Decoder, DeviceSighting, InboundMessage, Learn } from "../../src/ports.ts";
import { message, NOW, realDecoder } from "./messages.ts";

interface Stage {
  readonly accept: ReturnType<typeof createAccept>;
  readonly journal: JournalEntry[];
  readonly seen: DeviceSighting[];
  readonly counted: (readonly [string, string, number])[];
  readonly asked: string[];
  readonly heard: string[];
}

interface Variation {
  readonly decoder?: Decoder;
  readonly learn?: Learn;
}

function stage(
  append: () => Promise<void> = () => Promise.resolve(),
  simulated = false,
  { decoder = realDecoder([{ prefix: "zb", profile: "zigbee2mqtt" }]), learn }: Variation = {},
): Stage {
  const journal: JournalEntry[] = [];
  const seen: DeviceSighting[] = [];
  const counted: (readonly [string, string, number])[] = [];
  const asked: string[] = [];
  const heard: string[] = [];
  const accept = createAccept({
    decoder,
    journal: {
      append(entry) {
        journal.push(entry);
        return append();
      },
    },
    isSimulated: (gatewayId) => simulated && gatewayId === "gw-1",
    seen: (sighting) => seen.push(sighting),
    learn: learn ?? (() => Promise.reject(new Error("nothing was taught"))),
    sendBack: (_message, asks) => asked.push(...asks.map(({ path }) => path)),
    heard: (_message, read) => heard.push(read.decoded.outcome),
    count: (...outcome) => counted.push(outcome),
  });
  return { accept, journal, seen, counted, asked, heard };
}

async function eventsOf(of: InboundMessage, simulated = false): Promise<readonly AcceptedEvent[]> {
  const { accept, journal } = stage(undefined, simulated);
  await accept(of);
  const [entry] = journal;
  if (entry?.kind !== "events") throw new Error("no events were accepted");
  return entry.events;
}

async function idsOf(of: InboundMessage): Promise<readonly string[]> {
  return (await eventsOf(of)).map(({ id }) => id);
}

async function letterOf(of: InboundMessage): Promise<DeadEntry> {
  const { accept, journal } = stage();
  await accept(of);
  const [entry] = journal;
  if (entry?.kind !== "dead") throw new Error("no dead letter was made");
  return entry;
}

const SMOKE = { smoke: true, tamper: false, last_seen: "2026-03-01T15:59:00+08:00" };

describe("what a message brings beside its outcome", () => {
  const teaching: Decoder = {
    decode: () => ({
      profile: "p",
      decoded: {
        outcome: "ignored",
        reason: "discovery",
        learned: [{ key: "k", value: 1 }],
        asks: [{ path: "spBv1.0/g/NCMD/n", payload: new Uint8Array() }],
      },
      deviceId: (name) => name,
    }),
  };

  test("what it teaches is known at once, and durable before it is answered", async () => {
    const disk = Promise.withResolvers<void>();
    const taught: unknown[] = [];
    const learn: Learn = (_message, profile, lessons) => {
      taught.push(profile, lessons);
      return disk.promise;
    };
    const { accept, asked, heard } = stage(undefined, false, { decoder: teaching, learn });
    let answered = false;
    const waiting = async (): Promise<void> => {
      await accept(message("zb/kitchen", SMOKE));
      answered = true;
    };
    const answer = waiting();
    expect(taught).toEqual(["p", [{ key: "k", value: 1 }]]);
    expect([asked, heard]).toEqual([["spBv1.0/g/NCMD/n"], ["ignored"]]);
    for (let turn = 0; turn < 5; turn++) await setImmediate();
    expect(answered).toBe(false);
    disk.resolve();
    await answer;
  });

  test("a message whose lesson cannot be kept is not answered", async () => {
    const learn: Learn = () => Promise.reject(new Error("the disk is full"));
    const { accept } = stage(undefined, false, { decoder: teaching, learn });
    await expect(accept(message("zb/kitchen", SMOKE))).rejects.toThrow("the disk is full");
  });
});

describe("what becomes of a message", () => {
  test("events go to the journal as one entry", async () => {
    const { accept, journal, seen, counted } = stage();
    expect(await accept(message("zb/kitchen", SMOKE))).toEqual({ outcome: "events", events: 2 });
    expect(journal).toMatchObject([
      {
        kind: "events",
        receivedAt: NOW,
        estateId: "e1",
        gatewayId: "gw-1",
        profile: "zigbee2mqtt",
        events: [
          {
            deviceId: "gw-1:zigbee2mqtt:kitchen",
            code: "fire.smoke",
            phase: "raise",
            deviceAt: NOW - MINUTE,
          },
          { deviceId: "gw-1:zigbee2mqtt:kitchen", code: "device.tamper", phase: "clear" },
        ],
      },
    ]);
    expect(counted).toEqual([["events", "zigbee2mqtt", 2]]);
    expect(seen).toEqual([]);
  });

  test("one that carries nothing leaves a sign of life and a counted reason, and no entry", async () => {
    const { accept, journal, seen, counted } = stage(undefined, true);
    const heartbeat = message("devices/door-1/events", { phase: "heartbeat" });
    expect(await accept(heartbeat)).toEqual({ outcome: "ignored", events: 0, reason: "heartbeat" });
    expect(journal).toEqual([]);
    expect(seen).toEqual([
      { estateId: "e1", deviceId: "door-1", gatewayId: "gw-1", profile: "native", at: NOW, simulated: true },
    ]);
    expect(counted).toEqual([["ignored", "heartbeat", 0]]);
  });

  test("one that names no device leaves the counted reason alone", async () => {
    const { accept, seen, counted } = stage();
    await accept(message("zb/bridge/logging", { level: "info", message: "x" }));
    expect(seen).toEqual([]);
    expect(counted).toEqual([["ignored", "bridge_log", 0]]);
  });

  test("one that cannot be read becomes a dead letter, whole", async () => {
    const { accept, journal, counted } = stage();
    const broken = message("zb/kitchen", "{", { transport: "http", contentType: "application/json" });
    expect(await accept(broken)).toEqual({ outcome: "dead", events: 0, reason: "malformed" });
    expect(journal).toEqual([
      {
        kind: "dead",
        id: expect.stringMatching(/^[0-9a-f]{32}$/),
        receivedAt: NOW,
        estateId: "e1",
        gatewayId: "gw-1",
        transport: "http",
        path: "zb/kitchen",
        contentType: "application/json",
        reason: "malformed",
        detail: expect.any(String),
        payload: Buffer.from("{").toString("base64"),
      },
    ]);
    expect(counted).toEqual([["dead", "malformed", 0]]);
  });

  test.each([
    ["events", message("zb/kitchen", SMOKE)],
    ["a dead letter", message("zb/kitchen", "{")],
  ])("%s is answered only when the journal has it on disk", async (_what, of) => {
    const disk = Promise.withResolvers<void>();
    const { accept, journal, counted } = stage(() => disk.promise);
    let answered = false;
    const waiting = async (): Promise<void> => {
      await accept(of);
      answered = true;
    };
    const answer = waiting();
    for (let turn = 0; turn < 5; turn++) await setImmediate();
    expect([journal.length, answered, counted.length]).toEqual([1, false, 0]);
    disk.resolve();
    await answer;
    expect([answered, counted.length]).toEqual([true, 1]);
  });

  test("when the journal gives up, the caller is told and nothing is counted", async () => {
    const { accept, counted } = stage(() => Promise.reject(new Error("closed")));
    await expect(accept(message("zb/kitchen", SMOKE))).rejects.toThrow("closed");
    expect(counted).toEqual([]);
  });
});

describe("the identity of an event", () => {
  const sos = { code: "life.sos", at: "2026-03-01T07:59:00Z" };

  test("with a time of its device, the same bytes are the same event whenever they arrive", async () => {
    const first = await idsOf(message("devices/d1/events", sos));
    expect(await idsOf(message("devices/d1/events", sos, { receivedAt: NOW + HOUR }))).toEqual(first);
    expect(await idsOf(message("devices/d2/events", sos))).not.toEqual(first);
    expect(await idsOf(message("devices/d1/events", { ...sos, at: "2026-03-01T07:59:01Z" }))).not.toEqual(
      first,
    );
  });

  test("with a key of its vendor, the key decides and not the bytes", async () => {
    const keyed = { ...sos, id: "boot-7/42" };
    const first = await idsOf(message("devices/d1/events", keyed));
    const resent = message(
      "devices/d1/events",
      { ...keyed, attributes: { try: 2 } },
      { receivedAt: NOW + DAY },
    );
    expect(await idsOf(resent)).toEqual(first);
    expect(await idsOf(message("devices/d1/events", { ...keyed, id: "boot-7/43" }))).not.toEqual(first);
    expect((await eventsOf(message("devices/d1/events", keyed)))[0]).not.toHaveProperty("eventKey");
  });

  test("two properties of one message are two events, though they tell the same code", async () => {
    const both = { occupancy: true, presence: true, last_seen: SMOKE.last_seen };
    const found = await eventsOf(message("zb/hall", both));
    expect(found.map(({ code, phase }) => `${code} ${phase}`)).toEqual([
      "intrusion.motion raise",
      "intrusion.motion raise",
    ]);
    expect(new Set(found.map(({ id }) => id)).size).toBe(2);
  });

  test("without key and time, two arrivals differ and share what makes a repeat visible", async () => {
    const moment = { code: "life.sos" };
    const [first] = await eventsOf(message("devices/d1/events", moment));
    const [second] = await eventsOf(message("devices/d1/events", moment, { receivedAt: NOW + 1 }));
    expect(first?.id).not.toBe(second?.id);
    expect(first?.repeatKey).toMatch(/^[0-9a-f]{16}$/);
    expect(first?.repeatKey).toBe(second?.repeatKey);
    const [other] = await eventsOf(message("devices/d1/events", { code: "life.sos", value: 1 }));
    expect(other?.repeatKey).not.toBe(first?.repeatKey);
  });

  test("retained and simulated messages say so in each event, and keep the flags they came with", async () => {
    const flagged = { ...sos, flags: ["test"] };
    const of = message("devices/d1/events", flagged, { retained: true });
    expect((await eventsOf(of, true))[0]?.flags).toEqual(["test", "retained", "simulated"]);
    expect((await eventsOf(message("devices/d1/events", sos)))[0]).not.toHaveProperty("flags");
  });
});

describe("the identity of a dead letter", () => {
  test("sent again on the same UTC day it is the same letter, on the next another", async () => {
    const { id } = await letterOf(message("zb/x", "{", { receivedAt: Date.UTC(2026, 2, 1) }));
    const at = async (receivedAt: number) => (await letterOf(message("zb/x", "{", { receivedAt }))).id;
    expect(await at(Date.UTC(2026, 2, 1, 23, 59, 59, 999))).toBe(id);
    expect(await at(Date.UTC(2026, 2, 2))).not.toBe(id);
    expect((await at(Date.UTC(2026, 2, 2))) > id).toBe(true);
  });

  test("whatever decides how it is read makes another letter", async () => {
    const letters = await Promise.all(
      [
        message("zb/x", "{"),
        message("zb/x", "{ "),
        message("zb/y", "{"),
        message("zb/x", "{", { gatewayId: "gw-2" }),
        message("zb/x", "{", { transport: "http" }),
        message("zb/x", "{", { contentType: "text/plain" }),
        message("zb/x", "{", { retained: true }),
      ].map((each) => letterOf(each)),
    );
    expect(new Set(letters.map(({ id }) => id)).size).toBe(letters.length);
    expect(letters.map(({ retained }) => retained)).toEqual([...Array<undefined>(6).fill(undefined), true]);
  });

  test("of a large message 256 KiB are kept, and it says so", async () => {
    const most = 256 * 1024;
    const whole = await letterOf(message("zb/x", Buffer.alloc(most, "{")));
    expect(whole).not.toHaveProperty("truncated");
    const large = Buffer.alloc(most + 1, "{");
    const cut = await letterOf(message("zb/x", large));
    expect(cut.truncated).toBe(true);
    expect(Buffer.from(cut.payload, "base64")).toEqual(large.subarray(0, most));
    // Two that differ only in what is cut off are two.
    large[most] = 0x7d;
    expect((await letterOf(message("zb/x", large))).id).not.toBe(cut.id);
    expect(whole.id).not.toBe(cut.id);
  });
});
