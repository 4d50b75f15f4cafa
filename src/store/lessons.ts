import type { Json } from "../domain/event.ts";
import type { Store } from "../ports.ts";
import type { Queries } from "./schema.ts";

/** What bridges taught: names behind aliases, what a topic means. */
export function lessonsOf(queries: Queries): Pick<Store, "lessons" | "putLessons"> {
  return {
    async lessons() {
      const rows = await queries.selectFrom("lessons").selectAll().execute();
      return rows.map(({ estateId, gatewayId, profile, key, value }) => {
        return { estateId, gatewayId, profile, key, value: JSON.parse(value) as Json };
      });
    },
    putLessons: (lessons) =>
      queries.transaction().execute(async (tx) => {
        for (const { value, ...key } of lessons) {
          if (value === null) {
            await tx
              .deleteFrom("lessons")
              .where("estateId", "=", key.estateId)
              .where("gatewayId", "=", key.gatewayId)
              .where("profile", "=", key.profile)
              .where("key", "=", key.key)
              .execute();
            continue;
          }
          await tx
            .insertInto("lessons")
            .values({ ...key, value: JSON.stringify(value) })
            .onConflict((conflict) =>
              conflict
                .columns(["estateId", "gatewayId", "profile", "key"])
                .doUpdateSet((eb) => ({ value: eb.ref("excluded.value") })),
            )
            .execute();
        }
      }),
  };
}
