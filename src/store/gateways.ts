import type { Gateway, TopicBinding } from "../domain/estate.ts";
import { watchedGateway } from "../domain/exposure.ts";
import { ZhianError } from "../errors.ts";
import type { Clock, Store } from "../ports.ts";
import { forgetOutagesOf } from "./outage-retention.ts";
import { pageOf, placeAfter, rowsWanted } from "./page.ts";
import { notFound, refuseConflicts } from "./refusals.ts";
import type { Atomic, GatewayRow, Queries } from "./schema.ts";
import { chunksOf, flag, present } from "./values.ts";

type GatewaysPart = Pick<
  Store,
  | "gateways"
  | "gateway"
  | "putGateway"
  | "setGatewaySecret"
  | "revokeGateway"
  | "deleteGateway"
  | "gatewayCredentials"
>;
/** What is given of a gateway; the rest is found out. */
export type GivenGateway = Parameters<Store["putGateway"]>[0];

/** Gateways and the hashes of their secrets. */
export function gatewaysOf(queries: Queries, clock: Clock): GatewaysPart {
  async function withEstates(rows: readonly GatewayRow[]): Promise<(row: GatewayRow) => Gateway> {
    const estates = await estatesServed(
      queries,
      rows.map((row) => row.id),
    );
    return (row) => gatewayOf(row, estates.get(row.id) ?? []);
  }
  async function change(id: string, values: Partial<GatewayRow>): Promise<void> {
    const { numUpdatedRows } = await queries
      .updateTable("gateways")
      .set(values)
      .where("id", "=", id)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) throw notFound(`gateway ${id}`);
  }

  return {
    async gateways(request) {
      const after = placeAfter(request, ["string"]);
      const { scope } = request;
      const rows = await queries
        .selectFrom("gateways")
        .selectAll()
        .$if(scope !== undefined, (query) =>
          query.where("id", "in", (eb) =>
            eb
              .selectFrom("gatewayEstates")
              .select("gatewayId")
              .where("estateId", "in", scope ?? []),
          ),
        )
        .$if(after !== undefined, (query) => query.where("id", ">", after?.[0] ?? ""))
        .orderBy("id")
        .limit(rowsWanted(request))
        .execute();
      return pageOf(rows, request, (row) => [row.id], await withEstates(rows));
    },
    async gateway(id) {
      const row = await queries.selectFrom("gateways").selectAll().where("id", "=", id).executeTakeFirst();
      if (!row) throw notFound(`gateway ${id}`);
      return (await withEstates([row]))(row);
    },
    putGateway: (gateway) =>
      queries.transaction().execute(async (tx) => {
        const known = await tx
          .selectFrom("estates")
          .select("id")
          .where("id", "in", gateway.estateIds)
          .execute();
        const faults = unknownEstates(gateway, new Set(known.map((estate) => estate.id)), "");
        refuseConflicts(`gateway ${gateway.id} cannot serve these estates`, faults);
        await writeGateway(tx, gateway, clock);
      }),
    setGatewaySecret: (id, hash) => change(id, { secretHash: hash, revokedAt: null }),
    revokeGateway: (id, at) => change(id, { revokedAt: at }),
    deleteGateway: (id) =>
      queries.transaction().execute(async (tx) => {
        const row = await tx
          .selectFrom("gateways")
          .select("revokedAt")
          .where("id", "=", id)
          .executeTakeFirst();
        if (!row) throw notFound(`gateway ${id}`);
        if (row.revokedAt === null) {
          throw new ZhianError("CONFLICT", `gateway ${id} may still connect; revoke it first`);
        }
        await tx.deleteFrom("gatewayEstates").where("gatewayId", "=", id).execute();
        await tx.deleteFrom("lessons").where("gatewayId", "=", id).execute();
        await forgetOutagesOf(tx, watchedGateway(id));
        await tx.deleteFrom("gateways").where("id", "=", id).execute();
      }),
    async gatewayCredentials() {
      const rows = await queries.selectFrom("gateways").selectAll().orderBy("id").execute();
      const gatewayOfRow = await withEstates(rows);
      return rows.map((row) => ({ gateway: gatewayOfRow(row), secretHash: row.secretHash ?? undefined }));
    },
  };
}

/** A fault for each estate a gateway names that is not known. */
export function unknownEstates(gateway: GivenGateway, known: ReadonlySet<string>, path: string) {
  return gateway.estateIds.flatMap((id, index) =>
    known.has(id) ? [] : [{ field: `${path}estateIds[${index}]`, reason: `unknown estate ${id}` }],
  );
}

/** The estates of each gateway, in the order they were given. */
export async function estatesServed(
  db: Queries | Atomic,
  gatewayIds: readonly string[],
): Promise<Map<string, string[]>> {
  const served = new Map<string, string[]>();
  for (const chunk of chunksOf(gatewayIds)) {
    const rows = await db
      .selectFrom("gatewayEstates")
      .select(["gatewayId", "estateId"])
      .where("gatewayId", "in", chunk)
      .orderBy("gatewayId")
      .orderBy("position")
      .execute();
    for (const { gatewayId, estateId } of rows) {
      const there = served.get(gatewayId);
      if (there) there.push(estateId);
      else served.set(gatewayId, [estateId]);
    }
  }
  return served;
}

/** Creates a gateway or changes what is given of it. */
export async function writeGateway(db: Atomic, gateway: GivenGateway, clock: Clock): Promise<void> {
  const { id, name, estateIds, bindings, simulated } = gateway;
  const given = { name, bindings: JSON.stringify(bindings), simulated: flag(simulated) };
  await db
    .insertInto("gateways")
    .values({
      id,
      ...given,
      presence: "unknown",
      presenceSince: null,
      lastSeen: null,
      createdAt: clock.now(),
      revokedAt: null,
      secretHash: null,
    })
    .onConflict((conflict) => conflict.column("id").doUpdateSet(given))
    .execute();
  await db.deleteFrom("gatewayEstates").where("gatewayId", "=", id).execute();
  const rows = [...new Set(estateIds)].map((estateId, position) => ({ gatewayId: id, position, estateId }));
  if (rows.length > 0) await db.insertInto("gatewayEstates").values(rows).execute();
}

function gatewayOf(row: GatewayRow, estateIds: readonly string[]): Gateway {
  const { bindings, simulated, secretHash: _hash, ...rest } = row;
  return {
    ...present(rest),
    estateIds,
    bindings: JSON.parse(bindings) as TopicBinding[],
    simulated: simulated === 1,
  };
}
