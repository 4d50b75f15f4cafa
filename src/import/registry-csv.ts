import { type Columns, findColumns } from "./columns.ts";
import { createFaults } from "./faults.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { REGISTRY_COLUMNS, type RegistryKind } from "./registry-columns.ts";
import {
  type LocatedRecord,
  type ParsedRegistry,
  refusedFile,
  type RegistryFileOptions,
  setValue,
  takeItem,
} from "./registry-file.ts";
import type { RawValues } from "./registry-record.ts";
import { readTable } from "./table.ts";

/** Reads a CSV file whose rows are records of one kind. Never throws for what is in the file. */
export async function parseRegistryCsv(
  bytes: Uint8Array,
  kind: RegistryKind,
  { encoding, limits = DEFAULT_LIMITS, defaults }: RegistryFileOptions,
): Promise<ParsedRegistry> {
  const faults = createFaults();
  const records: LocatedRecord[] = [];
  let columns: Columns<string> | undefined;
  const result = await readTable(bytes, {
    encoding,
    limits,
    header: (cells, line) => {
      const found = findColumns(cells, line, REGISTRY_COLUMNS[kind]);
      columns = found;
      for (const fault of found.faults) faults.add(fault.line, fault.field, fault.reason);
      if (found.at.size === 0) {
        const known = Object.values(REGISTRY_COLUMNS[kind]).map((names) => names[0]);
        faults.add(line, "file", `no column belongs to ${kind}s; known are ${known.join(", ")}`);
      }
      if (faults.rows() > 0) return undefined;
      return (row) => {
        const values = valuesOf(found, row.cells);
        takeItem({ kind, line: row.line, values, label: found.label }, defaults, records, faults);
      };
    },
  });
  if (!result.ok) return refusedFile(result.refusal.line, result.refusal.reason, result.encoding);
  for (const { line, field, reason } of result.misfits) faults.add(line, field, reason);
  const ignoredColumns = columns?.ignored ?? [];
  return { records, faults, rows: result.rows, encoding: result.encoding, ignoredColumns };
}

function valuesOf(columns: Columns<string>, cells: readonly string[]): RawValues {
  const values: Record<string, unknown> = {};
  for (const [field, index] of columns.at) {
    const cell = (cells[index] ?? "").trim();
    if (cell !== "") setValue(values, field, cell);
  }
  return values;
}
