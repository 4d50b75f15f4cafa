import type { z } from "zod";
import type { RegistryRecord } from "../ports.ts";
import type { RegistryKind } from "./registry-columns.ts";
import { REGISTRY_FIELDS } from "./registry-fields.ts";

/** What a file does not say, and the caller does. */
export interface RegistryDefaults {
  readonly zone: string;
  readonly simulated: boolean;
}

/** The values of a record's fields as written; empty ones are left out. */
export type RawValues = Readonly<Record<string, unknown>>;

/** A record, or the fields at fault. */
export type RecordReading =
  | { readonly ok: true; readonly record: RegistryRecord }
  | { readonly ok: false; readonly faults: readonly { readonly field: string; readonly reason: string }[] };

/** Makes a record of one kind from the values of its fields. */
export function readRecord(
  kind: RegistryKind,
  values: RawValues,
  { zone, simulated }: RegistryDefaults,
): RecordReading {
  switch (kind) {
    case "estate":
      return reading(values, REGISTRY_FIELDS.estate.safeParse(values), (estate) => ({
        kind,
        value: { zone, simulated, ...estate },
      }));
    case "place":
      return reading(values, REGISTRY_FIELDS.place.safeParse(values), (value) => ({ kind, value }));
    case "gateway":
      return reading(values, REGISTRY_FIELDS.gateway.safeParse(values), (gateway) => ({
        kind,
        value: { bindings: [], simulated, ...gateway },
      }));
    case "device":
      return reading(values, REGISTRY_FIELDS.device.safeParse(values), ({ config, ...device }) => ({
        kind,
        value: { name: device.id, status: "enrolled", simulated, config: config ?? {}, ...device },
      }));
  }
}

function reading<T>(
  values: RawValues,
  parsed: z.ZodSafeParseResult<T>,
  build: (value: T) => RegistryRecord,
): RecordReading {
  if (parsed.success) return { ok: true, record: build(parsed.data) };
  const faults = parsed.error.issues.map(({ path, message }) => {
    const field = path.map(String).join(".");
    const value = path.reduce<unknown>(
      (node, step) => (node as RawValues | undefined)?.[String(step)],
      values,
    );
    return { field, reason: value === undefined ? "is missing" : message };
  });
  return { ok: false, faults };
}
