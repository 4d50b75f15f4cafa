import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import type { Incident, IncidentTransition } from "../../src/domain/incident.ts";
import type { JournalEntry } from "../../src/domain/journal.ts";
import { HOUR, MINUTE } from "../../src/domain/time.ts";
import type { ReactTransaction } from "../../src/ports.ts";
import { deadLetter, walk } from "../contracts/store/samples.ts";
import { temporaryStores } from "../store/temporary.ts";
import { flapping, LATE_AFTER_MS, NOON, openStage, said, type Stage } from "./react-stage.ts";

const temporary = temporaryStores();
const stages: Stage[] = [];
afterEach(() => {
  for (const { store } of stages.splice(0)) store.close();
});

async function stage(stepEntries?: number): Promise<Stage> {
  const path = temporary.path();
  const opened = await openStage({ path, ...(stepEntries !== undefined && { stepEntries }) });
  stages.push(opened);
  return opened;
}

/** A stage that has reacted to all of this. */
async function reacted(...entries: readonly JournalEntry[]): Promise<Stage> {
  const it = await stage();
  it.append(...entries);
  await it.settle();
  return it;
}

/** All events, in the order in which they were stored or happened. */
async function eventsOf({ store }: Stage) {
  const list = await walk(
    (after) => store.events({ scope: undefined, limit: 50, ...(after && { after }) }),
    50,
  );
  return list.toReversed();
}

async function incidentsOf({ store }: Stage): Promise<readonly Incident[]> {
  return walk((after) => store.incidents({ scope: undefined, limit: 50, ...(after && { after }) }), 50);
}

/** Everything that must be the same, however the journal was cut into steps. */
async function outcomeOf(of: Stage) {
  const histories: Record<string, readonly IncidentTransition[]> = {};
  const incidents = await incidentsOf(of);
  for (const { id } of incidents) histories[id] = (await of.store.incident(id)).history;
  const counts = await of.store.hourlyCounts({
    estateId: "e1",
    from: NOON - 48 * HOUR,
    to: NOON + 48 * HOUR,
  });
  return {
    events: await eventsOf(of),
    incidents,
    histories,
    counts,
    ruleStates: await of.store.ruleStates(),
    letters: (await of.store.deadLetters({ scope: undefined, limit: 50 })).items,
    cursor: await of.store.cursor(),
  };
}

const kindsOf = async ({ store }: Stage, id: string): Promise<string> =>
  (await store.incident(id)).history.map(({ kind }) => kind).join(" ");

describe("an event", () => {
  test("is reacted to once, though it stands in the journal again in this step and a later one", async () => {
    const raise = said(0, "smoke-1", "fire.smoke", "raise");
    const it = await reacted(raise, { ...raise, receivedAt: raise.receivedAt + 1 });
    it.append({ ...raise, receivedAt: raise.receivedAt + 60_000 });
    await it.settle();
    expect(await eventsOf(it)).toMatchObject([{ id: raise.events[0]?.id, receivedAt: NOON }]);
    expect(await incidentsOf(it)).toMatchObject([{ type: "fire.smoke", eventCount: 1 }]);
    expect(it.react.figures()).toMatchObject({ reactedEvents: 1, duplicates: 2, repeats: 0 });
  });

  test("that repeats a level leaves no row and no count; one that reports an edge is kept as a repeat", async () => {
    const level = { report: "level" } as const;
    const it = await reacted(
      said(0, "leak-1", "facility.water_leak", "clear", level),
      said(10, "leak-1", "facility.water_leak", "clear", level),
      said(20, "leak-1", "facility.water_leak", "raise", level),
      said(30, "leak-1", "facility.water_leak", "raise", level),
      said(40, "leak-1", "facility.water_leak", "raise"),
    );
    const stored = await eventsOf(it);
    expect(stored.map(({ phase, transition }) => `${phase} ${transition}`)).toEqual([
      "clear initial",
      "raise edge",
      "raise repeat",
    ]);
    expect(it.react.figures()).toMatchObject({ reactedEvents: 3, duplicates: 0, repeats: 2 });
    expect(await it.store.verify()).toEqual([]);
    expect((await it.store.device("e1", "leak-1")).lastSeen).toBe(NOON + 40_000);
  });

  test("is an edge, an initial state or a repeat against the last known state, also after a restart", async () => {
    const it = await stage();
    const told: [number, Parameters<typeof said>[4]?][] = [
      [0, { flags: ["retained"] }],
      [10],
      [20, { flags: ["retained"] }],
    ];
    for (const [seconds, more] of told) {
      it.append(said(seconds, "smoke-1", "fire.smoke", "raise", more));
      await it.settle();
      await it.restart();
    }
    it.append(said(30, "smoke-1", "fire.smoke", "clear"), said(40, "smoke-2", "fire.smoke", "raise"));
    await it.settle();
    expect((await eventsOf(it)).map(({ transition }) => transition)).toEqual([
      "initial",
      "repeat",
      "repeat",
      "edge",
      "edge",
    ]);
    expect(await incidentsOf(it)).toMatchObject([{ deviceId: "smoke-2", openedAt: NOON + 40_000 }]);
  });

  test("older than the lateness limit is late, and so is what it opens; one within it is not", async () => {
    const it = await reacted(
      said(0, "smoke-1", "fire.smoke", "raise", { deviceAt: NOON - LATE_AFTER_MS - 1 }),
      said(0, "leak-1", "facility.water_leak", "raise", { deviceAt: NOON - LATE_AFTER_MS }),
    );
    const flags = Object.fromEntries((await eventsOf(it)).map(({ code, flags: list }) => [code, list]));
    expect(flags).toEqual({ "fire.smoke": ["late"], "facility.water_leak": [] });
    const incidents = await incidentsOf(it);
    expect(incidents.find(({ type }) => type === "fire.smoke")).toMatchObject({
      late: true,
      openedAt: NOON - LATE_AFTER_MS - 1,
      detectedAt: NOON,
    });
    expect(incidents.filter(({ late }) => late)).toHaveLength(1);
  });

  test("of a device whose clock is ahead happens on arrival, and the device is known to be off", async () => {
    const ahead = 10 * MINUTE;
    const it = await reacted(said(5, "smoke-1", "fire.smoke", "raise", { deviceAt: NOON + 5_000 + ahead }));
    expect(await eventsOf(it)).toMatchObject([
      { occurredAt: NOON + 5_000, deviceAt: NOON + 5_000 + ahead, skewMs: -ahead, flags: ["skewed"] },
    ]);
    expect(await it.store.device("e1", "smoke-1")).toMatchObject({ skewMs: -ahead });
    expect(await incidentsOf(it)).toMatchObject([{ openedAt: NOON + 5_000, late: false }]);
  });
});

