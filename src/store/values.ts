type Present<Row> = {
  [K in keyof Row as null extends Row[K] ? never : K]: Row[K];
} & { [K in keyof Row as null extends Row[K] ? K : never]?: Exclude<Row[K], null> };

/** A row without its empty columns: what is null in the database is absent in the domain. */
export function present<Row extends object>(row: Row): Present<Row> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as Present<Row>;
}

/** How the database writes a truth value. */
export function flag(value: boolean): number {
  return value ? 1 : 0;
}

const CHUNK = 500;

/** Rows in portions of one statement each. */
export function chunksOf<Row>(rows: readonly Row[]): Row[][] {
  const chunks: Row[][] = [];
  for (let start = 0; start < rows.length; start += CHUNK) chunks.push(rows.slice(start, start + CHUNK));
  return chunks;
}
