import { zstdDecompressSync } from "node:zlib";
import { ZhianError } from "../errors.ts";
import type { Clock, LineLetter, LineOutbox, OutboxState, PointTarget } from "../ports.ts";
import type { Connection } from "./connection.ts";
import { type OutboxRows, pendingLetters } from "./outbox-rows.ts";
import { pageOf, placeAfter, rowsWanted } from "./page.ts";
import { notFound } from "./refusals.ts";
import { present } from "./values.ts";

/** Rows looked at for one batch; most are far smaller than a batch. */
const ROWS = 512;

/** The shipper's side of the outbox; see `LineOutbox`. */
export function outboxOf(connection: Connection, rows: OutboxRows, clock: Clock): LineOutbox {
  const { db } = connection;
  const oldest = db.prepare(
    `SELECT seq, lines, text_bytes AS bytes FROM outbox WHERE target = ? ORDER BY seq LIMIT ${ROWS}`,
  );
  const bodyOf = db.prepare("SELECT body FROM outbox WHERE seq = ?");
  const shipped = db.prepare("UPDATE outbox_state SET shipped_at = ?");
  const state = db.prepare(
    `SELECT lines, bytes, shipped_at AS shippedAt, dropped, dropped_from AS droppedFrom,
       dropped_to AS droppedTo, letters_dropped AS deadLettersDropped,
       (SELECT written_at FROM outbox ORDER BY seq LIMIT 1) AS oldestAt
     FROM outbox_state`,
  );
  const forget = db.prepare(
    `UPDATE outbox_state SET dropped = 0, dropped_from = NULL, dropped_to = NULL
     WHERE dropped_from >= ? AND dropped_to < ?`,
  );
  const LETTER = "id, at, target, line, reason, replayed_at AS replayedAt";
  const letters = db.prepare(`SELECT ${LETTER} FROM line_letters WHERE id < ? ORDER BY id DESC LIMIT ?`);
  const letter = db.prepare(`SELECT ${LETTER} FROM line_letters WHERE id = ?`);
  const markReplayed = db.prepare("UPDATE line_letters SET replayed_at = ? WHERE id = ?");

  return {
    take: (target, maxLines, maxBytes) =>
      connection.alone(() => {
        const found = oldest.all(target) as unknown as { seq: number; lines: number; bytes: number }[];
        const taken: number[] = [];
        let lines = 0;
        let bytes = 0;
        for (const row of found) {
          if (taken.length > 0 && (lines + row.lines > maxLines || bytes + row.bytes > maxBytes)) break;
          taken.push(row.seq);
          lines += row.lines;
          bytes += row.bytes;
        }
        if (taken.length === 0) return undefined;
        const body = Buffer.concat(
          taken.map((seq) => zstdDecompressSync(bodyOf.get(seq)?.["body"] as Uint8Array)),
        );
        return { target, rows: taken, lines, body };
      }),
    settle: (taken, refused, accepted) =>
      connection.atomically(() => {
        rows.remove(taken);
        rows.refuse(refused);
        if (accepted) shipped.run(clock.now());
      }),
    enqueue: (target, lines, at) =>
      connection.atomically(() => rows.add({ target, lines, from: at, to: at })),
    outbox: () =>
      connection.alone(() => ({
        ...(present(state.get() as { lines: number }) as unknown as OutboxState),
        deadLetters: pendingLetters(db),
      })),
    async lineLetters(request) {
      const [before = Number.MAX_SAFE_INTEGER] = placeAfter(request, ["number"]) ?? [];
      return connection.alone(() => {
        const found = letters.all(before, rowsWanted(request)) as unknown as { id: number }[];
        return pageOf(
          found,
          request,
          ({ id }) => [id],
          (row) => present(row) as unknown as LineLetter,
        );
      });
    },
    replayLineLetter: (id) =>
      connection.atomically(() => {
        const found = letter.get(id) as
          | { target: PointTarget; line: string; replayedAt: number | null }
          | undefined;
        if (!found) throw notFound(`line dead letter ${id}`);
        if (found.line === "") throw new ZhianError("CONFLICT", "No line could be made of this point.");
        if (found.replayedAt !== null) throw new ZhianError("CONFLICT", "It was put back before.");
        const at = clock.now();
        rows.add({ target: found.target, lines: [found.line], from: at, to: at });
        markReplayed.run(at, id);
      }),
    forgetDropped: (from, to) =>
      connection.alone(() => {
        forget.run(from, to);
      }),
  };
}
