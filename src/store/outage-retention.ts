import { setImmediate } from "node:timers/promises";
import type { Watched } from "../domain/exposure.ts";
import type { EpochMs } from "../domain/time.ts";
import type { Store } from "../ports.ts";
import type { Connection } from "./connection.ts";
import type { Atomic } from "./schema.ts";

/** Rows of one statement. */
const CHUNK = 2_000;

/** Deletes old absences, and old signs of life, few at a time. */
export function outageRetentionOf(
  connection: Connection,
): Pick<Store, "deleteOutagesBefore" | "deleteSignsBefore"> {
  const { db } = connection;
  const removal = (which: string) =>
    db.prepare(
      `DELETE FROM outages WHERE (estate_id, subject, from_at) IN
         (SELECT estate_id, subject, from_at FROM outages WHERE ${which} LIMIT ${CHUNK})`,
    );
  const removeOutages = removal("until_at < ?");
  const removeSigns = removal("until_at = from_at AND until_at < ?");
  const remember = db.prepare("UPDATE progress SET outages_since = max(outages_since, ?)");

  async function inChunks(remove: () => number): Promise<number> {
    for (let total = 0; ;) {
      const removed = await connection.atomically(remove);
      total += removed;
      if (removed < CHUNK) return total;
      await setImmediate();
    }
  }

  return {
    deleteOutagesBefore: (before) =>
      inChunks(() => {
        const removed = Number(removeOutages.run(before).changes);
        if (removed > 0) remember.run(before);
        return removed;
      }),
    deleteSignsBefore: (before: EpochMs) => inChunks(() => Number(removeSigns.run(before).changes)),
  };
}

/** Forgets the absences of something that is deleted: what has its name later is something else. */
export async function forgetOutagesOf(tx: Atomic, { estateId, subject }: Watched): Promise<void> {
  await tx.deleteFrom("outages").where("estateId", "=", estateId).where("subject", "=", subject).execute();
}
