import type { CaseUnit, RecordedCase } from "../domain/recorded-case.ts";
import { DAY, type EpochMs } from "../domain/time.ts";
import type { CaseImportOutcome, ImportRefusal, TypeTally } from "../ports.ts";
import { CASE_COLUMNS, type CaseField, UNIT_WORDS } from "./case-columns.ts";
import { readText, shown } from "./cell.ts";
import { type Columns, findColumns, plain } from "./columns.ts";
import type { Encoding } from "./encoding.ts";
import type { EstateFinder, KnownEstate } from "./estate-finder.ts";
import { createFaults, type Faults } from "./faults.ts";
import { DEFAULT_LIMITS, type ImportLimits } from "./limits.ts";
import { readTime } from "./local-time.ts";
import { readTable, type TableRow } from "./table.ts";
import { IGNORE, type TypeMapping } from "./type-mapping.ts";

/** How a file of recorded cases is to be read. */
export interface CaseFileOptions {
  readonly estate: EstateFinder;
  readonly mapping: TypeMapping;
  readonly now: EpochMs;
  readonly unit?: CaseUnit;
  readonly estateId?: string;
  readonly source?: string;
  readonly encoding?: Encoding;
  readonly simulated?: boolean;
  readonly limits?: ImportLimits;
}

/** What a file of recorded cases holds: good records with their lines, and everything else by reason. */
export interface ParsedCases extends Pick<
  CaseImportOutcome,
  "rows" | "refused" | "refusedRows" | "encoding" | "ignoredColumns" | "unknownTypes" | "leftOut" | "dateOnly"
> {
  readonly cases: readonly { readonly line: number; readonly value: RecordedCase }[];
}

const LONGEST_ID = 100;
const LONGEST_NAME = 100;
/** Source of cases whose file names none. */
const DEFAULT_SOURCE = "default";
/** Clocks and zones differ by less than this; a later case is a mistake. */
const FUTURE = DAY;

/**
 * Reads recorded cases from CSV bytes. Never throws for what is in the file, and never looks into
 * columns it does not know. A file without the needed columns yields no case at all.
 */
export async function parseCases(bytes: Uint8Array, options: CaseFileOptions): Promise<ParsedCases> {
  const { encoding, limits = DEFAULT_LIMITS } = options;
  let columns: Columns<CaseField> | undefined;
  let unusable: readonly ImportRefusal[] = [];
  const faults = createFaults();
  const tallies: Tallies = { unknown: new Map(), ignored: new Map() };
  const read: { line: number; value: RecordedCase; dateOnly: boolean }[] = [];
  const keys = new Map<string, number>();

  const take = (row: TableRow, found: Columns<CaseField>): void => {
    const { key, value, dateOnly = false } = readRow(row, found, options, faults, tallies);
    if (value !== undefined) read.push({ line: row.line, value, dateOnly });
    const earlier = key === undefined ? undefined : keys.get(key);
    if (earlier !== undefined) {
      faults.add(row.line, found.label("id"), `has the same number as line ${earlier}`);
      faults.add(earlier, found.label("id"), `has the same number as line ${row.line}`);
    } else if (key !== undefined) {
      keys.set(key, row.line);
    }
  };
  const result = await readTable(bytes, {
    encoding,
    limits,
    header: (cells, line) => {
      const found = findColumns(cells, line, CASE_COLUMNS);
      columns = found;
      unusable = [...found.faults, ...missingColumns(found, line, options)];
      return unusable.length > 0 ? undefined : (row) => take(row, found);
    },
  });
  const ignoredColumns = columns?.ignored ?? [];
  if (!result.ok) return { ...nothing([result.refusal], result.encoding), ignoredColumns };
  if (unusable.length > 0) return { ...nothing(unusable, result.encoding), ignoredColumns };

  for (const { line, field, reason } of result.misfits) faults.add(line, field, reason);
  const cases = read.filter(({ line }) => !faults.has(line));
  return {
    cases: cases.map(({ line, value }) => ({ line, value })),
    rows: result.rows,
    refused: faults.list(),
    refusedRows: faults.rows(),
    encoding: result.encoding,
    ignoredColumns,
    unknownTypes: [...tallies.unknown.values()],
    leftOut: [...tallies.ignored.values()],
    dateOnly: cases.filter(({ dateOnly }) => dateOnly).length,
  };
}

/** Types met in the rows. */
interface Tallies {
  readonly unknown: Map<string, TypeTally>;
  readonly ignored: Map<string, TypeTally>;
}

interface RowReading {
  /** Identity inside the file; undefined when the row has no readable number, or is left out. */
  readonly key?: string;
  readonly value?: RecordedCase;
  readonly dateOnly?: boolean;
}

