import { afterEach, expect, test } from "vitest";
import { HOUR } from "../../src/domain/time.ts";
import { device, place } from "../contracts/store/samples.ts";
import { temporaryStores } from "../store/temporary.ts";
import { NOON, openStage, said, type Stage } from "./react-stage.ts";

const temporary = temporaryStores();
const stages: Stage[] = [];
afterEach(() => {
  for (const { store } of stages.splice(0)) store.close();
});

/** A stage with flats on the care list. */
async function stage(...flats: readonly string[]): Promise<Stage> {
  const it = await openStage({ path: temporary.path() });
  stages.push(it);
  for (const flat of flats) {
    await it.store.putPlace(place("e1", flat));
    await it.store.putDevice(device("e1", `hall-${flat}`, { placeId: flat }));
  }
  it.react.refresh();
  return it;
}

const moves = (hour: number, flat: string) => said(hour * 3_600, `hall-${flat}`, "intrusion.motion", "raise");

/** The hub is on until then: it takes a step whenever a timer wants one. */
async function onUntil(it: Stage, hour: number): Promise<void> {
  const end = NOON + hour * HOUR;
  await it.settle();
  for (let due = it.react.nextDue(); due !== undefined && due <= end; due = it.react.nextDue()) {
    it.clock.at = Math.max(it.clock.at, due);
    await it.settle();
  }
  it.clock.at = end;
  await it.settle();
}

/** `<place> <hours after noon at which it was detected>` of every incident. */
async function incidents({ store }: Stage): Promise<string[]> {
  const { items } = await store.incidents({ scope: undefined, limit: 50 });
  return items.map(({ placeId, openedAt }) => `${placeId} ${(openedAt - NOON) / HOUR}`).toSorted();
}

/** Off from one hour to another. */
async function offUntil(it: Stage, hour: number): Promise<void> {
  it.clock.at = NOON + hour * HOUR;
  await it.restart();
}

test("a hub that is on finds silence after a day", async () => {
  const it = await stage("care-1");
  it.append(moves(0, "care-1"));
  await onUntil(it, 23.99);
  expect(await incidents(it)).toEqual([]);
  await onUntil(it, 24.01);
  expect(await incidents(it)).toHaveLength(1);
});

test("a hub that was off for days raises no alarm of what it could not hear, and goes on listening", async () => {
  const it = await stage("care-1", "care-2");
  it.append(moves(0, "care-1"), moves(1, "care-2"));
  await onUntil(it, 10);
  await offUntil(it, 90);
  await onUntil(it, 103.9);
  expect(await incidents(it)).toEqual([]);
  it.append(moves(103.95, "care-2"));
  await onUntil(it, 105.1);
  expect(await incidents(it)).toHaveLength(1);
});

test("what arrives first after the start does not make it fire, and a failed step forgets nothing", async () => {
  const it = await stage("care-1", "care-2");
  it.append(moves(0, "care-1"));
  await onUntil(it, 10);
  await offUntil(it, 90);
  it.append(moves(90, "care-2"));
  it.failAt("saveRuleStates", "after");
  await expect(it.settle()).rejects.toThrow(/saveRuleStates/);
  await onUntil(it, 103.9);
  expect(await incidents(it)).toEqual([]);
  await onUntil(it, 105.1);
  expect(await incidents(it)).toHaveLength(1);
});

test("what was in the journal before it stopped is read as of then", async () => {
  const it = await stage("care-1");
  it.append(moves(0, "care-1"));
  await onUntil(it, 10);
  // Journaled, not reacted to.
  it.append(moves(11, "care-1"));
  await offUntil(it, 90);
  await onUntil(it, 90 + 24 - 1 / 60);
  expect(await incidents(it)).toEqual([]);
  await onUntil(it, 90 + 24 + 1 / 60);
  expect(await incidents(it)).toHaveLength(1);
});
