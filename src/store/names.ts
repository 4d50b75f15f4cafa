import type { DatabaseSync, StatementSync } from "node:sqlite";

/** The small numbers that stand for names in events and counts. A new name gets one when first asked for. */
export interface Names {
  estate(estateId: string): number;
  device(estateId: string, deviceId: string): number;
  source(gatewayId: string, profile: string): number;
  code(code: string): number;
  /** Numbers given in a transaction that did not commit are not there any more. */
  forget(): void;
}

/** Beyond this many all are forgotten and read again when needed. */
const LIMIT = 100_000;

/** Reads and gives numbers; call only where writing is allowed. */
export function createNames(db: DatabaseSync): Names {
  const known = new Map<string, number>();

  function table(name: string, columns: readonly string[]) {
    const list = columns.join(", ");
    const where = columns.map((column) => `${column} = ?`).join(" AND ");
    const read = db.prepare(`SELECT key FROM ${name} WHERE ${where}`);
    const insert = db.prepare(
      `INSERT INTO ${name} (${list}) VALUES (${columns.map(() => "?").join(", ")}) RETURNING key`,
    );
    return (values: readonly (string | number)[]): number => {
      const cached = `${name}\n${values.join("\n")}`;
      const there = known.get(cached);
      if (there !== undefined) return there;
      if (known.size >= LIMIT) known.clear();
      const key = keyOf(read, values) ?? keyOf(insert, values);
      if (key === undefined) throw new Error(`${name} gave no number`);
      known.set(cached, key);
      return key;
    };
  }

  const estates = table("estate_keys", ["estate_id"]);
  const devices = table("device_keys", ["estate", "device_id"]);
  const sources = table("source_keys", ["gateway_id", "profile"]);
  const codes = table("code_keys", ["code"]);
  return {
    estate: (estateId) => estates([estateId]),
    device: (estateId, deviceId) => devices([estates([estateId]), deviceId]),
    source: (gatewayId, profile) => sources([gatewayId, profile]),
    code: (code) => codes([code]),
    forget: () => known.clear(),
  };
}

function keyOf(statement: StatementSync, values: readonly (string | number)[]): number | undefined {
  return statement.get(...values)?.["key"] as number | undefined;
}
