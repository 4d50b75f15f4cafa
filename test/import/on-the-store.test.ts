import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createImporter } from "../../src/import/importer.ts";
import { createIncidentLifeCycle } from "../../src/incidents/life-cycle.ts";
import type { Importer } from "../../src/ports.ts";
import { type EmbeddedStore, openStore } from "../../src/store/store.ts";
import { file, NOW, PROFILES } from "./case-file.ts";

const REGISTRY = Buffer.from(`estates:
  - { id: xf, name: 幸福里, households: 1000, installedOn: 2024-01-01 }
places:
  - { id: b1, estateId: xf, name: 1幢, kind: building }
gateways:
  - { id: gw-1, name: 网关, estateIds: [xf] }
devices:
  - { id: d1, estateId: xf, gatewayId: gw-1, profile: native, kind: gate, placeId: b1 }
`);
const HEADER = "案件编号,小区,发生时间,案由";
const ALL = { scope: undefined } as const;
const CASES = { ...ALL, unit: "case" } as const;

let dir: string;
let store: EmbeddedStore;
let importer: Importer;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "zhian-import-"));
  const clock = { now: () => NOW };
  store = openStore({ path: join(dir, "zhian.db"), clock, lifeCycle: createIncidentLifeCycle() });
  importer = createImporter({ store, clock, zone: "Asia/Shanghai", bindableProfiles: PROFILES });
});
afterEach(() => {
  store.close();
  rmSync(dir, { recursive: true, force: true });
});

const storedCases = async () => (await store.cases({ scope: undefined, limit: 100 })).items;

test("a registry, then cases; the same files again change nothing", async () => {
  const registry = () => importer.importRegistry(REGISTRY, { ...ALL, format: "yaml" });
  expect(await registry()).toMatchObject({ stored: true, inserted: 4, refused: [] });
  expect(await registry()).toMatchObject({ stored: true, inserted: 0, unchanged: 4 });
  expect(await store.device("xf", "d1")).toMatchObject({ status: "enrolled", placeId: "b1" });

  const cases = file(HEADER, "A1,幸福里,2024-03-01 12:30,入室盗窃", "A2,幸福里,2024-03-02,噪声扰民");
  expect(await importer.importCases(cases, CASES)).toMatchObject({ inserted: 2, unchanged: 0 });
  expect(await importer.importCases(cases, CASES)).toMatchObject({ inserted: 0, unchanged: 2 });
  const changed = file(HEADER, "A1,幸福里,2024-03-01 12:30,盗窃", "A2,幸福里,2024-03-02,噪声扰民");
  expect(await importer.importCases(changed, CASES)).toMatchObject({ inserted: 0, updated: 1, unchanged: 1 });
  expect((await storedCases()).map(({ id, type }) => `${id} ${type}`).toSorted()).toEqual([
    "A1 theft.property",
    "A2 order.noise",
  ]);
});

test("a file with a refused row leaves the store as it was, skipRefused stores the others", async () => {
  await importer.importRegistry(REGISTRY, { ...ALL, format: "yaml" });
  const cases = file(HEADER, "A1,幸福里,2024-03-01 12:30,入室盗窃", "A2,幸福里,2024-02-30,噪声扰民");
  expect(await importer.importCases(cases, CASES)).toMatchObject({ stored: false, refusedRows: 1 });
  expect(await storedCases()).toEqual([]);
  expect(await importer.importCases(cases, { ...CASES, skipRefused: true })).toMatchObject({ inserted: 1 });
  expect((await storedCases()).map(({ id }) => id)).toEqual(["A1"]);
});
