import type { Store } from "../ports.ts";
import { requireEstate } from "./estates.ts";
import { notFound } from "./refusals.ts";
import type { Queries } from "./schema.ts";

type HouseholdsPart = Pick<Store, "householdChanges" | "putHouseholdChange" | "deleteHouseholdChange">;

/** Dated changes of estates' households. */
export function householdsOf(queries: Queries): HouseholdsPart {
  return {
    async householdChanges(estateId) {
      await requireEstate(queries, estateId);
      return queries
        .selectFrom("householdChanges")
        .select(["fromDay", "households"])
        .where("estateId", "=", estateId)
        .orderBy("fromDay")
        .execute();
    },
    putHouseholdChange: (estateId, { fromDay, households }) =>
      queries.transaction().execute(async (tx) => {
        await requireEstate(tx, estateId);
        await tx
          .insertInto("householdChanges")
          .values({ estateId, fromDay, households })
          .onConflict((conflict) => conflict.columns(["estateId", "fromDay"]).doUpdateSet({ households }))
          .execute();
      }),
    async deleteHouseholdChange(estateId, fromDay) {
      const { numDeletedRows } = await queries
        .deleteFrom("householdChanges")
        .where("estateId", "=", estateId)
        .where("fromDay", "=", fromDay)
        .executeTakeFirst();
      if (numDeletedRows === 0n) throw notFound(`change of households of estate ${estateId} on ${fromDay}`);
    },
  };
}
