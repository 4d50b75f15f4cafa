import type { FieldFault } from "../errors.ts";
import type { Clock, RegistryRecord, Store } from "../ports.ts";
import { deviceRow, type GivenDeviceRow, writeDevices } from "./devices.ts";
import { estateFaults, estateRow, parentFault, placeRow, writeEstate, writePlaces } from "./estates.ts";
import { estatesServed, unknownEstates, writeGateway } from "./gateways.ts";
import { refuseImport } from "./refusals.ts";
import { type Tally, tally } from "./same-row.ts";
import type { Atomic, Queries } from "./schema.ts";
import { flag } from "./values.ts";

type Of<Kind extends RegistryRecord["kind"]> = Extract<RegistryRecord, { kind: Kind }>["value"];
interface Item<Kind extends RegistryRecord["kind"]> {
  readonly value: Of<Kind>;
  /** Stands before the field in a fault. */
  readonly path: string;
}

/**
 * Imports a registry file. All or nothing; records may refer to each other in any order, and one that
 * is there already is updated or left unchanged. Throws IMPORT_REFUSED with every fault.
 */
export function importRegistryOf(queries: Queries, clock: Clock): Store["importRegistry"] {
  return (records) =>
    queries.transaction().execute(async (tx) => {
      const estates = itemsOf(records, "estate");
      const places = itemsOf(records, "place");
      const gateways = itemsOf(records, "gateway");
      const devices = itemsOf(records, "device");

      const known = await knownAfter(tx, estates, places, gateways);
      refuseImport([
        ...repeated(estates, ({ id }) => id),
        ...repeated(places, nameIn),
        ...repeated(gateways, ({ id }) => id),
        ...repeated(devices, nameIn),
        ...estates.flatMap(({ value, path }) => estateFaults(value, path)),
        ...places.flatMap((item) => placeFaults(item, known)),
        ...gateways.flatMap(({ value, path }) => unknownEstates(value, known.estates, path)),
        ...devices.flatMap((item) => deviceFaults(item, known)),
      ]);

      const result: Tally = { inserted: 0, updated: 0, unchanged: 0 };
      for (const { value } of estates) await importEstate(tx, result, value);
      await importPlaces(tx, result, places);
      for (const { value } of gateways) await importGateway(tx, result, value, clock);
      await importDevices(tx, result, devices);
      return result;
    });
}

function itemsOf<Kind extends RegistryRecord["kind"]>(
  records: readonly RegistryRecord[],
  kind: Kind,
): Item<Kind>[] {
  return records.flatMap((record, index) =>
    record.kind === kind ? [{ value: record.value as Of<Kind>, path: `records[${index}].` }] : [],
  );
}

function repeated<Kind extends RegistryRecord["kind"]>(
  items: readonly Item<Kind>[],
  nameOf: (value: Of<Kind>) => string,
): FieldFault[] {
  const seen = new Set<string>();
  return items.flatMap(({ value, path }) => {
    const name = nameOf(value);
    if (seen.has(name)) return [{ field: `${path}id`, reason: `${name} appears twice` }];
    seen.add(name);
    return [];
  });
}

/** What may be referred to once the file is in. */
interface Known {
  readonly estates: ReadonlySet<string>;
  /** Parents of places, by estate. */
  readonly places: ReadonlyMap<string, ReadonlyMap<string, string | undefined>>;
  readonly gateways: ReadonlySet<string>;
}

async function knownAfter(
  tx: Atomic,
  estates: readonly Item<"estate">[],
  places: readonly Item<"place">[],
  gateways: readonly Item<"gateway">[],
): Promise<Known> {
  const estateIds = await tx.selectFrom("estates").select("id").execute();
  const gatewayIds = await tx.selectFrom("gateways").select("id").execute();
  const stored = await tx.selectFrom("places").select(["estateId", "id", "parentId"]).execute();
  const parents = new Map<string, Map<string, string | undefined>>();
  for (const { estateId, id, parentId } of [...stored, ...places.map(({ value }) => value)]) {
    const there = parents.get(estateId) ?? new Map<string, string | undefined>();
    parents.set(estateId, there.set(id, parentId ?? undefined));
  }
  return {
    estates: new Set([...estateIds.map(({ id }) => id), ...estates.map(({ value }) => value.id)]),
    places: parents,
    gateways: new Set([...gatewayIds.map(({ id }) => id), ...gateways.map(({ value }) => value.id)]),
  };
}

