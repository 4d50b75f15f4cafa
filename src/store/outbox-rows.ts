import type { DatabaseSync } from "node:sqlite";
import { constants, zstdCompressSync } from "node:zlib";
import type { EpochMs } from "../domain/time.ts";
import type { Clock, PointTarget, RefusedLine } from "../ports.ts";
import { readNumber } from "./read-number.ts";

/** Lines of one row; a row is shipped and deleted as a whole. */
const ROW_LINES = 2_500;
const ROW_CHARACTERS = 300_000;
const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
/** Dead letters kept; beyond that the oldest make room, counted. */
const LETTERS = 100_000;

/** Lines on their way into the outbox, with the span of their times. */
export interface LineGroup {
  readonly target: PointTarget;
  readonly lines: readonly string[];
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** Writing to the outbox; every call belongs to a transaction of its caller. */
export interface OutboxRows {
  add(group: LineGroup): void;
  /** Deletes rows, and counts them out. */
  remove(rows: readonly number[]): void;
  refuse(letters: readonly RefusedLine[]): void;
}

/**
 * Prepares writing to the outbox. Beyond `maxBytes` the oldest lines of `raw` make room, counted with the
 * span of their times: the store can make them again. Those of `years` always stay.
 */
export function prepareOutbox(db: DatabaseSync, clock: Clock, maxBytes: number): OutboxRows {
  const insert = db.prepare(
    `INSERT INTO outbox (target, written_at, from_at, to_at, lines, bytes, text_bytes, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const grow = db.prepare("UPDATE outbox_state SET lines = lines + ?, bytes = bytes + ? RETURNING bytes");
  const oldestRaw = db.prepare("SELECT min(seq) AS seq FROM outbox WHERE target = 'raw'");
  const remove = db.prepare("DELETE FROM outbox WHERE seq = ? RETURNING lines, bytes, from_at, to_at");
  const countDropped = db.prepare(
    `UPDATE outbox_state SET dropped = dropped + :lines,
       dropped_from = min(coalesce(dropped_from, :from), :from), dropped_to = max(coalesce(dropped_to, :to), :to)`,
  );
  const insertLetter = db.prepare("INSERT INTO line_letters (at, target, line, reason) VALUES (?, ?, ?, ?)");
  const dropLetters = db.prepare(
    "DELETE FROM line_letters WHERE id <= (SELECT max(id) FROM line_letters) - ?",
  );
  const countLetters = db.prepare("UPDATE outbox_state SET letters_dropped = letters_dropped + ?");

  function take(seq: number) {
    const row = remove.get(seq) as
      | { lines: number; bytes: number; from_at: number; to_at: number }
      | undefined;
    if (row) grow.get(-row.lines, -row.bytes);
    return row;
  }
  function makeRoom(bytes: number): void {
    for (let left = bytes; left > maxBytes;) {
      const { seq } = oldestRaw.get() as { seq: number | null };
      const row = seq === null ? undefined : take(seq);
      if (!row) return;
      countDropped.run({ lines: row.lines, from: row.from_at, to: row.to_at });
      left -= row.bytes;
    }
  }

  return {
    add({ target, lines, from, to }) {
      for (const part of parts(lines)) {
        const text = Buffer.from(`${part.join("\n")}\n`);
        // Lines are much alike: a tenth of their bytes is left, which costs less than writing them would.
        const body = zstdCompressSync(text, FAST);
        insert.run(target, clock.now(), from, to, part.length, body.length, text.length, body);
        const { bytes } = grow.get(part.length, body.length) as { bytes: number };
        if (bytes > maxBytes) makeRoom(bytes);
      }
    },
    remove(rows) {
      for (const seq of rows) take(seq);
    },
    refuse(letters) {
      if (letters.length === 0) return;
      for (const { target, line, reason } of letters) insertLetter.run(clock.now(), target, line, reason);
      const { changes } = dropLetters.run(LETTERS);
      if (changes > 0) countLetters.run(changes);
    },
  };
}

/** Lines in parts of one row each. */
function* parts(lines: readonly string[]): Generator<readonly string[]> {
  let part: string[] = [];
  let characters = 0;
  for (const line of lines) {
    if (part.length >= ROW_LINES || characters + line.length > ROW_CHARACTERS) {
      if (part.length > 0) yield part;
      part = [];
      characters = 0;
    }
    part.push(line);
    characters += line.length;
  }
  if (part.length > 0) yield part;
}

/** How many dead letters nobody replayed. */
export function pendingLetters(db: DatabaseSync): number {
  return readNumber(db, "SELECT count(*) FROM line_letters WHERE replayed_at IS NULL");
}
