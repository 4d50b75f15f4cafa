import { setImmediate } from "node:timers/promises";
import type { EpochMs } from "../domain/time.ts";
import type { Connection } from "./connection.ts";

/** Events of one transaction: short enough that nobody waits for it. */
const CHUNK = 2_000;
/** Dead letters of one statement; each may be 350 kB. */
const LETTERS = 100;

/**
 * Deletes raw events received before `before`, in short transactions with room between them; returns
 * how many. Events are stored in the order of their arrival, so it reads no further than needed.
 */
export function retentionOf(connection: Connection): (before: EpochMs) => Promise<number> {
  const { db } = connection;
  const nextSeqs = db.prepare(
    `SELECT max(seq) AS last, count(*) AS rows, coalesce(sum(received_at < :before), 0) AS due
     FROM (SELECT seq, received_at FROM events WHERE seq > :after ORDER BY seq LIMIT ${CHUNK})`,
  );
  const perBlock = db.prepare(
    `SELECT block, count(*) AS events FROM events
     WHERE seq > :after AND seq <= :last AND received_at < :before GROUP BY block`,
  );
  const remove = db.prepare(
    "DELETE FROM events WHERE seq > :after AND seq <= :last AND received_at < :before",
  );
  const shrink = db.prepare("UPDATE event_blocks SET events = events - ? WHERE block = ?");
  const dropEmpty = db.prepare("DELETE FROM event_blocks WHERE events = 0");
  const remember = db.prepare("UPDATE progress SET events_deleted_before = max(events_deleted_before, ?)");

  function deleteChunk(before: EpochMs, after: number): { deleted: number; last: number | undefined } {
    const { last, due } = nextSeqs.get({ before, after }) as { last: number | null; due: number };
    if (last === null || due === 0) return { deleted: 0, last: undefined };
    remember.run(before);
    for (const { block, events } of perBlock.all({ before, after, last })) {
      shrink.run(events ?? 0, block ?? 0);
    }
    const { changes } = remove.run({ before, after, last });
    dropEmpty.run();
    return { deleted: Number(changes), last };
  }

  return async (before) => {
    let total = 0;
    for (let after: number | undefined = 0; after !== undefined;) {
      const from: number = after;
      const { deleted, last } = await connection.atomically(() => deleteChunk(before, from));
      total += deleted;
      after = last;
      await setImmediate();
    }
    return total;
  };
}

/** Deletes dead letters first received before `before`, few at a time; returns how many. */
export function deadLetterRetentionOf(connection: Connection): (before: EpochMs) => Promise<number> {
  const remove = connection.db.prepare(
    `DELETE FROM dead_letters WHERE id IN
       (SELECT id FROM dead_letters WHERE received_at < ? ORDER BY received_at LIMIT ${LETTERS})`,
  );
  return async (before) => {
    for (let total = 0; ;) {
      const { changes } = await connection.alone(() => remove.run(before));
      total += Number(changes);
      if (Number(changes) < LETTERS) return total;
      await setImmediate();
    }
  };
}