function placeFaults({ value, path }: Item<"place">, known: Known): FieldFault[] {
  const faults: FieldFault[] = [];
  if (!known.estates.has(value.estateId)) {
    faults.push({ field: `${path}estateId`, reason: `unknown estate ${value.estateId}` });
  }
  const fault = parentFault(value, known.places.get(value.estateId) ?? new Map());
  if (fault) faults.push({ ...fault, field: `${path}${fault.field}` });
  return faults;
}

function deviceFaults({ value, path }: Item<"device">, known: Known): FieldFault[] {
  const { estateId, gatewayId, placeId } = value;
  const faults: FieldFault[] = [];
  if (!known.estates.has(estateId)) {
    faults.push({ field: `${path}estateId`, reason: `unknown estate ${estateId}` });
  }
  if (gatewayId !== undefined && !known.gateways.has(gatewayId)) {
    faults.push({ field: `${path}gatewayId`, reason: `unknown gateway ${gatewayId}` });
  }
  if (placeId !== undefined && !known.places.get(estateId)?.has(placeId)) {
    faults.push({ field: `${path}placeId`, reason: `estate ${estateId} has no place ${placeId}` });
  }
  return faults;
}

async function importEstate(tx: Atomic, result: Tally, value: Of<"estate">): Promise<void> {
  const row = estateRow(value);
  const before = await tx.selectFrom("estates").selectAll().where("id", "=", row.id).executeTakeFirst();
  if (tally(result, before, row)) await writeEstate(tx, row);
}

async function importPlaces(tx: Atomic, result: Tally, items: readonly Item<"place">[]): Promise<void> {
  const rows = items.map(({ value }) => placeRow(value));
  const stored = await tx.selectFrom("places").selectAll().where("estateId", "in", estatesIn(rows)).execute();
  const before = new Map(stored.map((row) => [nameIn(row), row]));
  const changed = rows.filter((row) => tally(result, before.get(nameIn(row)), row));
  await writePlaces(tx, changed);
}

async function importGateway(tx: Atomic, result: Tally, value: Of<"gateway">, clock: Clock): Promise<void> {
  const { id, name, estateIds, bindings, simulated } = value;
  const stored = await tx
    .selectFrom("gateways")
    .select(["name", "bindings", "simulated"])
    .where("id", "=", id)
    .executeTakeFirst();
  const served = (await estatesServed(tx, [id])).get(id) ?? [];
  const before = stored && { ...stored, estates: served.join("\n") };
  const after = {
    name,
    bindings: JSON.stringify(bindings),
    simulated: flag(simulated),
    estates: [...new Set(estateIds)].join("\n"),
  };
  if (tally(result, before, after)) await writeGateway(tx, value, clock);
}

async function importDevices(tx: Atomic, result: Tally, items: readonly Item<"device">[]): Promise<void> {
  const rows = items.map(({ value }) => deviceRow(value));
  const stored = await tx
    .selectFrom("devices")
    .selectAll()
    .where("estateId", "in", estatesIn(rows))
    .execute();
  const before = new Map<string, GivenDeviceRow>(stored.map((row) => [nameIn(row), row]));
  const changed = rows.filter((row) => tally(result, before.get(nameIn(row)), row));
  await writeDevices(tx, changed);
}

function estatesIn(rows: readonly { readonly estateId: string }[]): string[] {
  return [...new Set(rows.map(({ estateId }) => estateId))];
}

/** Estate ids have no slash, so no two things share a name. */
function nameIn({ estateId, id }: { readonly estateId: string; readonly id: string }): string {
  return `${estateId}/${id}`;
}
