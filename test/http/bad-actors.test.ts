import { afterEach, beforeEach, expect, test } from "vitest";
import { DAY } from "../../src/domain/time.ts";
import { incident } from "./furniture.ts";
import { bearer, setStage, type Stage } from "./stage.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await setStage();
  stage.store.shelves.incidents.clear();
});
afterEach(() => stage.app.close());

function chatters(id: string, estateId: string, openedAt: number, chattering = true): void {
  const one = incident(id, estateId, { openedAt, chattering, deviceId: `door-${id}` });
  stage.store.shelves.incidents.set(id, { incident: one, history: [] });
}

async function ask(scope: readonly string[], query = "") {
  const headers = bearer(await stage.token("viewer", scope, "reader"));
  return stage.app.inject({ url: `/v1/devices/bad-actors${query}`, headers });
}

test("tells the devices that chattered in thirty days, and when", async () => {
  const { now } = stage.seen;
  chatters("1", "a", now - 30 * DAY);
  chatters("2", "a", now - 30 * DAY - 1);
  chatters("3", "a", now, false);
  const lastAt = new Date(now - 30 * DAY).toISOString();
  expect((await ask(["a"])).json()).toEqual({
    items: [{ estateId: "a", deviceId: "door-1", incidents: 1, lastAt }],
  });
});

test("tells nothing of estates beyond the caller's, and refuses what it does not know", async () => {
  const { now } = stage.seen;
  chatters("1", "a", now);
  chatters("2", "b", now);
  const devicesOf = async (scope: readonly string[], query = "") =>
    (await ask(scope, query)).json<{ items: { deviceId: string }[] }>().items.map(({ deviceId }) => deviceId);
  expect(await devicesOf(["a"])).toEqual(["door-1"]);
  expect(await devicesOf(["a"], "?estateId=b")).toEqual([]);
  expect((await devicesOf([])).toSorted()).toEqual(["door-1", "door-2"]);
  expect((await ask(["a"], "?days=9")).statusCode).toBe(400);
});