function readRow(
  { line, cells }: TableRow,
  columns: Columns<CaseField>,
  options: CaseFileOptions,
  faults: Faults,
  tallies: Tallies,
): RowReading {
  const cell = (field: CaseField): string => cells[columns.at.get(field) ?? -1] ?? "";
  const text = (field: CaseField, longest: number): string | undefined => {
    const reading = readText(cell(field), longest);
    if (reading.ok) return reading.text;
    faults.add(line, columns.label(field), reading.reason);
    return undefined;
  };

  const sourceType = text("type", LONGEST_NAME);
  const type = sourceType === undefined ? undefined : options.mapping(sourceType);
  if (sourceType !== undefined && type === IGNORE) {
    tally(tallies.ignored, sourceType, line);
    return {};
  }
  if (sourceType !== undefined && type === undefined) {
    tally(tallies.unknown, sourceType, line);
    faults.add(line, columns.label("type"), `is a type the mapping does not know: ${shown(sourceType)}`);
  }

  const id = text("id", LONGEST_ID);
  const source =
    cell("source").trim() === "" ? (options.source ?? DEFAULT_SOURCE) : text("source", LONGEST_NAME);
  const unit = readUnit(cell("unit"), options.unit);
  if (unit === undefined) {
    const reason =
      cell("unit").trim() === "" ? "is empty" : `is neither call nor case: ${shown(cell("unit"))}`;
    faults.add(line, columns.label("unit"), reason);
  }
  const estate = readEstate(line, cell, columns, options, faults);
  // Without the estate the zone is not known, but a time that no zone can have is told all the same.
  const time = readTime(cell("occurredAt"), estate?.clock ?? UTC);
  if (!time.ok) faults.add(line, columns.label("occurredAt"), time.reason);
  else if (time.at < 0 || time.at > options.now + FUTURE) {
    const reason = `lies ${time.at < 0 ? "before 1970" : "in the future"}: ${shown(cell("occurredAt").trim())}`;
    faults.add(line, columns.label("occurredAt"), reason);
  }

  const key = id === undefined || source === undefined ? {} : { key: JSON.stringify([source, id]) };
  if (faults.has(line) || !id || !source || !unit || !estate || !type || !sourceType || !time.ok) return key;
  return {
    ...key,
    dateOnly: time.dateOnly,
    value: {
      id,
      source,
      estateId: estate.id,
      unit,
      type,
      sourceType,
      occurredAt: time.at,
      simulated: options.simulated ?? false,
    },
  };
}

const UTC = { offsetAt: () => 0, instantOf: (wallClock: EpochMs) => wallClock };

function readUnit(cell: string, fallback: CaseUnit | undefined): CaseUnit | undefined {
  return cell.trim() === "" ? fallback : UNIT_WORDS.get(plain(cell));
}

/** The id's column counts before the name's, both before the option. */
function readEstate(
  line: number,
  cell: (field: CaseField) => string,
  columns: Columns<CaseField>,
  options: CaseFileOptions,
  faults: Faults,
): KnownEstate | undefined {
  const field = cell("estate").trim() === "" && cell("estateName").trim() !== "" ? "estateName" : "estate";
  const written = cell(field).trim() === "" ? (options.estateId ?? "") : cell(field);
  const label =
    columns.at.has(field) || !columns.at.has("estateName")
      ? columns.label(field)
      : columns.label("estateName");
  const text = readText(written, LONGEST_NAME);
  if (!text.ok) {
    faults.add(line, label, text.reason);
    return undefined;
  }
  const match = options.estate(text.text);
  if (match.ok) return match.estate;
  faults.add(line, label, match.reason);
  return undefined;
}

function missingColumns(
  columns: Columns<CaseField>,
  line: number,
  options: CaseFileOptions,
): readonly ImportRefusal[] {
  const missing = (field: CaseField, otherwise = ""): ImportRefusal[] =>
    columns.at.has(field)
      ? []
      : [
          {
            line,
            field,
            reason: `there is no column for it, such as ${CASE_COLUMNS[field].slice(0, 3).join(", ")} or ${field}${otherwise}`,
          },
        ];
  return [
    ...missing("id"),
    ...(options.estateId === undefined && !columns.at.has("estateName")
      ? missing("estate", "; or name one estate for the whole file")
      : []),
    ...missing("occurredAt"),
    ...missing("type"),
    ...(options.unit === undefined ? missing("unit", "; or say call or case for the whole file") : []),
  ];
}

function tally(tallies: Map<string, TypeTally>, type: string, line: number): void {
  const known = tallies.get(type);
  tallies.set(type, { type, line: known?.line ?? line, rows: (known?.rows ?? 0) + 1 });
}

function nothing(refused: readonly ImportRefusal[], encoding: string): ParsedCases {
  return {
    cases: [],
    rows: 0,
    refused,
    refusedRows: 0,
    encoding,
    ignoredColumns: [],
    unknownTypes: [],
    leftOut: [],
    dateOnly: 0,
  };
}
