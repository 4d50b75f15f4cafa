import type { Store } from "../ports.ts";
import { estatesInView } from "./page.ts";
import type { Queries } from "./schema.ts";

/** Devices by how many of their incidents chattered. Tests, and what a simulator made, are left out. */
export function badActorsPart(queries: Queries): Pick<Store, "badActors"> {
  return {
    badActors({ scope, estateId, from, limit }) {
      const estates = estatesInView(scope, estateId);
      return queries
        .selectFrom("incidents")
        .select((eb) => [
          "estateId",
          "deviceId",
          eb.fn.countAll<number>().as("incidents"),
          eb.fn.max("openedAt").as("lastAt"),
        ])
        .where("chattering", "=", 1)
        .where("openedAt", ">=", from)
        .where("simulated", "=", 0)
        .where("test", "=", 0)
        .$if(estates !== undefined, (select) => select.where("estateId", "in", estates ?? []))
        .groupBy(["estateId", "deviceId"])
        .orderBy("incidents", "desc")
        .orderBy("lastAt", "desc")
        .orderBy("estateId")
        .orderBy("deviceId")
        .limit(limit)
        .execute();
    },
  };
}
