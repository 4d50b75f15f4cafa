import { afterEach, expect, test } from "vitest";
import type { PresenceEntry } from "../../src/domain/journal.ts";
import { SECOND } from "../../src/domain/time.ts";
import { temporaryStores } from "../store/temporary.ts";
import { NOON, openStage, type Stage } from "./react-stage.ts";

const temporary = temporaryStores();
let stage: Stage;
afterEach(() => stage.store.close());

function told(seconds: number, status: "online" | "offline", simulated = false): PresenceEntry {
  return {
    kind: "presence",
    receivedAt: NOON + seconds * SECOND,
    gatewayId: "gw1",
    estateIds: ["e1"],
    status,
    cause: status === "online" ? "connect" : "disconnect",
    ...(simulated && { simulated: true }),
  };
}

async function incidents() {
  return (await stage.store.incidents({ scope: undefined, limit: 50 })).items;
}

test("a gateway that stays away is a P2 incident after a minute, and ends when it is back", async () => {
  stage = await openStage({ path: temporary.path() });
  stage.append(told(0, "online"), told(10, "offline"));
  await stage.settle();
  stage.clock.at = NOON + 60 * SECOND;
  await stage.settle();
  expect(await incidents()).toEqual([]);
  stage.clock.at = NOON + 80 * SECOND;
  await stage.settle();
  expect(await incidents()).toMatchObject([
    { type: "device.offline", severity: "P2", deviceId: "gateway:gw1", rule: { id: "gateway-offline" } },
  ]);
  stage.append(told(100, "online"));
  await stage.settle();
  expect(await incidents()).toMatchObject([{ endedAt: NOON + 100 * SECOND }]);
});

test("a short break is no incident, and the gateway is no device anybody has to enrol", async () => {
  stage = await openStage({ path: temporary.path() });
  stage.append(told(0, "online"), told(10, "offline"), told(40, "online"));
  await stage.settle();
  stage.clock.at = NOON + 300 * SECOND;
  await stage.settle();
  expect(await incidents()).toEqual([]);
  const { items } = await stage.store.devices({ scope: undefined, limit: 50, status: "pending" });
  expect(items).toEqual([]);
});

test("a simulated gateway's absence is labelled as simulated", async () => {
  stage = await openStage({ path: temporary.path() });
  stage.append(told(0, "online", true), told(10, "offline", true), told(100, "online", true));
  await stage.settle();
  expect(await incidents()).toMatchObject([{ simulated: true }]);
  const { items } = await stage.store.events({ scope: undefined, limit: 50 });
  expect(items.every(({ flags }) => flags.includes("simulated"))).toBe(true);
});
