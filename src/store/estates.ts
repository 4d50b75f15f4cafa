import type { Estate, Place } from "../domain/estate.ts";
import { isZone } from "../domain/zone.ts";
import { type FieldFault, ZhianError } from "../errors.ts";
import type { Store } from "../ports.ts";
import { hasEvents } from "./events.ts";
import { pageOf, placeAfter, rowsWanted } from "./page.ts";
import { notFound, refuseConflicts } from "./refusals.ts";
import type { Atomic, EstateRow, PlaceRow, Queries } from "./schema.ts";
import { chunksOf, flag, present } from "./values.ts";

type EstatesPart = Pick<
  Store,
  "estates" | "estate" | "putEstate" | "deleteEstate" | "places" | "putPlace" | "deletePlace"
>;

/** Estates and their places. */
export function estatesOf(queries: Queries): EstatesPart {
  return {
    async estates(request) {
      const after = placeAfter(request, ["string"]);
      const { scope } = request;
      const rows = await queries
        .selectFrom("estates")
        .selectAll()
        .$if(scope !== undefined, (query) => query.where("id", "in", scope ?? []))
        .$if(after !== undefined, (query) => query.where("id", ">", after?.[0] ?? ""))
        .orderBy("id")
        .limit(rowsWanted(request))
        .execute();
      return pageOf(rows, request, (row) => [row.id], estateOf);
    },
    async estate(id) {
      return estateOf(await requireEstate(queries, id));
    },
    async putEstate(estate) {
      const faults = estateFaults(estate, "");
      if (faults.length > 0) throw new ZhianError("VALIDATION", "the estate is not valid", { faults });
      await writeEstate(queries, estateRow(estate));
    },
    deleteEstate: (id) =>
      queries.transaction().execute(async (tx) => {
        await requireEstate(tx, id);
        refuseConflicts(`estate ${id} is referred to`, await references(tx, id));
        for (const table of [
          "places",
          "modePlans",
          "modeOrders",
          "householdChanges",
          "outages",
          "anomalies",
        ] as const)
          await tx.deleteFrom(table).where("estateId", "=", id).execute();
        await tx.deleteFrom("estates").where("id", "=", id).execute();
      }),

    async places(estateId) {
      await requireEstate(queries, estateId);
      const rows = await queries
        .selectFrom("places")
        .selectAll()
        .where("estateId", "=", estateId)
        .orderBy("id")
        .execute();
      return rows.map((row) => present(row));
    },
    putPlace: (place) =>
      queries.transaction().execute(async (tx) => {
        await requireEstate(tx, place.estateId);
        const parents = new Map<string, string | undefined>();
        const siblings = await tx
          .selectFrom("places")
          .select(["id", "parentId"])
          .where("estateId", "=", place.estateId)
          .execute();
        for (const { id, parentId } of siblings) parents.set(id, parentId ?? undefined);
        parents.set(place.id, place.parentId);
        const fault = parentFault(place, parents);
        if (fault) refuseConflicts(`place ${place.id} cannot stand there`, [fault]);
        await writePlaces(tx, [placeRow(place)]);
      }),
    deletePlace: (estateId, id) =>
      queries.transaction().execute(async (tx) => {
        const faults: FieldFault[] = [];
        const place = await tx
          .selectFrom("places")
          .select("id")
          .where("estateId", "=", estateId)
          .where("id", "=", id)
          .executeTakeFirst();
        if (!place) throw notFound(`place ${id} in estate ${estateId}`);
        const child = await tx
          .selectFrom("places")
          .select("id")
          .where("estateId", "=", estateId)
          .where("parentId", "=", id)
          .executeTakeFirst();
        if (child) faults.push({ field: "places", reason: `place ${child.id} is part of it` });
        const device = await tx
          .selectFrom("devices")
          .select("id")
          .where("estateId", "=", estateId)
          .where("placeId", "=", id)
          .executeTakeFirst();
        if (device) faults.push({ field: "devices", reason: `device ${device.id} is there` });
        refuseConflicts(`place ${id} is referred to`, faults);
        await tx.deleteFrom("places").where("estateId", "=", estateId).where("id", "=", id).execute();
      }),
  };
}

