/** A record as the API gives it. */
export type Row = Readonly<Record<string, unknown>>;

/** Lays rows out in columns for a terminal; wide (CJK) characters take two cells. */
export function table(rows: readonly Row[], columns: readonly string[]): readonly string[] {
  const cells = [
    columns.map((column) => column.toUpperCase()),
    ...rows.map((row) => columns.map((column) => cellText(at(row, column)))),
  ];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => widthOf(line[index] ?? ""))));
  return cells.map((line) =>
    line
      .map((text, index) => text + " ".repeat((widths[index] ?? 0) - widthOf(text)))
      .join("  ")
      .trimEnd(),
  );
}

/** One line a field, for a single record. */
export function fields(row: Row): readonly string[] {
  const names = Object.keys(row);
  const width = Math.max(0, ...names.map(widthOf));
  return names.map((name) => `${name}${" ".repeat(width - widthOf(name))}  ${cellText(row[name])}`);
}

/** A value as one line of text. What came from devices cannot steer the terminal. */
export function cellText(value: unknown): string {
  if (value === undefined || value === null || value === "") return "-";
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return clean(value.join(", "));
  return clean(typeof value === "string" ? value : JSON.stringify(value));
}

/** Text without control and direction characters. */
export function clean(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, "�");
}

function at(row: Row, path: string): unknown {
  let node: unknown = row;
  for (const step of path.split(".")) node = (node as Row | undefined)?.[step];
  return node;
}

/** East Asian Wide and Fullwidth blocks (Unicode Annex 11), as far as names use them. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

function widthOf(text: string): number {
  let width = 0;
  for (const character of text) {
    if (!/\p{M}/u.test(character)) width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}