describe("one unclosed incident per key", () => {
  test.each([1, 3, Infinity])(
    "five flaps of a detector are one incident, %s entries a step",
    async (size) => {
      const it = await stage(size);
      it.append(...flapping(5));
      await it.settle();
      const [incident, ...others] = await incidentsOf(it);
      expect(others).toEqual([]);
      expect(incident).toMatchObject({
        status: "open",
        key: "e1|fire.smoke|place:stairs",
        openedAt: NOON,
        endedAt: NOON + 4 * 90_000 + 30_000,
        eventCount: 5,
        episodeCount: 5,
      });
      const turns = "ended resumed ".repeat(4);
      expect(await kindsOf(it, incident?.id ?? "")).toBe(`opened ${turns}ended`);
      expect(await it.store.figures()).toMatchObject({ events: 10, openIncidents: 1 });
      expect(await it.store.verify()).toEqual([]);
    },
  );

  test("a detector that chatters is one incident, though it would close itself at each end", async () => {
    const flaps = Array.from({ length: 20 }, (_, turn) => [
      said(turn * 10, "tag-1", "device.low_battery", "raise"),
      said(turn * 10 + 5, "tag-1", "device.low_battery", "clear"),
    ]).flat();
    const it = await reacted(...flaps);
    const [incident, ...others] = await incidentsOf(it);
    expect(others).toEqual([]);
    expect(incident).toMatchObject({ severity: "P4", status: "open", chattering: true, eventCount: 2 });
    it.clock.at = NOON + HOUR;
    await it.settle();
    expect(await incidentsOf(it)).toMatchObject([
      {
        id: incident?.id,
        status: "closed",
        chattering: true,
        endedAt: NOON + 195_000,
        closedAt: NOON + 795_000,
      },
    ]);
    expect(await kindsOf(it, incident?.id ?? "")).toBe("opened ended closed reopened latched ended closed");
    const query = { scope: undefined, from: NOON, limit: 5 };
    expect(await it.store.badActors(query)).toMatchObject([{ deviceId: "tag-1", incidents: 1 }]);
  });

  test("the one an officer acknowledged goes on with that officer; after the closing comes a new one", async () => {
    const it = await reacted(...flapping(1));
    const [first] = await incidentsOf(it);
    const id = first?.id ?? "";
    await it.store.commandIncident(id, { kind: "acknowledge" }, "li", it.clock.at);
    it.append(...flapping(1, 100));
    await it.settle();
    expect(await incidentsOf(it)).toMatchObject([{ id, status: "acknowledged", episodeCount: 2 }]);

    await it.store.commandIncident(id, { kind: "close", reason: "confirmed" }, "li", it.clock.at);
    it.append(...flapping(2, 200));
    await it.settle();
    const [second, before] = await incidentsOf(it);
    expect(before).toMatchObject({ id, status: "closed", episodeCount: 2 });
    expect(second).toMatchObject({ status: "open", openedAt: NOON + 200_000, episodeCount: 2 });
    expect(await kindsOf(it, id)).toBe("opened ended acknowledged resumed ended closed");
    expect((await it.store.figures()).openIncidents).toBe(1);
  });

  test("an episode that was closed while it went on opens anew with its next evidence", async () => {
    const it = await reacted(said(0, "smoke-1", "fire.smoke", "raise"));
    const [first] = await incidentsOf(it);
    await it.store.commandIncident(first?.id ?? "", { kind: "close", reason: "other" }, "li", it.clock.at);
    it.append(said(60, "smoke-2", "fire.smoke", "raise"));
    await it.settle();
    const [second] = await incidentsOf(it);
    expect(second).toMatchObject({ status: "open", openedAt: NOON + 60_000, deviceId: "smoke-2" });
    expect(await incidentsOf(it)).toHaveLength(2);
  });

  test("an episode without a clear ends by its time-out, and the next one resumes it", async () => {
    const it = await reacted(said(0, "smoke-1", "fire.smoke", "raise"));
    // First it is forgotten that the smoke might have confirmed another alarm of the place.
    it.clock.at = it.react.nextDue() ?? 0;
    await it.react.step();
    const due = it.react.nextDue() ?? 0;
    expect(due).toBeGreaterThan(NOON + HOUR);
    it.clock.at = due - 1;
    expect(await it.react.step()).toBe(false);
    expect((await incidentsOf(it))[0]).not.toHaveProperty("endedAt");
    it.clock.at = due;
    await it.react.step();
    expect(await incidentsOf(it)).toMatchObject([{ status: "open", endedAt: NOON + 2 * HOUR }]);
    it.clock.at = NOON + 3 * HOUR;
    await it.react.step();
    expect(it.react.nextDue()).toBeUndefined();

    it.append(said(3 * 3_600, "smoke-2", "fire.smoke", "raise"));
    await it.settle();
    const [resumed, ...others] = await incidentsOf(it);
    expect(others).toEqual([]);
    expect(resumed).toMatchObject({ deviceId: "smoke-1", episodeCount: 2 });
    expect(resumed).not.toHaveProperty("endedAt");
  });
});

