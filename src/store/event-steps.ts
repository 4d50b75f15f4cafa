import type { DatabaseSync } from "node:sqlite";
import type { EpochMs } from "../domain/time.ts";
import { readNumber } from "./read-number.ts";

/** Devices known at a time; beyond that all are forgotten and the database is asked. */
const DEVICES = 100_000;

/** An event's row as far as its series is concerned. */
interface Place {
  /** Its row, which is there already. */
  readonly seq: number;
  readonly device: number;
  readonly code: number;
  readonly phase: string;
  readonly occurredAt: EpochMs;
}

/** Keeps events of one series in one millisecond apart. */
export interface EventSteps {
  /** The step of an event that was just stored: 0 for the first of its series and millisecond. */
  next(place: Place): number;
  /** Steps given in a transaction that did not commit are free again. */
  forget(): void;
}

interface Latest {
  readonly at: EpochMs;
  /** Steps given in this millisecond, by code and phase. */
  readonly given: Map<string, number>;
}

/**
 * Reads and gives steps. Most events are the latest of their device, so that nothing stored can be in their
 * way and the database need not be asked.
 */
export function createEventSteps(db: DatabaseSync): EventSteps {
  // The range of a block that grows is written at the end of a batch: the newest are always looked into.
  const taken = db.prepare(
    `SELECT max(coalesce(s.step, 0)) + 1 AS next
     FROM event_blocks b CROSS JOIN events v INDEXED BY events_by_device
       ON v.block = b.block AND v.device = :device AND v.occurred_at = :occurredAt
       LEFT JOIN event_steps s ON s.event = v.seq
     WHERE ((b.min_at <= :occurredAt AND b.max_at >= :occurredAt)
         OR b.block IN (SELECT max(block) FROM event_blocks GROUP BY late))
       AND v.code = :code AND v.phase = :phase AND v.seq <> :seq`,
  );
  const newest = (): EpochMs => readNumber(db, "SELECT coalesce(max(max_at), 0) FROM event_blocks");
  const latest = new Map<number, Latest>();
  /** Nothing is stored after this, but for devices in `latest`. */
  let storedUpTo: EpochMs | undefined;

  const ask = ({ seq, device, code, phase, occurredAt }: Place): number =>
    (taken.get({ seq, device, code, phase, occurredAt })?.["next"] as number | null | undefined) ?? 0;

  return {
    next(place) {
      storedUpTo ??= newest();
      const { device, occurredAt } = place;
      const there = latest.get(device);
      if (there?.at === occurredAt) {
        const series = `${place.code}|${place.phase}`;
        const step = there.given.get(series) ?? 0;
        there.given.set(series, step + 1);
        return step;
      }
      if (occurredAt <= (there?.at ?? storedUpTo)) return ask(place);
      if (latest.size >= DEVICES) {
        for (const { at } of latest.values()) storedUpTo = Math.max(storedUpTo, at);
        latest.clear();
        if (occurredAt <= storedUpTo) return ask(place);
      }
      latest.set(device, { at: occurredAt, given: new Map([[`${place.code}|${place.phase}`, 1]]) });
      return 0;
    },
    forget() {
      latest.clear();
      storedUpTo = undefined;
    },
  };
}
