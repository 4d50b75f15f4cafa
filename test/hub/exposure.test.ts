import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { JournalEntry, PresenceEntry } from "../../src/domain/journal.ts";
import { DAY, MINUTE } from "../../src/domain/time.ts";
import { startAliveMark } from "../../src/hub/alive-mark.ts";
import { temporaryStores } from "../store/temporary.ts";
import { NOON, openStage, said, type Stage } from "./react-stage.ts";

const temporary = temporaryStores();
const stages: Stage[] = [];
afterEach(() => {
  for (const { store } of stages.splice(0)) store.close();
});

async function open(stepEntries = Infinity): Promise<Stage> {
  const stage = await openStage({ path: temporary.path(), stepEntries });
  stages.push(stage);
  // Only the smoke detector is left, so that a share is one device's.
  for (const id of ["smoke-2", "leak-1"]) await stage.store.deleteDevice("e1", id);
  return stage;
}

/** The share of the minutes after noon in which the one device was observed. */
const covered = async ({ store }: Stage, from: number, to: number) =>
  (await store.coverage("e1", [{ from: NOON + from * MINUTE, to: NOON + to * MINUTE }]))[0];

const heard = said(0, "smoke-1", "device.heartbeat", "heartbeat");
const offline = (minute: number, more = {}) => said(minute * 60, "smoke-1", "device.offline", "raise", more);
const online = (minute: number, more = {}) => said(minute * 60, "smoke-1", "device.offline", "clear", more);
const joined = (minute: number, more = {}) => said(minute * 60, "smoke-1", "device.online", "pulse", more);
const presence = (minute: number, status: "online" | "offline"): PresenceEntry => ({
  kind: "presence",
  receivedAt: NOON + minute * MINUTE,
  gatewayId: "gw1",
  estateIds: ["e1"],
  status,
  cause: status === "online" ? "connect" : "disconnect",
});

describe("what react notes as not observed", () => {
  test.each<readonly [string, readonly JournalEntry[], number]>([
    ["nothing, while nothing is told", [heard], 1],
    ["a device until it is back", [heard, offline(10), online(40)], 0.5],
    ["a device until it joins again", [heard, offline(10), joined(40)], 0.5],
    ["a device that stays away", [heard, offline(30)], 0.5],
    [
      "a second absence, though only a joining ended the first",
      [heard, offline(10), joined(20), offline(40)],
      0.5,
    ],
    ["a gateway with its devices", [heard, presence(0, "online"), presence(30, "offline")], 0.5],
    [
      "device and gateway at once, counted once",
      [heard, offline(10), presence(20, "offline"), presence(30, "online"), online(40)],
      0.5,
    ],
    [
      "the time of the event, not that of its arrival",
      [heard, online(50, { deviceAt: NOON + 40 * MINUTE }), offline(55, { deviceAt: NOON + 10 * MINUTE })],
      0.5,
    ],
    ["not what only a point of it does", [heard, offline(10, { point: "channel-2" })], 1],
    [
      "not that it joined before, kept by a broker",
      [heard, offline(30), joined(40, { flags: ["retained"] })],
      0.5,
    ],
    ["an absence that a broker kept", [heard, offline(30, { flags: ["retained"] })], 0.5],
  ])("%s", async (_name, entries, share) => {
    const stage = await open();
    stage.append(...entries);
    await stage.settle();
    expect(await covered(stage, 0, 60)).toBeCloseTo(share, 10);
  });

  test("a device nobody has heard yet was not observed; from its first message on it is", async () => {
    const stage = await open();
    expect(await covered(stage, 0, 60)).toBe(0);
    stage.append(said(30 * 60, "smoke-1", "device.heartbeat", "heartbeat"));
    await stage.settle();
    expect(await covered(stage, 0, 60)).toBe(0.5);
  });

  test("steps of any size, failures, restarts and the journal once more give the same", async () => {
    const entries = [
      heard,
      presence(1, "online"),
      offline(5),
      presence(10, "offline"),
      online(12),
      presence(20, "online"),
      offline(30),
      joined(33),
      offline(40, { deviceAt: NOON + 25 * MINUTE }),
    ];
    const bins = ({ store }: Stage) => store.coverageBins("e1", NOON, NOON + 60 * MINUTE, MINUTE);
    const whole = await open();
    whole.append(...entries);
    await whole.settle();
    const expected = await bins(whole);
    expect(new Set(expected)).toEqual(new Set([0, 1]));

    const broken = await open(1);
    for (const entry of entries) {
      broken.append(entry);
      for (const moment of ["before", "after"] as const) {
        broken.failAt("noteSigns", moment);
        await expect(broken.settle()).rejects.toThrow("planned");
      }
      broken.failAt("saveCursor", "after");
      await expect(broken.settle()).rejects.toThrow("planned");
      await broken.restart();
      await broken.settle();
    }
    expect(await bins(broken)).toEqual(expected);
    broken.forgetJournal();
    await broken.restart();
    await broken.settle();
    expect(await bins(broken)).toEqual(expected);
  });
});

