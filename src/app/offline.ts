import { existsSync, mkdirSync, renameSync } from "node:fs";
import { join, resolve } from "node:path";
import type { EpochMs } from "../domain/time.ts";
import { followJournal } from "../journal/reader.ts";
import { listSegments } from "../journal/segment.ts";
import type { Logger } from "../runtime/log.ts";
import { inspectDatabase } from "../store/inspect.ts";
import { restoreStore } from "../store/restore.ts";
import { backupsFolder, databaseFile, journalFolder } from "./data-folder.ts";

const STEP = 10_000;

/**
 * Puts a backup in the place of the database of a data folder that no hub uses. What was there is kept
 * beside the backups; returns where, or undefined when there was none. A refusal leaves all as it was.
 */
export function restoreData(dataDir: string, file: string, now: EpochMs): string | undefined {
  const database = databaseFile(dataDir);
  if (!existsSync(database) || resolve(file) === resolve(database)) {
    restoreStore(file, database);
    return undefined;
  }
  const stamp = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const kept = join(backupsFolder(dataDir), `replaced-${stamp}.db`);
  mkdirSync(backupsFolder(dataDir), { recursive: true, mode: 0o700 });
  move(database, kept);
  try {
    restoreStore(file, database);
    return kept;
  } catch (error) {
    move(kept, database);
    throw error;
  }
}

/** A database goes with its write-ahead log. */
function move(from: string, to: string): void {
  for (const rest of ["", "-wal", "-shm"]) if (existsSync(from + rest)) renameSync(from + rest, to + rest);
}

/** Faults of database and journal in a data folder that no hub uses; empty when both are sound. */
export function verifyData(dataDir: string, log: Logger): readonly string[] {
  const file = databaseFile(dataDir);
  const faults = existsSync(file) ? inspectDatabase(file) : [`there is no database in ${dataDir}`];
  return [...faults, ...verifyJournal(journalFolder(dataDir), log)];
}

function verifyJournal(dir: string, log: Logger): readonly string[] {
  const segments = existsSync(dir) ? listSegments(dir) : [];
  const end = { segment: (segments.at(-1) ?? 0) + 1, offset: 0 };
  const reader = followJournal(dir, end, log);
  try {
    for (let position = { segment: segments[0] ?? 0, offset: 0 }; !reader.drained(position);) {
      position = reader.read(position, STEP).next;
    }
    const damaged = reader.damagedFrames();
    return damaged === 0 ? [] : [`the journal has ${damaged} damaged frames`];
  } finally {
    reader.close();
  }
}
