import type { ImportOutcome, RegistryRecord } from "../ports.ts";
import type { Encoding } from "./encoding.ts";
import { createFaults, type Faults } from "./faults.ts";
import type { ImportLimits } from "./limits.ts";
import type { RegistryKind } from "./registry-columns.ts";
import { type RawValues, readRecord, type RegistryDefaults } from "./registry-record.ts";

/** A record with the place in the file that a later fault must name. */
export interface LocatedRecord {
  readonly line: number;
  /** The name that the file has for a field. */
  readonly label: (field: string) => string;
  readonly record: RegistryRecord;
}

/** What a registry file holds. Faults found later, against the store, are added to `faults`. */
export interface ParsedRegistry extends Pick<ImportOutcome, "rows" | "encoding" | "ignoredColumns"> {
  readonly records: readonly LocatedRecord[];
  readonly faults: Faults;
}

export interface RegistryFileOptions {
  readonly defaults: RegistryDefaults;
  readonly encoding?: Encoding;
  readonly limits?: ImportLimits;
}

/** One row or item as the file writes it; empty values are left out. */
export interface RegistryItem extends Omit<LocatedRecord, "record"> {
  readonly kind: RegistryKind;
  readonly values: RawValues;
}

/** Reads one item into `records`, or its faults into `faults`. */
export function takeItem(
  { kind, line, values, label }: RegistryItem,
  defaults: RegistryDefaults,
  records: LocatedRecord[],
  faults: Faults,
): void {
  const reading = readRecord(kind, values, defaults);
  if (reading.ok) records.push({ line, label, record: reading.record });
  else for (const { field, reason } of reading.faults) faults.add(line, label(field), reason);
}

/** Sets a field's value; `config.zone` is the field `zone` of the object `config`. */
export function setValue(values: Record<string, unknown>, field: string, value: unknown): void {
  const [group = "", name] = field.split(".");
  if (name === undefined) {
    values[group] = value;
    return;
  }
  const inner = values[group];
  values[group] = { ...(typeof inner === "object" ? inner : {}), [name]: value };
}

/** A file of which nothing can be used. */
export function refusedFile(line: number, reason: string, encoding: string): ParsedRegistry {
  const faults = createFaults();
  faults.add(line, "file", reason);
  return { records: [], faults, rows: 0, encoding, ignoredColumns: [] };
}
