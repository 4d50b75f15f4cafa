import type { Place } from "../domain/estate.ts";
import type { RegistryRecord } from "../ports.ts";
import { shown } from "./cell.ts";
import type { Faults } from "./faults.ts";
import type { LocatedRecord } from "./registry-file.ts";

/** What is on file already, by id; places by `estate/place`. */
export interface OnFile {
  readonly estates: ReadonlySet<string>;
  readonly places: ReadonlySet<string>;
  readonly gateways: ReadonlySet<string>;
  /** Profiles that a binding may name. */
  readonly profiles: ReadonlySet<string>;
}

/** The identity of a record among its kind. */
function keyOf({ kind, value }: RegistryRecord): string {
  return kind === "place" || kind === "device" ? placeKey(value.estateId, value.id) : value.id;
}

/** Key of a place among all estates' places. */
export const placeKey = (estateId: string, id: string): string => `${estateId}/${id}`;

/** Refuses every record that stands more than once in the file, at each of its lines. */
export function refuseDuplicates(records: readonly LocatedRecord[], faults: Faults): void {
  const lines = new Map<string, number>();
  for (const { line, label, record } of records) {
    const key = JSON.stringify([record.kind, keyOf(record)]);
    const earlier = lines.get(key);
    if (earlier === undefined) lines.set(key, line);
    else {
      faults.add(line, label("id"), `is the same ${record.kind} as line ${earlier}`);
      faults.add(earlier, label("id"), `is the same ${record.kind} as line ${line}`);
    }
  }
}

/**
 * Refuses records that refer to what is neither on file nor a good record of this file. Returns the
 * good ones in an order in which each comes after what it refers to.
 */
export function resolve(
  records: readonly LocatedRecord[],
  onFile: OnFile,
  faults: Faults,
): readonly LocatedRecord[] {
  const good: LocatedRecord[] = [];
  const known = {
    estate: new Set(onFile.estates),
    place: new Set(onFile.places),
    gateway: new Set(onFile.gateways),
  };
  const refuse = ({ line, label }: LocatedRecord, field: string, what: string, id: string): void =>
    faults.add(line, label(field), `there is no ${what} ${shown(id)}, neither in the hub nor in this file`);
  const accept = (each: LocatedRecord): void => {
    const { record } = each;
    good.push(each);
    if (record.kind !== "device") known[record.kind].add(keyOf(record));
  };

  const sound = records.filter(({ line }) => !faults.has(line));
  for (const each of sound) if (each.record.kind === "estate") accept(each);
  const places: (LocatedRecord & { readonly place: Place })[] = [];
  for (const each of sound) {
    const { record } = each;
    if (record.kind === "estate") continue;
    const estates = record.kind === "gateway" ? record.value.estateIds : [record.value.estateId];
    const field = record.kind === "gateway" ? "estateIds" : "estateId";
    for (const id of estates) if (!known.estate.has(id)) refuse(each, field, "estate", id);
    for (const { profile } of record.kind === "gateway" ? record.value.bindings : []) {
      if (!onFile.profiles.has(profile))
        faults.add(each.line, each.label("bindings"), `there is no profile ${shown(profile)}`);
    }
    if (faults.has(each.line)) continue;
    if (record.kind === "place") places.push({ ...each, place: record.value });
    if (record.kind === "gateway") accept(each);
  }

  // Parents first: each round takes the places whose parent is known by now.
  let waiting = places;
  for (let before = -1; before !== waiting.length;) {
    before = waiting.length;
    waiting = waiting.filter((each) => {
      const { estateId, parentId } = each.place;
      if (parentId !== undefined && !known.place.has(placeKey(estateId, parentId))) return true;
      accept(each);
      return false;
    });
  }
  for (const each of waiting) {
    const { parentId = "" } = each.place;
    faults.add(
      each.line,
      each.label("parentId"),
      `there is no place ${shown(parentId)} in this estate, or it leads back to itself`,
    );
  }

  for (const each of sound) {
    const { record } = each;
    if (record.kind !== "device" || faults.has(each.line)) continue;
    const { gatewayId, placeId, estateId } = record.value;
    if (gatewayId !== undefined && !known.gateway.has(gatewayId))
      refuse(each, "gatewayId", "gateway", gatewayId);
    if (placeId !== undefined && !known.place.has(placeKey(estateId, placeId))) {
      refuse(each, "placeId", "place", placeId);
    }
    if (!faults.has(each.line)) accept(each);
  }
  return good;
}
