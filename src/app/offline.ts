import { existsSync } from "node:fs";
import { followJournal } from "../journal/reader.ts";
import { listSegments } from "../journal/segment.ts";
import type { Logger } from "../runtime/log.ts";
import { inspectDatabase } from "../store/inspect.ts";
import { restoreStore } from "../store/restore.ts";
import { databaseFile, journalFolder } from "./data-folder.ts";

const STEP = 10_000;

/** Puts a backup in the place of the database of a data folder that no hub uses. */
export function restoreData(dataDir: string, file: string): void {
  restoreStore(file, databaseFile(dataDir), { overwrite: true });
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
