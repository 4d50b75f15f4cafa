import type { DatabaseSync } from "node:sqlite";
import { HUB_ITSELF, type PresenceSign, type Watched } from "../domain/exposure.ts";
import { MINUTE, type EpochMs } from "../domain/time.ts";

/** Who comes back for less than this stays away: something that flaps must not fill the disk. */
const SHORTEST_RETURN = MINUTE;

interface Row {
  readonly fromAt: EpochMs;
  /** Null: still away. */
  readonly untilAt: EpochMs | null;
}

/** Notes absences in the transaction under way. */
export interface OutageNotes {
  /** In any order: each sign counts at its own time. The same sign again changes nothing. */
  note(signs: readonly PresenceSign[]): void;
  /** The hub was not there in this span; spans are given in order. */
  hubWasOff(from: EpochMs, to: EpochMs): void;
}

/**
 * Prepares noting absences. The rows of one subject never overlap, and are all that was told of it:
 *
 *   from ──── until    it went away and came back; the next row begins where this one ends when it was
 *                      told to have gone once more without a return between
 *   from = until       it was there, and nothing is known of an absence that this ended
 *   from ──── null     it is away
 *
 * So an end that is told before its beginning is kept for it, and a beginning within an absence counts
 * again when a return between the two is told late.
 */
export function outageNotes(db: DatabaseSync): OutageNotes {
  const columns = "SELECT from_at AS fromAt, until_at AS untilAt FROM outages";
  const before = db.prepare(
    `${columns} WHERE estate_id = ? AND subject = ? AND from_at <= ? ORDER BY from_at DESC LIMIT 1`,
  );
  const after = db.prepare(
    `${columns} WHERE estate_id = ? AND subject = ? AND from_at > ? ORDER BY from_at LIMIT 1`,
  );
  const write = db.prepare(
    `INSERT INTO outages (estate_id, subject, from_at, until_at) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET until_at = excluded.until_at`,
  );
  const remove = db.prepare("DELETE FROM outages WHERE estate_id = ? AND subject = ? AND from_at = ?");

  function rowsOf({ estateId, subject }: Watched) {
    return {
      upTo: (at: EpochMs) => before.get(estateId, subject, at) as Row | undefined,
      next: (at: EpochMs) => after.get(estateId, subject, at) as Row | undefined,
      put: (fromAt: EpochMs, untilAt: EpochMs | null) => write.run(estateId, subject, fromAt, untilAt),
      drop: ({ fromAt }: Row) => remove.run(estateId, subject, fromAt),
    };
  }

  function away(who: Watched, at: EpochMs): void {
    const rows = rowsOf(who);
    const last = rows.upTo(at);
    if (last && covers(last, at)) {
      if (at - last.fromAt < SHORTEST_RETURN) return;
      rows.put(last.fromAt, at);
      rows.put(at, last.untilAt);
      return;
    }
    const next = rows.next(at);
    const from = last && !isSign(last) && at - (last.untilAt ?? at) < SHORTEST_RETURN ? last.fromAt : at;
    if (next && isSign(next)) rows.drop(next);
    rows.put(from, next ? next.fromAt : null);
  }

  function back(who: Watched, at: EpochMs): void {
    const rows = rowsOf(who);
    const last = rows.upTo(at);
    if (last && covers(last, at)) {
      const { fromAt, untilAt } = last;
      rows.put(fromAt, at);
      // What ended it until now goes on being a return, unless it was the next beginning.
      if (untilAt !== null && rows.next(at)?.fromAt !== untilAt) rows.put(untilAt, untilAt);
      return;
    }
    if (last?.untilAt === at) return;
    if (last && isSign(last) && at - last.fromAt < SHORTEST_RETURN) rows.drop(last);
    rows.put(at, at);
  }

  return {
    note(signs) {
      for (const sign of signs) (sign.kind === "away" ? away : back)(sign, sign.at);
    },
    hubWasOff(from, to) {
      if (from >= to) return;
      away(HUB_ITSELF, from);
      back(HUB_ITSELF, to);
    },
  };
}

const covers = ({ untilAt }: Row, at: EpochMs): boolean => untilAt === null || untilAt > at;

const isSign = ({ fromAt, untilAt }: Row): boolean => fromAt === untilAt;
