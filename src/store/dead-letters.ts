import type { DeadLetter, Store } from "../ports.ts";
import { pageOf, placeAfter, rowsWanted } from "./page.ts";
import { notFound } from "./refusals.ts";
import type { DeadLetterRow, Queries } from "./schema.ts";
import { present } from "./values.ts";

/** Messages that could not be decoded, newest first. */
export function deadLettersOf(queries: Queries): Pick<Store, "deadLetters" | "deadLetter" | "markReplayed"> {
  return {
    async deadLetters(request) {
      const after = placeAfter(request, ["number", "string"]);
      const { scope, pendingOnly = false } = request;
      const rows = await queries
        .selectFrom("deadLetters")
        .selectAll()
        .$if(scope !== undefined, (query) => query.where("estateId", "in", scope ?? []))
        .$if(pendingOnly, (query) => query.where("replayedAt", "is", null))
        .$if(after !== undefined, (query) =>
          query.where((eb) => eb(eb.refTuple("receivedAt", "id"), "<", eb.tuple(...(after ?? [0, ""])))),
        )
        .orderBy("receivedAt", "desc")
        .orderBy("id", "desc")
        .limit(rowsWanted(request))
        .execute();
      return pageOf(rows, request, (row) => [row.receivedAt, row.id], letterOf);
    },
    async deadLetter(id) {
      const row = await queries.selectFrom("deadLetters").selectAll().where("id", "=", id).executeTakeFirst();
      if (!row) throw notFound(`dead letter ${id}`);
      return letterOf(row);
    },
    async markReplayed(id, at, outcome) {
      const { numUpdatedRows } = await queries
        .updateTable("deadLetters")
        .set({ replayedAt: at, replayOutcome: outcome })
        .where("id", "=", id)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) throw notFound(`dead letter ${id}`);
    },
  };
}

function letterOf({ retained, truncated, ...row }: DeadLetterRow): DeadLetter {
  return {
    ...present(row),
    ...(retained === 1 && { retained: true }),
    ...(truncated === 1 && { truncated: true }),
  };
}
