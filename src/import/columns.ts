import type { ImportRefusal } from "../ports.ts";
import { isPersonal } from "./personal.ts";

/** The spellings of each field in a header; compared without case, spaces, `_`, `-` and width. */
export type Aliases<F extends string> = Readonly<Record<F, readonly string[]>>;

/** Which column holds which field. */
export interface Columns<F extends string> {
  /** Position of a field's column; undefined when the file has none. */
  readonly at: ReadonlyMap<F, number>;
  /** The field's name as the file writes it, or its own when the file has no such column. */
  readonly label: (field: F) => string;
  readonly ignored: readonly { readonly name: string; readonly personal: boolean }[];
  /** Fields that two columns claim. */
  readonly faults: readonly ImportRefusal[];
}

/** Finds the columns of the fields. Columns that are none of them are ignored and named. */
export function findColumns<F extends string>(
  header: readonly string[],
  line: number,
  aliases: Aliases<F>,
): Columns<F> {
  const fields = new Map<string, F>();
  for (const field of Object.keys(aliases) as F[]) {
    for (const alias of [field, ...aliases[field]]) fields.set(plain(alias), field);
  }
  const at = new Map<F, number>();
  const ignored: { name: string; personal: boolean }[] = [];
  const faults: ImportRefusal[] = [];
  for (const [index, cell] of header.entries()) {
    const name = cell.trim();
    const field = fields.get(plain(name));
    const earlier = field === undefined ? undefined : at.get(field);
    if (field === undefined) {
      ignored.push({ name: name.slice(0, 100), personal: isPersonal(plain(name)) });
    } else if (earlier === undefined) {
      at.set(field, index);
    } else {
      const other = (header[earlier] ?? "").trim();
      faults.push({
        line,
        field: name,
        reason: `means the same as the column ${other}; take one of them out or rename it`,
      });
    }
  }
  const label = (field: F): string => {
    const index = at.get(field);
    return index === undefined ? field : (header[index] ?? field).trim();
  };
  return { at, label, ignored, faults };
}

/** A name without what people write differently. */
export function plain(name: string): string {
  return name
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[\s_\-:*]/g, "");
}
