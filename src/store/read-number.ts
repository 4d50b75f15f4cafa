import type { DatabaseSync } from "node:sqlite";

/** The number in the first column of the first row. */
export function readNumber(db: DatabaseSync, sql: string): number {
  const [value] = Object.values(db.prepare(sql).get() ?? {});
  if (typeof value !== "number") throw new Error(`no number: ${sql}`);
  return value;
}
