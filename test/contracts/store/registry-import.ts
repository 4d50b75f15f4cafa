import { describe, expect, test } from "vitest";
import type { RegistryRecord } from "../../../src/ports.ts";
import { device, estate, gateway, place, T0, type TestedStore } from "./samples.ts";

/** In the worst order: everything before what it refers to. */
const RECORDS: readonly RegistryRecord[] = [
  { kind: "device", value: device("e1", "d1", { placeId: "u1", gatewayId: "gw1" }) },
  { kind: "gateway", value: gateway("gw1", ["e1"]) },
  { kind: "place", value: place("e1", "u1", { parentId: "b1" }) },
  { kind: "place", value: place("e1", "b1") },
  { kind: "estate", value: estate("e1") },
];

export function registryImportTests(the: () => TestedStore): void {
  describe("import of the registry", () => {
    test("records refer to each other in any order; a second import changes nothing", async () => {
      expect(await the().importRegistry(RECORDS)).toEqual({ inserted: 5, updated: 0, unchanged: 0 });
      await the().touchDevices([
        { estateId: "e1", deviceId: "d1", gatewayId: "gw1", profile: "x", at: T0, simulated: false },
      ]);
      await the().setGatewaySecret("gw1", "hash");
      expect(await the().importRegistry(RECORDS)).toEqual({ inserted: 0, updated: 0, unchanged: 5 });
      expect(await the().device("e1", "d1")).toMatchObject({ placeId: "u1", lastSeen: T0 });
    });

    test("what differs is updated, and keeps what is not in the file", async () => {
      await the().importRegistry(RECORDS);
      await the().setGatewaySecret("gw1", "hash");
      const report = await the().importRegistry([
        { kind: "estate", value: estate("e1", { households: 801 }) },
        { kind: "estate", value: estate("e2") },
        { kind: "gateway", value: gateway("gw1", ["e1", "e2"]) },
        { kind: "place", value: place("e1", "b1") },
      ]);
      expect(report).toEqual({ inserted: 1, updated: 2, unchanged: 1 });
      expect((await the().estate("e1")).households).toBe(801);
      const [credential] = await the().gatewayCredentials();
      expect(credential).toMatchObject({ secretHash: "hash", gateway: { estateIds: ["e1", "e2"] } });
    });

    test("one bad record keeps all others out, and every fault is named", async () => {
      const refused = the().importRegistry([
        ...RECORDS,
        { kind: "estate", value: estate("e3", { zone: "nowhere" }) },
        { kind: "place", value: place("e9", "x") },
        { kind: "place", value: place("e1", "y", { parentId: "z" }) },
        { kind: "gateway", value: gateway("gw2", ["e1", "e9"]) },
        { kind: "device", value: device("e1", "d2", { placeId: "q", gatewayId: "gw9" }) },
        { kind: "estate", value: estate("e1") },
      ]);
      await expect(refused).rejects.toMatchObject({ code: "IMPORT_REFUSED" });
      const faults = await refused.catch((error: { faults: { field: string }[] }) => error.faults);
      expect(new Set((faults as { field: string }[]).map(({ field }) => field))).toEqual(
        new Set([
          "records[5].zone",
          "records[6].estateId",
          "records[7].parentId",
          "records[8].estateIds[1]",
          "records[9].placeId",
          "records[9].gatewayId",
          "records[10].id",
        ]),
      );
      expect((await the().estates({ scope: undefined, limit: 10 })).items).toEqual([]);
      expect((await the().gateways({ scope: undefined, limit: 10 })).items).toEqual([]);
    });
  });
}