/** The row of an estate. NOT_FOUND when there is none. */
export async function requireEstate(db: Queries | Atomic, id: string): Promise<EstateRow> {
  const row = await db.selectFrom("estates").selectAll().where("id", "=", id).executeTakeFirst();
  if (!row) throw notFound(`estate ${id}`, [{ field: "estateId", reason: `unknown estate ${id}` }]);
  return row;
}

/** What refers to an estate, one fault a kind; the estate's own places are deleted with it. */
async function references(tx: Atomic, id: string): Promise<FieldFault[]> {
  const faults: FieldFault[] = [];
  const say = (field: string, found: unknown): void => {
    if (found) faults.push({ field, reason: `there are ${field} of estate ${id}` });
  };
  const key = await tx.selectFrom("estateKeys").select("key").where("estateId", "=", id).executeTakeFirst();
  const counted =
    key &&
    (await tx.selectFrom("hourlyCounts").select("hour").where("estate", "=", key.key).executeTakeFirst());
  say("events", counted ?? (key && (await hasEvents(tx, key.key))));
  for (const table of ["incidents", "cases", "deadLetters", "devices"] as const) {
    const field = table === "deadLetters" ? "dead letters" : table;
    say(field, await tx.selectFrom(table).select("id").where("estateId", "=", id).executeTakeFirst());
  }
  const served = tx.selectFrom("gatewayEstates").select("gatewayId").where("estateId", "=", id);
  say("gateways", await served.executeTakeFirst());
  return faults;
}

/** What is wrong with an estate by itself; `path` stands before the names of its fields. */
export function estateFaults({ zone, latitude, longitude }: Estate, path: string): FieldFault[] {
  const faults: FieldFault[] = [];
  if (!isZone(zone)) faults.push({ field: `${path}zone`, reason: `${zone} is not an IANA time zone` });
  if ((latitude === undefined) !== (longitude === undefined)) {
    const field = latitude === undefined ? "latitude" : "longitude";
    faults.push({ field: `${path}${field}`, reason: "is missing: latitude and longitude come together" });
  }
  return faults;
}

/** What is wrong with a place's parent: unknown, or the place itself by way of others. */
export function parentFault(
  place: Place,
  parents: ReadonlyMap<string, string | undefined>,
): FieldFault | undefined {
  let parent = place.parentId;
  for (let steps = 0; parent !== undefined; steps++) {
    if (!parents.has(parent)) return { field: "parentId", reason: `unknown place ${parent}` };
    if (parent === place.id || steps > parents.size) {
      return { field: "parentId", reason: `place ${place.id} would be part of itself` };
    }
    parent = parents.get(parent);
  }
  return undefined;
}

function estateOf({ simulated, ...row }: EstateRow): Estate {
  return { ...present(row), simulated: simulated === 1 };
}

/** The row of an estate. */
export function estateRow(estate: Estate): EstateRow {
  return {
    id: estate.id,
    name: estate.name,
    zone: estate.zone,
    households: estate.households,
    buildings: estate.buildings ?? null,
    policeGrid: estate.policeGrid ?? null,
    communityGrid: estate.communityGrid ?? null,
    latitude: estate.latitude ?? null,
    longitude: estate.longitude ?? null,
    installedOn: estate.installedOn ?? null,
    commissionedOn: estate.commissionedOn ?? null,
    simulated: flag(estate.simulated),
  };
}

/** The row of a place. */
export function placeRow({ estateId, id, name, kind, parentId }: Place): PlaceRow {
  return { estateId, id, name, kind, parentId: parentId ?? null };
}

/** Creates or replaces. */
export async function writeEstate(db: Queries | Atomic, { id, ...rest }: EstateRow): Promise<void> {
  await db
    .insertInto("estates")
    .values({ id, ...rest })
    .onConflict((conflict) => conflict.column("id").doUpdateSet(rest))
    .execute();
}

/** Creates or replaces. */
export async function writePlaces(db: Atomic, rows: readonly PlaceRow[]): Promise<void> {
  for (const chunk of chunksOf(rows)) {
    await db
      .insertInto("places")
      .values(chunk)
      .onConflict((conflict) =>
        conflict.columns(["estateId", "id"]).doUpdateSet((eb) => ({
          name: eb.ref("excluded.name"),
          kind: eb.ref("excluded.kind"),
          parentId: eb.ref("excluded.parentId"),
        })),
      )
      .execute();
  }
}
