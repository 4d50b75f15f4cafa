import { constants, copyFileSync, chmodSync, existsSync, mkdirSync, realpathSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { ZhianError } from "../errors.ts";
import { replaceDurably } from "./durable-file.ts";
import { inspectDatabase } from "./inspect.ts";

/**
 * Puts a backup in the place of the database of a hub that is not running. Inspects it first: a backup
 * that is damaged, of another program or of a newer version is refused with VALIDATION. Refuses with
 * CONFLICT when there is a database already and `overwrite` is not set, or when a hub has it open. Until
 * the last step what was there stays as it was.
 */
export function restoreStore(from: string, to: string, { overwrite = false } = {}): void {
  if (!existsSync(from)) throw refused("VALIDATION", "from", `${from} does not exist`);
  if (existsSync(to) && realpathSync(from) === realpathSync(to)) {
    throw refused("VALIDATION", "from", "is the database itself");
  }
  if (existsSync(to) && !overwrite) {
    throw refused("CONFLICT", "to", `${to} exists; say that it is to be overwritten`);
  }
  const faults = inspectDatabase(from);
  if (faults.length > 0) {
    throw new ZhianError("VALIDATION", `the backup ${from} cannot be restored`, {
      faults: faults.map((reason) => ({ field: "from", reason })),
    });
  }
  mkdirSync(dirname(resolve(to)), { recursive: true, mode: 0o700 });
  const half = `${to}.restoring`;
  try {
    rmSync(half, { force: true });
    copyFileSync(from, half, constants.COPYFILE_FICLONE);
    chmodSync(half, 0o600);
    if (existsSync(to)) retire(to);
    replaceDurably(half, to);
  } finally {
    rmSync(half, { force: true });
  }
}

/**
 * Makes sure that nobody uses the database, and folds its write-ahead log into it: the log of the old
 * file beside the new one would be taken for its own.
 */
function retire(path: string): void {
  const db = new DatabaseSync(path, { timeout: 0 });
  try {
    db.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT; PRAGMA journal_mode = DELETE");
  } catch (error) {
    if (!isDamage(error)) {
      throw refused(
        "CONFLICT",
        "to",
        `${path} is in use: ${error instanceof Error ? error.message : "busy"}`,
      );
    }
    // A damaged database is what a restore is for.
    for (const rest of ["-wal", "-shm"]) rmSync(path + rest, { force: true });
  } finally {
    db.close();
  }
}

const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

function isDamage(error: unknown): boolean {
  const { errcode } = error as { errcode?: number };
  return errcode !== undefined && [SQLITE_CORRUPT, SQLITE_NOTADB].includes(errcode & 0xff);
}

function refused(code: "VALIDATION" | "CONFLICT", field: string, reason: string): ZhianError {
  return new ZhianError(code, "the backup cannot be restored", { faults: [{ field, reason }] });
}
