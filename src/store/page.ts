import { ZhianError } from "../errors.ts";
import type { Page, PageRequest, Scope } from "../ports.ts";

const LARGEST_PAGE = 10_000;

/** How many rows a page asks for, one more than it shows: the one that tells whether another follows. */
export function rowsWanted({ limit }: PageRequest): number {
  return Math.min(Math.max(1, Math.trunc(limit)), LARGEST_PAGE) + 1;
}

/** Makes the page of the rows found; `placeOf` is the place of a row in the order of the listing. */
export function pageOf<Row, T>(
  rows: readonly Row[],
  request: PageRequest,
  placeOf: (row: Row) => readonly (string | number)[],
  itemOf: (row: Row) => T,
): Page<T> {
  const shown = rows.slice(0, rowsWanted(request) - 1);
  const last = shown.at(-1);
  const items = shown.map(itemOf);
  if (last === undefined || shown.length === rows.length) return { items };
  return { items, next: Buffer.from(JSON.stringify(placeOf(last))).toString("base64url") };
}

type Place<Kinds extends readonly ("string" | "number")[]> = {
  [K in keyof Kinds]: Kinds[K] extends "string" ? string : number;
};

/** The place after which the page begins; undefined for the first. Throws VALIDATION for a foreign cursor. */
export function placeAfter<const Kinds extends readonly ("string" | "number")[]>(
  { after }: PageRequest,
  kinds: Kinds,
): Place<Kinds> | undefined {
  if (after === undefined) return undefined;
  const place = parse(after);
  if (
    Array.isArray(place) &&
    place.length === kinds.length &&
    kinds.every((kind, index) => typeof place[index] === kind)
  ) {
    return place as unknown as Place<Kinds>;
  }
  throw new ZhianError("VALIDATION", "the cursor is not one of this listing", {
    faults: [{ field: "after", reason: "is not a `next` of this listing" }],
  });
}

function parse(after: string): unknown {
  try {
    return JSON.parse(Buffer.from(after, "base64url").toString());
  } catch {
    return undefined;
  }
}

/** The estates a query may see, one estate asked for taken into account; undefined: all. */
export function estatesInView(scope: Scope, estateId: string | undefined): readonly string[] | undefined {
  if (estateId === undefined) return scope;
  return scope === undefined || scope.includes(estateId) ? [estateId] : [];
}