describe("the hub's own life", () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await open();
    stage.append(heard);
    await stage.settle();
  });
  const at = (minute: number): void => {
    stage.clock.at = NOON + minute * MINUTE;
  };

  test("cut off, nothing is observed from the last mark to the next start", async () => {
    at(0);
    const first = await startAliveMark(stage.store, stage.clock);
    expect(first.everyMs).toBe(MINUTE);
    at(1);
    await first.tick();
    // Killed, without a last word.
    at(31);
    await startAliveMark(stage.store, stage.clock);
    expect(await covered(stage, 0, 60)).toBe(0.5);
    // Started once more at once: the gap between is too short to count.
    at(31 + 1 / 60);
    await startAliveMark(stage.store, stage.clock);
    expect(await covered(stage, 0, 60)).toBeCloseTo(0.5, 3);
  });

  test("a machine that slept was off; a tick that is a little late was not", async () => {
    at(0);
    const mark = await startAliveMark(stage.store, stage.clock);
    at(4);
    await mark.tick();
    expect(await covered(stage, 0, 60)).toBe(1);
    at(34);
    await mark.tick();
    expect(await covered(stage, 0, 60)).toBe(0.5);
  });

  test("a mark that could not be written is no absence", async () => {
    at(0);
    let broken = false;
    const mark = await startAliveMark(
      {
        aliveAt: () => stage.store.aliveAt(),
        noteAlive: (...given) => {
          if (broken) throw new Error("disk full");
          return stage.store.noteAlive(...given);
        },
      },
      stage.clock,
    );
    broken = true;
    for (let minute = 1; minute <= 20; minute++) {
      at(minute);
      await expect(mark.tick()).rejects.toThrow("disk full");
    }
    broken = false;
    at(21);
    await mark.tick();
    expect(await covered(stage, 0, 60)).toBe(1);
    expect(await stage.store.aliveAt()).toBe(NOON + 21 * MINUTE);
  });

  test("a clock that was set back makes no absence", async () => {
    at(10);
    await startAliveMark(stage.store, stage.clock);
    at(5);
    await startAliveMark(stage.store, stage.clock);
    expect(await covered(stage, 0, 60)).toBe(1);
    expect(await stage.store.aliveAt()).toBe(NOON + 5 * MINUTE);
  });
});

test("a device that flaps every second is one absence", async () => {
  const stage = await open();
  stage.append(heard);
  const flaps = Array.from({ length: 300 }, (_, turn) => [
    said(60 + turn * 2, "smoke-1", "device.offline", "raise"),
    said(61 + turn * 2, "smoke-1", "device.offline", "clear"),
  ]).flat();
  stage.append(...flaps);
  await stage.settle();
  expect(await covered(stage, 1, 10)).toBe(0);
  expect(await stage.store.deleteOutagesBefore(NOON + DAY)).toBe(1);
});
