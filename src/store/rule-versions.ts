import type { RuleVersion, Store } from "../ports.ts";
import { notFound } from "./refusals.ts";
import type { Queries, RuleVersionRow } from "./schema.ts";

/** Every version of a rule that was in force; none is ever deleted, because incidents name them. */
export function ruleVersionsOf(
  queries: Queries,
): Pick<Store, "putRulesInForce" | "rulesInForce" | "ruleVersions" | "ruleVersion"> {
  return {
    putRulesInForce: (versions) =>
      queries.transaction().execute(async (tx) => {
        await tx.updateTable("ruleVersions").set({ file: null }).where("file", "is not", null).execute();
        for (const { id, version, firstAt, definition, file = null } of versions) {
          await tx
            .insertInto("ruleVersions")
            .values({ ruleId: id, version, firstAt, definition: JSON.stringify(definition), file })
            .onConflict((conflict) =>
              conflict
                .columns(["ruleId", "version"])
                .doUpdateSet((eb) => ({ file: eb.ref("excluded.file") })),
            )
            .execute();
        }
      }),
    async rulesInForce() {
      const rows = await queries
        .selectFrom("ruleVersions")
        .selectAll()
        .where("file", "is not", null)
        .orderBy("ruleId")
        .execute();
      return rows.map(versionOf);
    },
    async ruleVersions(id) {
      const rows = await queries
        .selectFrom("ruleVersions")
        .selectAll()
        .where("ruleId", "=", id)
        .orderBy("firstAt", "desc")
        .orderBy("version")
        .execute();
      if (rows.length === 0) throw notFound(`rule ${id}`);
      return rows.map(versionOf);
    },
    async ruleVersion(id, version) {
      const row = await queries
        .selectFrom("ruleVersions")
        .selectAll()
        .where("ruleId", "=", id)
        .where("version", "=", version)
        .executeTakeFirst();
      if (!row) throw notFound(`version ${version} of rule ${id}`);
      return versionOf(row);
    },
  };
}

/** The version of a row. */
export function versionOf({ ruleId, version, firstAt, definition, file }: RuleVersionRow): RuleVersion {
  return {
    id: ruleId,
    version,
    firstAt,
    definition: JSON.parse(definition) as RuleVersion["definition"],
    ...(file !== null && { file }),
  };
}
