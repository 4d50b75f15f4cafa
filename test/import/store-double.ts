import type { Estate, Gateway, Place } from "../../src/domain/estate.ts";
import type { RecordedCase } from "../../src/domain/recorded-case.ts";
import type { RegistryRecord } from "../../src/ports.ts";
import type { ImporterParts } from "../../src/import/importer.ts";
import { ESTATES } from "./case-file.ts";

/** A store that keeps what each import call brought, two estates a page. */
export function createStoreDouble() {
  const caseCalls: (readonly RecordedCase[])[] = [];
  const registryCalls: (readonly RegistryRecord[])[] = [];
  const places: readonly Place[] = [{ id: "b1", estateId: "xf", name: "1幢", kind: "building" }];
  const gateway: Gateway = {
    id: "gw-1",
    name: "网关",
    estateIds: ["xf"],
    bindings: [],
    simulated: false,
    presence: "unknown",
    createdAt: 0,
  };
  const store: ImporterParts["store"] = {
    estates({ scope, after }) {
      const visible = ESTATES.filter(({ id }) => scope === undefined || scope.includes(id));
      const from = Number(after ?? 0);
      const items = visible
        .slice(from, from + 2)
        .map(({ id, name, zone }): Estate => ({ id, name, zone, households: 100, simulated: false }));
      return Promise.resolve({ items, ...(from + 2 < visible.length && { next: String(from + 2) }) });
    },
    places: (estateId) => Promise.resolve(places.filter((place) => place.estateId === estateId)),
    gateways: () => Promise.resolve({ items: [gateway] }),
    importCases(cases) {
      caseCalls.push(cases);
      return Promise.resolve({ inserted: cases.length, updated: 0, unchanged: 0 });
    },
    importRegistry(records) {
      registryCalls.push(records);
      return Promise.resolve({ inserted: records.length, updated: 0, unchanged: 0 });
    },
  };
  return { store, caseCalls, registryCalls };
}
