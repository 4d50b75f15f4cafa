import { setTimeout as sleep } from "node:timers/promises";
import type { JournalPosition } from "../domain/journal.ts";
import type { Backroom, JournalHealth } from "../ports.ts";

const ASK_EVERY_MS = 100;
const TRIES = 30;

/**
 * Makes the question whether react has done everything that is on disk when it is asked. False while the
 * journal cannot write, and when react needs more than three seconds.
 */
export function createCaughtUp(
  journalHealth: () => JournalHealth,
  store: Pick<Backroom, "reactHealth">,
): () => Promise<boolean> {
  return async () => {
    const { durable, fault } = journalHealth();
    if (fault) return false;
    for (let tries = 0; tries < TRIES; tries++) {
      const { cursor } = await store.reactHealth();
      if (hasReached(cursor, durable)) return true;
      await sleep(ASK_EVERY_MS);
    }
    return false;
  };
}

function hasReached(cursor: JournalPosition, mark: JournalPosition): boolean {
  return cursor.segment > mark.segment || (cursor.segment === mark.segment && cursor.offset >= mark.offset);
}
