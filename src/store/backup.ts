import { closeSync, existsSync, openSync, realpathSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { backup as copyPages, DatabaseSync } from "node:sqlite";
import { ZhianError } from "../errors.ts";
import { openForReading } from "./database.ts";
import { replaceDurably } from "./durable-file.ts";
import { inspectAside } from "./inspect-aside.ts";

/** Pages copied between two looks at whether to go on. */
const STEP_PAGES = 1_000;

/**
 * Copies the database of `source` to `file` while it is in use: one moment of it, as a single file of
 * mode 0600. The copy is inspected before it takes the place of `file`; on a failure `file` stays as it
 * was and the half copy is removed. Throws ZhianError VALIDATION for a path that cannot be used.
 */
export async function backupDatabase(source: string, file: string, signal: AbortSignal): Promise<void> {
  refusePath(source, file);
  const half = join(dirname(resolve(file)), `.${basename(file)}.${process.pid}-half`);
  try {
    rmSync(half, { force: true });
    closeSync(openSync(half, "wx", 0o600));
    await copyMoment(source, half, signal);
    makeSingleFile(half);
    const faults = await inspectAside(half, signal);
    if (faults.length > 0) {
      throw new ZhianError("INTERNAL", `the backup is not sound: ${faults.slice(0, 5).join("; ")}`);
    }
    replaceDurably(half, file);
  } finally {
    for (const rest of ["", "-journal", "-wal", "-shm"]) rmSync(half + rest, { force: true });
  }
}

/**
 * The copy reads over a connection of its own that stays in one transaction: it sees one moment however
 * much is written meanwhile. Over the writing connection it would wait for its transactions, and over a
 * free one it would begin anew after each commit.
 */
async function copyMoment(source: string, half: string, signal: AbortSignal): Promise<void> {
  const reader = openForReading(source);
  try {
    reader.exec("BEGIN; SELECT count(*) FROM sqlite_schema");
    await copyPages(reader, half, { rate: STEP_PAGES, progress: () => signal.throwIfAborted() });
  } finally {
    reader.close();
  }
}

/** The copy is marked as having a write-ahead log; a backup is read where it lies, without one. */
function makeSingleFile(half: string): void {
  const db = new DatabaseSync(half);
  try {
    db.exec("PRAGMA journal_mode = DELETE");
  } finally {
    db.close();
  }
}

function refusePath(source: string, file: string): void {
  const refuse = (reason: string): never => {
    throw new ZhianError("VALIDATION", `no backup can be written to ${file}`, {
      faults: [{ field: "file", reason }],
    });
  };
  const folder = dirname(resolve(file));
  if (!existsSync(folder) || !statSync(folder).isDirectory()) refuse(`${folder} is not a folder`);
  const target = join(realpathSync(folder), basename(file));
  const database = realpathSync(source);
  if ([database, `${database}-wal`, `${database}-shm`].includes(target)) refuse("is the database itself");
  if (existsSync(target) && !statSync(target).isFile()) refuse("is not a plain file");
}
