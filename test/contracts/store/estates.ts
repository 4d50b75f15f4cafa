import { describe, expect, test } from "vitest";
import {
  deadLetter,
  device,
  estate,
  event,
  change,
  gateway,
  incident,
  place,
  recordedCase,
  refusal,
  storeEvents,
  T0,
  type TestedStore,
  walk,
} from "./samples.ts";

export function estateTests(the: () => TestedStore): void {
  describe("estates", () => {
    test("an estate comes back as it was put, and is replaced whole", async () => {
      const full = estate("e1", {
        zone: "Europe/Berlin",
        buildings: 12,
        policeGrid: "P-7",
        communityGrid: "C-3",
        installedOn: "2026-01-15",
        commissionedOn: "2026-02-01",
        simulated: true,
      });
      await the().putEstate(full);
      expect(await the().estate("e1")).toEqual(full);
      await the().putEstate(estate("e1"));
      expect(await the().estate("e1")).toEqual(estate("e1"));
    });

    test("are listed by id, page by page, within the scope", async () => {
      const ids = ["a", "b", "c", "d", "e"];
      for (const id of ids.toReversed()) await the().putEstate(estate(id));
      const page = (scope: readonly string[] | undefined) => (after: string | undefined) =>
        the().estates({ scope, limit: 2, ...(after !== undefined && { after }) });
      expect((await walk(page(undefined), 2)).map(({ id }) => id)).toEqual(ids);
      expect((await walk(page(["b", "d", "e", "unknown"]), 2)).map(({ id }) => id)).toEqual(["b", "d", "e"]);
      expect(await walk(page([]), 2)).toEqual([]);
    });

    test("a cursor of another listing is refused", async () => {
      await expect(the().estates({ scope: undefined, limit: 2, after: "nonsense" })).rejects.toMatchObject(
        refusal("VALIDATION", "after"),
      );
    });

    test("an unknown zone is refused, an unknown estate is not found", async () => {
      await expect(the().putEstate(estate("e1", { zone: "Mars/Olympus" }))).rejects.toMatchObject(
        refusal("VALIDATION", "zone"),
      );
      await expect(the().estate("e1")).rejects.toMatchObject(refusal("NOT_FOUND"));
      await expect(the().deleteEstate("e1")).rejects.toMatchObject(refusal("NOT_FOUND"));
    });

    test("an estate nobody refers to is deleted with its places", async () => {
      await the().putEstate(estate("e1"));
      await the().putPlace(place("e1", "b1"));
      await the().putPlace(place("e1", "u1", { parentId: "b1", kind: "unit" }));
      await the().deleteEstate("e1");
      await expect(the().estate("e1")).rejects.toMatchObject(refusal("NOT_FOUND"));
      await expect(the().places("e1")).rejects.toMatchObject(refusal("NOT_FOUND"));
    });

    const references: [string, (store: TestedStore) => Promise<unknown>][] = [
      ["events", (store) => store.react((tx) => tx.insertEvents([event()]))],
      ["incidents", (store) => store.react((tx) => tx.saveIncidents([change(incident("i1"), "opened")]))],
      ["cases", (store) => store.importCases([recordedCase("c1")])],
      ["dead letters", (store) => store.react((tx) => tx.insertDeadLetters([deadLetter("x")]))],
      ["devices", (store) => store.putDevice(device("e1", "d1"))],
      ["gateways", (store) => store.putGateway(gateway("gw1", ["e1"]))],
    ];
    test.each(references)("an estate with %s is not deleted", async (field, refer) => {
      await the().putEstate(estate("e1"));
      await refer(the());
      await expect(the().deleteEstate("e1")).rejects.toMatchObject(refusal("CONFLICT", field));
      expect((await the().estate("e1")).id).toBe("e1");
    });

    test("history of deleted events still refers to the estate", async () => {
      await the().putEstate(estate("e1"));
      await storeEvents(the(), [event()]);
      expect(await the().deleteEventsBefore(T0 + 1)).toBe(1);
      await expect(the().deleteEstate("e1")).rejects.toMatchObject(refusal("CONFLICT", "events"));
    });
  });

  describe("places", () => {
    test("stand below each other within an estate", async () => {
      await the().putEstate(estate("e1"));
      await the().putPlace(place("e1", "b1"));
      await the().putPlace(place("e1", "u1", { parentId: "b1", kind: "unit" }));
      expect(await the().places("e1")).toEqual([
        place("e1", "b1"),
        place("e1", "u1", { parentId: "b1", kind: "unit" }),
      ]);
    });

    test("an unknown estate, an unknown parent and a circle are refused by field", async () => {
      await expect(the().putPlace(place("e1", "b1"))).rejects.toMatchObject(refusal("NOT_FOUND", "estateId"));
      await the().putEstate(estate("e1"));
      await expect(the().putPlace(place("e1", "u1", { parentId: "b1" }))).rejects.toMatchObject(
        refusal("CONFLICT", "parentId"),
      );
      await expect(the().putPlace(place("e1", "u1", { parentId: "u1" }))).rejects.toMatchObject(
        refusal("CONFLICT", "parentId"),
      );
      await the().putPlace(place("e1", "b1"));
      await the().putPlace(place("e1", "u1", { parentId: "b1" }));
      await expect(the().putPlace(place("e1", "b1", { parentId: "u1" }))).rejects.toMatchObject(
        refusal("CONFLICT", "parentId"),
      );
      expect(await the().places("e1")).toHaveLength(2);
    });

    test("a place with parts or devices is not deleted", async () => {
      await the().putEstate(estate("e1"));
      await the().putPlace(place("e1", "b1"));
      await the().putPlace(place("e1", "u1", { parentId: "b1" }));
      await the().putDevice(device("e1", "d1", { placeId: "u1" }));
      await expect(the().deletePlace("e1", "b1")).rejects.toMatchObject(refusal("CONFLICT", "places"));
      await expect(the().deletePlace("e1", "u1")).rejects.toMatchObject(refusal("CONFLICT", "devices"));
      await the().deleteDevice("e1", "d1");
      await the().deletePlace("e1", "u1");
      await the().deletePlace("e1", "b1");
      expect(await the().places("e1")).toEqual([]);
      await expect(the().deletePlace("e1", "b1")).rejects.toMatchObject(refusal("NOT_FOUND"));
    });
  });
}
