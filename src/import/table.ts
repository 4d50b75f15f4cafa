import { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { CsvError, parse } from "csv-parse";
import type { ImportRefusal } from "../ports.ts";
import { decodeText, type Encoding } from "./encoding.ts";
import type { ImportLimits } from "./limits.ts";

/** One row below the header; it fits the header and the limits. */
export interface TableRow {
  /** Where it begins; a quoted cell may span lines. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** Takes the rows of a table, one after the other. */
type RowReader = (row: TableRow) => void;

export interface TableOptions {
  readonly encoding: Encoding | undefined;
  readonly limits: ImportLimits;
  /** Told the header; answers with what takes the rows, or undefined to stop here. */
  readonly header: (cells: readonly string[], line: number) => RowReader | undefined;
}

/** How the reading of a table ended. */
export type TableResult =
  | {
      readonly ok: true;
      readonly encoding: Encoding;
      readonly rows: number;
      /** Rows that do not fit the header; the reader has not seen them. */
      readonly misfits: readonly ImportRefusal[];
    }
  | { readonly ok: false; readonly encoding: string; readonly refusal: ImportRefusal };

/** Bytes parsed at one go. Between two pieces the process does its other work. */
const PIECE = 32 * 1024;

/**
 * Reads bytes as CSV: comma, semicolon or tab, any line ending, the first row that is not blank as
 * header. Blank rows are passed over. A file that breaks the limits or the quoting is refused as a
 * whole, since after a stray quote no later line can be trusted: the caller must then forget its rows.
 */
export async function readTable(bytes: Uint8Array, options: TableOptions): Promise<TableResult> {
  const { limits } = options;
  if (bytes.length > limits.bytes) return refuse(1, `the file has more than ${limits.bytes} bytes`, "");
  const decoded = decodeText(bytes, options.encoding);
  if (!decoded.ok) return refuse(1, decoded.reason, "");
  const { text, encoding } = decoded;

  let end = 0;
  const starts: number[] = [];
  const records = Readable.from(pieces(text), { objectMode: false }).pipe(
    parse({
      columns: false,
      delimiter: delimiterOf(text),
      record_delimiter: ["\r\n", "\n", "\r"],
      relax_column_count: true,
      max_record_size: limits.cell * limits.columns,
      on_record: (cells, { lines }) => {
        starts.push(end + 1);
        end = lines;
        return cells;
      },
    }),
  );
  let header: readonly string[] | undefined;
  let headerLine = 1;
  let reader: RowReader | undefined;
  let rows = 0;
  const misfits: ImportRefusal[] = [];
  try {
    for await (const cells of records as AsyncIterable<string[]>) {
      const line = starts.shift() ?? 0;
      if (cells.every((cell) => cell.trim() === "")) continue;
      if (header === undefined) {
        header = withoutTrailingBlanks(cells);
        headerLine = line;
        if (header.length > limits.columns) {
          return refuse(line, `the file has more than ${limits.columns} columns`, encoding);
        }
        reader = options.header(header, line);
        if (reader === undefined) return { ok: true, encoding, rows: 0, misfits: [] };
        continue;
      }
      if (++rows > limits.rows)
        return refuse(headerLine, `the file has more than ${limits.rows} rows`, encoding);
      const reason = misfit(cells, header, limits);
      if (reason === undefined) reader?.({ line, cells });
      else misfits.push({ line, ...reason });
    }
  } catch (error) {
    if (error instanceof CsvError) return refuse(end + 1, csvReason(error), encoding);
    throw error;
  }
  if (header === undefined) return refuse(1, "the file is empty", encoding);
  if (rows === 0) return refuse(headerLine, "the file has a header and no rows", encoding);
  return { ok: true, encoding, rows, misfits };
}

/** The text as UTF-8, a piece at a time, each in a turn of its own. */
async function* pieces(text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let from = 0; from < bytes.length; from += PIECE) {
    yield bytes.subarray(from, from + PIECE);
    await setImmediate();
  }
}

function misfit(
  cells: readonly string[],
  header: readonly string[],
  limits: ImportLimits,
): Omit<ImportRefusal, "line"> | undefined {
  const filled = withoutTrailingBlanks(cells).length;
  if (filled > header.length || cells.length < header.length) {
    return { field: "row", reason: `has ${cells.length} cells where the header has ${header.length}` };
  }
  const long = cells.findIndex((cell) => cell.length > limits.cell);
  if (long === -1) return undefined;
  return { field: header[long] ?? "row", reason: `is longer than ${limits.cell} characters` };
}

/** The separator that the first line with any text has most of. */
function delimiterOf(text: string): string {
  const line = /^[^\S\r\n]*\S.*$/m.exec(text.slice(0, 10_000))?.[0].replaceAll(/"[^"]*"/g, "") ?? "";
  const counts = [",", "\t", ";"].map((mark) => ({ mark, count: line.split(mark).length }));
  return counts.reduce((best, each) => (each.count > best.count ? each : best)).mark;
}

function withoutTrailingBlanks(cells: readonly string[]): readonly string[] {
  let { length } = cells;
  while (length > 0 && (cells[length - 1] ?? "").trim() === "") length--;
  return cells.slice(0, length);
}

function csvReason({ code }: CsvError): string {
  if (code === "CSV_QUOTE_NOT_CLOSED") return "a quotation mark opens here and is never closed";
  if (code === "CSV_MAX_RECORD_SIZE") return "the row is too long; is a quotation mark missing?";
  return "a quotation mark stands in the middle of a cell; write it twice and put the cell in quotes";
}

function refuse(line: number, reason: string, encoding: string): TableResult {
  return { ok: false, refusal: { line, field: "file", reason }, encoding };
}