/** Something of every kind of entry, with one incident that resumes and one that goes on. */
const STORY: readonly JournalEntry[] = [
  ...flapping(3),
  deadLetter("letter-1", { receivedAt: NOON + 150_000 }),
  said(160, "leak-1", "facility.water_leak", "raise", { deviceAt: NOON + 100_000 }),
  {
    kind: "presence",
    receivedAt: NOON + 170_000,
    gatewayId: "gw1",
    estateIds: ["e1"],
    status: "offline",
    cause: "silence",
  },
  said(300, "smoke-1", "fire.smoke", "raise"),
];

describe("a step", () => {
  test("that throws leaves nothing half-done, and the next one repeats it", async () => {
    const expected = await outcomeOf(await reacted(...STORY));
    expect(expected.incidents.map(({ type }) => type).toSorted()).toEqual([
      "device.offline",
      "facility.water_leak",
      "fire.smoke",
    ]);
    const methods: (keyof ReactTransaction)[] = [
      "unseen",
      "devices",
      "openIncident",
      "latestClosed",
      "insertEvents",
      "insertDeadLetters",
      "addCounts",
      "seeDevices",
      "saveMemories",
      "savePresence",
      "saveIncidents",
      "saveRuleStates",
      "saveCursor",
    ];
    const it = await stage();
    const before = await outcomeOf(it);
    it.append(...STORY);
    for (const method of methods) {
      for (const moment of ["before", "after"] as const) {
        it.failAt(method, moment);
        await expect(it.react.step()).rejects.toThrow(`planned ${moment} ${method}`);
        expect(await outcomeOf(it)).toEqual(before);
        expect(it.react.figures()).toMatchObject({ reactedEvents: 0, cursor: { segment: 0, offset: 0 } });
      }
    }
    await it.settle();
    expect(await outcomeOf(it)).toEqual(expected);
    expect(await it.store.verify()).toEqual([]);
  });

  test("may end anywhere, fail or be the last before a restart: the outcome is the same", async () => {
    const expected = await outcomeOf(await reacted(...STORY));
    const fate = fc.constantFrom("go on", "go on", "fail", "restart");
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: STORY.length }),
        fc.array(fate, { minLength: 2 * STORY.length, maxLength: 2 * STORY.length }),
        async (size, fates) => {
          const it = await stage(size);
          it.append(...STORY);
          const failures: string[] = [];
          for (const next of fates) {
            if (next === "restart") await it.restart();
            if (next === "fail") it.failAt("saveCursor", "after");
            await it.react.step().catch((error: unknown) => failures.push(String(error)));
          }
          await it.settle();
          expect(failures.filter((failure) => failure !== "Error: planned after saveCursor")).toEqual([]);
          expect(await outcomeOf(it)).toEqual(expected);
        },
      ),
      { numRuns: 15 },
    );
  });

  test("over a journal that was reacted to before doubles nothing and resumes nothing", async () => {
    const it = await reacted(...flapping(3), said(300, "smoke-1", "fire.smoke", "raise"));
    const { cursor: _, ...expected } = await outcomeOf(it);
    it.forgetJournal();
    await it.restart();
    await it.settle();
    expect(it.react.figures()).toMatchObject({ reactedEvents: 0, duplicates: 7 });
    expect(await outcomeOf(it)).toMatchObject(expected);
  });
});
