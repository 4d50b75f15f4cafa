import type { DatabaseSync } from "node:sqlite";

/** The small numbers that stand for names in events and counts. A new name gets one when first asked for. */
export interface Names {
  estate(estateId: string): number;
  device(estateId: string, deviceId: string): number;
  source(gatewayId: string, profile: string): number;
  code(code: string): number;
  /** Numbers given in a transaction that did not commit are not there any more. */
  forget(): void;
}

/** Devices known at a time; beyond this many all are forgotten and read again when needed. */
const LIMIT = 100_000;

/** Reads and gives numbers; call only where writing is allowed. */
export function createNames(db: DatabaseSync): Names {
  const estates = new Map<string, number>();
  const codes = new Map<string, number>();
  const devices = new Map<string, Map<string, number>>();
  const sources = new Map<string, Map<string, number>>();
  let devicesKnown = 0;

  const readEstate = lookUp(db, "estate_keys", ["estate_id"]);
  const readDevice = lookUp(db, "device_keys", ["estate", "device_id"]);
  const readSource = lookUp(db, "source_keys", ["gateway_id", "profile"]);
  const readCode = lookUp(db, "code_keys", ["code"]);

  function forget(): void {
    for (const map of [estates, codes, devices, sources]) map.clear();
    devicesKnown = 0;
  }
  const estate = (estateId: string): number => kept(estates, estateId, () => readEstate([estateId]));

  return {
    estate,
    device(estateId, deviceId) {
      if (devicesKnown > LIMIT) forget();
      return kept(
        kept(devices, estateId, () => new Map<string, number>()),
        deviceId,
        () => {
          devicesKnown++;
          return readDevice([estate(estateId), deviceId]);
        },
      );
    },
    source: (gatewayId, profile) =>
      kept(
        kept(sources, gatewayId, () => new Map<string, number>()),
        profile,
        () => readSource([gatewayId, profile]),
      ),
    code: (code) => kept(codes, code, () => readCode([code])),
    forget,
  };
}

/** What the map holds, or what `make` gives, held from now on. */
function kept<V>(map: Map<string, V>, name: string, make: () => V): V {
  const there = map.get(name);
  if (there !== undefined) return there;
  const made = make();
  map.set(name, made);
  return made;
}

function lookUp(db: DatabaseSync, table: string, columns: readonly string[]) {
  const where = columns.map((column) => `${column} = ?`).join(" AND ");
  const marks = columns.map(() => "?").join(", ");
  const read = db.prepare(`SELECT key FROM ${table} WHERE ${where}`);
  const insert = db.prepare(`INSERT INTO ${table} (${columns.join(", ")}) VALUES (${marks}) RETURNING key`);
  return (values: readonly (string | number)[]): number => {
    const { key } = (read.get(...values) ?? insert.get(...values)) as { key: number };
    return key;
  };
}
