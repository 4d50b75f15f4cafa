import type { z } from "zod";
import type { importAnswer } from "./calls.ts";
import { clean, table } from "./table.ts";

type Answer = z.output<typeof importAnswer>;

/** What an import did, for people. */
export function reportLines(outcome: Answer, dryRun: boolean): readonly string[] {
  return [
    ...section("Refused:", outcome.refused, ["line", "field", "reason"]),
    ...section("Types the mapping does not know:", outcome.unknownTypes, ["type", "rows", "line"]),
    ...section("Types left out, as the mapping says:", outcome.leftOut, ["type", "rows", "line"]),
    ...columns("Columns not read (personal data):", outcome, true),
    ...columns("Columns not read:", outcome, false),
    summary(outcome, dryRun),
  ];
}

function summary(outcome: Answer, dryRun: boolean): string {
  const { rows, accepted, refusedRows, inserted, updated, unchanged, encoding, dateOnly } = outcome;
  const read = `${rows} rows read${encoding ? ` (${encoding.toUpperCase()})` : ""}: ${accepted} good, ${refusedRows} refused`;
  const noon = dateOnly > 0 ? `; ${dateOnly} had a day without an hour and count at noon` : "";
  if (outcome.stored) return `${read}${noon}. ${inserted} new, ${updated} changed, ${unchanged} as before.`;
  return `${read}${noon}. Nothing was stored${dryRun ? " (dry run)" : ""}.`;
}

function section(title: string, rows: Answer["refused"] | Answer["unknownTypes"], names: readonly string[]) {
  return rows.length === 0 ? [] : [title, ...table(rows, names).map((line) => `  ${line}`), ""];
}

function columns(title: string, { ignoredColumns }: Answer, personal: boolean): readonly string[] {
  const names = ignoredColumns
    .filter((column) => column.personal === personal)
    .map(({ name }) => clean(name));
  return names.length === 0 ? [] : [`${title} ${names.join(", ")}`, ""];
}
