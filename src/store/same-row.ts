/** True when `stored` has every value of `row`. */
export function sameRow<Row extends object>(row: Row, stored: Row): boolean {
  return (Object.keys(row) as (keyof Row)[]).every((column) => row[column] === stored[column]);
}

/** What became of the rows of an import. */
export interface Tally {
  inserted: number;
  updated: number;
  unchanged: number;
}

/** Counts a row against what is stored of it; true when it must be written. */
export function tally<Row extends object>(result: Tally, stored: Row | undefined, row: Row): boolean {
  if (!stored) result.inserted++;
  else if (sameRow(row, stored)) result.unchanged++;
  else result.updated++;
  return !stored || !sameRow(row, stored);
}
