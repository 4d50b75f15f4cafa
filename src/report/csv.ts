/** A cell: numbers are written as numbers, texts are made harmless, nothing is an empty cell. */
export type Cell = string | number | null | undefined;

/** UTF-8 with a byte-order mark, as Excel wants it, CRLF, quoted where needed (RFC 4180). */
export function csv(rows: readonly (readonly Cell[])[]): string {
  return `\u{feff}${rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("")}`;
}

function cell(value: Cell): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
  const plain = value.replaceAll(/\p{Cc}/gu, "\u{fffd}");
  // A spreadsheet takes a text that begins so for a formula; an apostrophe keeps it text.
  const safe = /^[\s]*[=+\-@＝＋－＠]/u.test(plain) ? `'${plain}` : plain;
  return /[",\r\n]/u.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
