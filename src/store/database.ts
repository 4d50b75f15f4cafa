import { chmodSync, closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { SECOND } from "../domain/time.ts";
import { schemaVersion } from "./migrate.ts";

const BUSY_TIMEOUT_MS = 5 * SECOND;
const CACHE_KIB = 16 * 1024;
/** Pages of the write-ahead log after which it is folded back; larger is faster, up to about here. */
const CHECKPOINT_PAGES = 4_000;
const WAL_LIMIT_BYTES = 32 << 20;

/**
 * Opens the database file for the thread that owns it, making it (mode 0600) and its folder (0700) when
 * missing. A commit returns after fsync. Throws what the system says when the file cannot be used, and
 * ZhianError CONFLICT when it is a database of another program or of a newer version; it stays as it is.
 */
export function openDatabase(path: string): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, "a", 0o600));
  const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true });
  try {
    // Before anything is changed: the file may be somebody else's.
    schemaVersion(db);
    // The write-ahead log and its index get the mode of the file they belong to.
    chmodSync(path, 0o600);
    db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA cache_size = -${CACHE_KIB};
      PRAGMA temp_store = MEMORY;
      PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
      PRAGMA journal_size_limit = ${WAL_LIMIT_BYTES};
    `);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Opens a database file for reading only, beside the thread that writes it. */
export function openForReading(path: string): DatabaseSync {
  return new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
}
