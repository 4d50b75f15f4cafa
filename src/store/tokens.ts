import { ZhianError } from "../errors.ts";
import type { ApiToken, Store } from "../ports.ts";
import { notFound } from "./refusals.ts";
import type { Queries, TokenRow } from "./schema.ts";
import { present } from "./values.ts";

/** API tokens; of their secrets only the hash is known. */
export function tokensOf(
  queries: Queries,
): Pick<Store, "tokenByHash" | "tokens" | "addToken" | "revokeToken"> {
  return {
    async tokenByHash(hash) {
      const row = await queries
        .selectFrom("tokens")
        .selectAll()
        .where("secretHash", "=", hash)
        .where("revokedAt", "is", null)
        .executeTakeFirst();
      return row && tokenOf(row);
    },
    async tokens() {
      const rows = await queries
        .selectFrom("tokens")
        .selectAll()
        .orderBy("createdAt")
        .orderBy("id")
        .execute();
      return rows.map(tokenOf);
    },
    addToken: ({ id, name, role, estateIds, createdAt }, hash) =>
      queries.transaction().execute(async (tx) => {
        const there = await tx
          .selectFrom("tokens")
          .select("id")
          .where((eb) => eb.or([eb("id", "=", id), eb("secretHash", "=", hash)]))
          .executeTakeFirst();
        if (there) {
          throw new ZhianError("CONFLICT", `token ${there.id} exists already`, {
            faults: [{ field: "id", reason: "is taken, or its secret is" }],
          });
        }
        await tx
          .insertInto("tokens")
          .values({
            id,
            name,
            role,
            estateIds: JSON.stringify(estateIds),
            secretHash: hash,
            createdAt,
            revokedAt: null,
          })
          .execute();
      }),
    async revokeToken(id, at) {
      const { numUpdatedRows } = await queries
        .updateTable("tokens")
        .set((eb) => ({ revokedAt: eb.fn.coalesce("revokedAt", eb.val(at)) }))
        .where("id", "=", id)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) throw notFound(`token ${id}`);
    },
  };
}

function tokenOf({ estateIds, secretHash: _hash, ...row }: TokenRow): ApiToken {
  return { ...present(row), estateIds: JSON.parse(estateIds) as string[] };
}
