import type { DatabaseSync } from "node:sqlite";
import { ZhianError } from "../errors.ts";
import type { Migration } from "./migrations/migration.ts";
import { MIGRATIONS } from "./migrations/migrations.ts";
import { readNumber } from "./read-number.ts";

/** The schema this program reads and writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;
/** "ZHIA": marks a SQLite file as a database of the hub. */
const APPLICATION_ID = 0x5a484941;

/**
 * The version of a database of the hub; 0 for an empty file. Throws ZhianError CONFLICT when the file
 * belongs to another program or to a newer version of the hub.
 */
export function schemaVersion(db: DatabaseSync, known = SCHEMA_VERSION): number {
  const version = readNumber(db, "PRAGMA user_version");
  const application = readNumber(db, "PRAGMA application_id");
  const tables = readNumber(db, "SELECT count(*) FROM sqlite_schema");
  if (tables > 0 && application !== APPLICATION_ID) {
    throw new ZhianError("CONFLICT", "the file is a database of another program");
  }
  if (version > known) {
    throw new ZhianError(
      "CONFLICT",
      `the database has schema ${version}, made by a newer version; this one knows ${known}`,
    );
  }
  return version;
}

/** Brings the schema up to date, a transaction a step: a step that fails leaves the version before it. */
export function migrate(db: DatabaseSync, migrations: readonly Migration[] = MIGRATIONS): void {
  const from = schemaVersion(db, migrations.length);
  for (const { version, sql } of migrations.slice(from)) {
    db.exec("BEGIN IMMEDIATE");
    try {
      db.exec(sql);
      db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${version}`);
      db.exec("COMMIT");
    } catch (cause) {
      if (db.isTransaction) db.exec("ROLLBACK");
      throw new ZhianError("INTERNAL", `the database could not be brought to schema ${version}`, { cause });
    }
  }
}
