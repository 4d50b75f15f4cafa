import type { CloseReason } from "../domain/incident.ts";
import type { Store } from "../ports.ts";
import { estatesInView } from "./page.ts";
import type { Queries } from "./schema.ts";

/** How incidents were closed, for the false-alarm ledger. What a simulator made is left out. */
export function ledgerPart(queries: Queries): Pick<Store, "closings"> {
  return {
    async closings({ scope, estateId, from, to }) {
      const estates = estatesInView(scope, estateId);
      const rows = await queries
        .selectFrom("incidents")
        .select((eb) => [
          "ruleId as rule",
          "estateId",
          "deviceId",
          "closeReason as reason",
          eb.fn.countAll<number>().as("count"),
          eb.fn.max("closedAt").as("lastAt"),
        ])
        .where("status", "=", "closed")
        .where("closedAt", ">=", from)
        .where("closedAt", "<", to)
        .where("simulated", "=", 0)
        .where("closeReason", "is not", null)
        .$if(estates !== undefined, (select) => select.where("estateId", "in", estates ?? []))
        .groupBy(["ruleId", "estateId", "deviceId", "closeReason"])
        .execute();
      return rows.map(({ rule, estateId: estate, deviceId, reason, count, lastAt }) => ({
        rule,
        estateId: estate,
        deviceId,
        reason: reason as CloseReason,
        count,
        lastAt: lastAt ?? from,
      }));
    },
  };
}
