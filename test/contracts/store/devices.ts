import { describe, expect, test } from "vitest";
import type { DeviceSighting } from "../../../src/ports.ts";
import {
  deadLetter,
  device,
  estate,
  event,
  gateway,
  place,
  refusal,
  storeEvents,
  T0,
  testClock,
  type TestedStore,
  walk,
} from "./samples.ts";

function sighting(estateId: string, deviceId: string, given: Partial<DeviceSighting> = {}): DeviceSighting {
  return {
    estateId,
    deviceId,
    gatewayId: "gw1",
    profile: "zigbee2mqtt",
    at: T0,
    simulated: false,
    ...given,
  };
}

const lesson = { estateId: "e1", gatewayId: "gw1", profile: "sparkplug", key: "g/n", value: { 1: "Door" } };

export function deviceTests(the: () => TestedStore): void {
  describe("lessons", () => {
    test("a lesson is kept, replaced and taken back, each bridge its own", async () => {
      const other = { ...lesson, gatewayId: "gw2", value: ["x"] };
      await the().putLessons([lesson, other]);
      await the().putLessons([{ ...lesson, value: { 2: "Lift" } }]);
      expect(await the().lessons()).toEqual([{ ...lesson, value: { 2: "Lift" } }, other]);
      await the().putLessons([{ ...lesson, value: null }]);
      expect(await the().lessons()).toEqual([other]);
    });

    test("go with their gateway", async () => {
      await the().putEstate(estate("e1"));
      await the().putGateway(gateway("gw1", ["e1"]));
      await the().putLessons([lesson]);
      await the().revokeGateway("gw1", T0);
      await the().deleteGateway("gw1");
      expect(await the().lessons()).toEqual([]);
    });
  });

  describe("confirmation", () => {
    test("is noted, stays when the device is changed, and needs a device", async () => {
      await the().putEstate(estate("e1"));
      await the().putDevice(device("e1", "d1"));
      await the().confirmDevice("e1", "d1", T0 + 7);
      await the().putDevice({ ...device("e1", "d1"), name: "renamed" });
      expect(await the().device("e1", "d1")).toMatchObject({ name: "renamed", confirmedAt: T0 + 7 });
      await expect(the().confirmDevice("e1", "d9", T0)).rejects.toMatchObject(refusal("NOT_FOUND"));
    });
  });

  describe("gateways", () => {
    test("a gateway keeps its secret, presence and day of making when it is changed", async () => {
      await the().putEstate(estate("e1"));
      await the().putEstate(estate("e2"));
      await the().putGateway(gateway("gw1", ["e2", "e1"]));
      await the().setGatewaySecret("gw1", "hash-1");
      await the().react((tx) => tx.savePresence("gw1", "online", T0 + 5));
      const bindings = [{ prefix: "zigbee", profile: "zigbee2mqtt" }];
      await the().putGateway({ ...gateway("gw1", ["e1"], "renamed"), bindings, simulated: true });
      const expected = {
        id: "gw1",
        name: "renamed",
        estateIds: ["e1"],
        bindings,
        simulated: true,
        presence: "online",
        presenceSince: T0 + 5,
        lastSeen: T0 + 5,
        createdAt: testClock.now(),
      };
      expect(await the().gateway("gw1")).toEqual(expected);
      expect(await the().gatewayCredentials()).toEqual([{ gateway: expected, secretHash: "hash-1" }]);
    });

    test("the estates come back in the order given", async () => {
      for (const id of ["a", "b", "c"]) await the().putEstate(estate(id));
      await the().putGateway(gateway("gw1", ["c", "a", "b"]));
      expect((await the().gateway("gw1")).estateIds).toEqual(["c", "a", "b"]);
    });

    test("an unknown estate is refused by field, and nothing of the gateway is stored", async () => {
      await the().putEstate(estate("e1"));
      await expect(the().putGateway(gateway("gw1", ["e1", "e9"]))).rejects.toMatchObject(
        refusal("CONFLICT", "estateIds[1]"),
      );
      await expect(the().gateway("gw1")).rejects.toMatchObject(refusal("NOT_FOUND"));
    });

    test("a new secret clears a revocation", async () => {
      await the().putGateway(gateway("gw1", []));
      expect((await the().gatewayCredentials())[0]?.secretHash).toBeUndefined();
      await the().revokeGateway("gw1", T0 + 1);
      expect((await the().gateway("gw1")).revokedAt).toBe(T0 + 1);
      await the().setGatewaySecret("gw1", "hash-2");
      expect(await the().gateway("gw1")).not.toHaveProperty("revokedAt");
      await expect(the().revokeGateway("gw9", T0)).rejects.toMatchObject(refusal("NOT_FOUND"));
      await expect(the().setGatewaySecret("gw9", "x")).rejects.toMatchObject(refusal("NOT_FOUND"));
    });

    test("a gateway is deleted once it is revoked; what came by it stays", async () => {
      await the().putEstate(estate("e1"));
      await the().putGateway(gateway("gw1", ["e1"]));
      await the().putGateway(gateway("gw2", ["e1"]));
      await the().setGatewaySecret("gw1", "hash-1");
      await the().putDevice(device("e1", "d1", { gatewayId: "gw1" }));
      await storeEvents(the(), [event({ id: "kept" })]);
      await the().react((tx) => tx.insertDeadLetters([deadLetter("kept")]));
      await expect(the().deleteGateway("gw1")).rejects.toMatchObject(refusal("CONFLICT"));
      expect((await the().gateway("gw1")).estateIds).toEqual(["e1"]);
      await the().revokeGateway("gw1", T0);
      await the().deleteGateway("gw1");
      await expect(the().gateway("gw1")).rejects.toMatchObject(refusal("NOT_FOUND"));
      await expect(the().deleteGateway("gw1")).rejects.toMatchObject(refusal("NOT_FOUND"));
      expect((await the().gatewayCredentials()).map((each) => each.gateway.id)).toEqual(["gw2"]);
      const { items } = await the().gateways({ scope: ["e1"], limit: 10 });
      expect(items.map(({ id }) => id)).toEqual(["gw2"]);
      expect(await the().event("kept")).toMatchObject({ gatewayId: "gw1" });
      expect(await the().deadLetter("kept")).toMatchObject({ gatewayId: "gw1" });
      const kept = device("e1", "d1", { gatewayId: "gw1", name: "renamed" });
      await the().putDevice(kept);
      expect(await the().device("e1", "d1")).toMatchObject({ gatewayId: "gw1", name: "renamed" });
      // Made anew, it has no secret and no revocation of the old one.
      await the().putGateway(gateway("gw1", ["e1"]));
      const made = (await the().gatewayCredentials())[0];
      expect([made?.secretHash, made?.gateway.revokedAt]).toEqual([undefined, undefined]);
    });

    test("presence keeps when it began; last seen never runs backwards", async () => {
      await the().putGateway(gateway("gw1", []));
      await the().react(async (tx) => {
        await tx.savePresence("gw1", "online", T0 + 10);
        await tx.savePresence("gw1", "online", T0 + 20);
        await tx.savePresence("gw9", "online", T0);
      });
      expect(await the().gateway("gw1")).toMatchObject({ presenceSince: T0 + 10, lastSeen: T0 + 20 });
      await the().react((tx) => tx.savePresence("gw1", "offline", T0 + 15));
      expect(await the().gateway("gw1")).toMatchObject({
        presence: "offline",
        presenceSince: T0 + 15,
        lastSeen: T0 + 20,
      });
    });

    test("are listed within the scope, page by page", async () => {
      for (const id of ["e1", "e2"]) await the().putEstate(estate(id));
      await the().putGateway(gateway("g1", ["e1"]));
      await the().putGateway(gateway("g2", ["e2"]));
      await the().putGateway(gateway("g3", ["e1", "e2"]));
      const ids = async (scope: readonly string[] | undefined): Promise<string[]> =>
        (
          await walk((after) => the().gateways({ scope, limit: 1, ...(after !== undefined && { after }) }), 1)
        ).map(({ id }) => id);
      expect(await ids(undefined)).toEqual(["g1", "g2", "g3"]);
      expect(await ids(["e1"])).toEqual(["g1", "g3"]);
      expect(await ids([])).toEqual([]);
    });
  });

  describe("devices", () => {
    test("a device comes back as it was put, with when it was seen", async () => {
      await the().putEstate(estate("e1"));
      await the().putPlace(place("e1", "b1"));
      await the().putGateway(gateway("gw1", ["e1"]));
      const put = device("e1", "d1", {
        gatewayId: "gw1",
        placeId: "b1",
        config: { contact: "normally-closed" },
      });
      await the().putDevice(put);
      await the().touchDevices([sighting("e1", "d1", { at: T0 + 9, skewMs: 1_500 })]);
      await the().touchDevices([sighting("e1", "d1", { at: T0 + 4 })]);
      expect(await the().device("e1", "d1")).toEqual({
        ...put,
        firstSeen: T0 + 4,
        lastSeen: T0 + 9,
        skewMs: 1_500,
      });
      await the().putDevice({ ...put, name: "renamed" });
      expect(await the().device("e1", "d1")).toMatchObject({ name: "renamed", lastSeen: T0 + 9 });
      expect(await the().configuredDevices()).toEqual([
        { estateId: "e1", id: "d1", config: { contact: "normally-closed" } },
      ]);
    });

    test("an unheard-of device becomes pending, in an unknown estate too, and its gateway is seen", async () => {
      await the().putGateway(gateway("gw1", []));
      await the().touchDevices([sighting("nowhere", "d1", { simulated: true })]);
      expect(await the().device("nowhere", "d1")).toEqual({
        estateId: "nowhere",
        id: "d1",
        gatewayId: "gw1",
        profile: "zigbee2mqtt",
        name: "d1",
        kind: "other",
        status: "pending",
        config: {},
        simulated: true,
        firstSeen: T0,
        lastSeen: T0,
      });
      expect((await the().gateway("gw1")).lastSeen).toBe(T0);
      expect((await the().figures()).pendingDevices).toBe(1);
    });

    test("a pending device is enrolled with the gateway it came from, registered or not", async () => {
      await the().putEstate(estate("e1"));
      await the().touchDevices([sighting("e1", "d1", { gatewayId: "gw9" })]);
      const { firstSeen: _first, lastSeen: _last, ...heard } = await the().device("e1", "d1");
      await the().putDevice({ ...heard, status: "enrolled", kind: "gate" });
      await the().touchDevices([sighting("e1", "d1", { gatewayId: "other", profile: "other", at: T0 + 1 })]);
      expect(await the().device("e1", "d1")).toMatchObject({
        status: "enrolled",
        kind: "gate",
        gatewayId: "gw9",
        profile: "zigbee2mqtt",
        lastSeen: T0 + 1,
      });
    });

    test("what a device refers to must be there", async () => {
      await expect(the().putDevice(device("e1", "d1"))).rejects.toMatchObject(
        refusal("NOT_FOUND", "estateId"),
      );
      await the().putEstate(estate("e1"));
      await the().putEstate(estate("e2"));
      await the().putPlace(place("e2", "b1"));
      await expect(
        the().putDevice(device("e1", "d1", { gatewayId: "gw1", placeId: "b1" })),
      ).rejects.toMatchObject({ code: "CONFLICT", faults: [{ field: "gatewayId" }, { field: "placeId" }] });
      await expect(the().device("e1", "d1")).rejects.toMatchObject(refusal("NOT_FOUND"));
    });

    test("are listed by estate and id, by scope and status", async () => {
      await the().putEstate(estate("e1"));
      await the().putEstate(estate("e2"));
      await the().putDevice(device("e1", "a"));
      await the().putDevice(device("e2", "a"));
      await the().touchDevices([sighting("e1", "b"), sighting("e2", "b"), sighting("e3", "a")]);
      const list = async (query: object): Promise<string[]> => {
        const all = await walk(
          (after) =>
            the().devices({ scope: undefined, limit: 2, ...query, ...(after !== undefined && { after }) }),
          2,
        );
        return all.map(({ estateId, id }) => `${estateId}/${id}`);
      };
      expect(await list({})).toEqual(["e1/a", "e1/b", "e2/a", "e2/b", "e3/a"]);
      expect(await list({ status: "pending" })).toEqual(["e1/b", "e2/b", "e3/a"]);
      expect(await list({ scope: ["e1", "e3"] })).toEqual(["e1/a", "e1/b", "e3/a"]);
      expect(await list({ scope: ["e1"], estateId: "e2" })).toEqual([]);
      expect(await list({ estateId: "e2", status: "enrolled" })).toEqual(["e2/a"]);
    });

    test("a deleted device is forgotten with its memory", async () => {
      await the().putEstate(estate("e1"));
      await the().putDevice(device("e1", "d1"));
      await the().react((tx) => tx.saveMemories([{ estateId: "e1", deviceId: "d1", json: "{}" }]));
      await the().deleteDevice("e1", "d1");
      const found = await the().react((tx) => tx.devices([{ estateId: "e1", deviceId: "d1" }]));
      expect(found.get("e1/d1")?.memory).toBeUndefined();
      await expect(the().deleteDevice("e1", "d1")).rejects.toMatchObject(refusal("NOT_FOUND"));
    });
  });
}
