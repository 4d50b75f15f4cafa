import { canonicalCode } from "../domain/taxonomy.ts";
import { BUILT_IN_CASE_TYPES } from "./case-types.ts";
import { shown } from "./cell.ts";

/** What a source's type means: a taxonomy code, `ignore`, or undefined when nobody said. */
export type TypeMapping = (sourceType: string) => string | undefined;

/** Means that rows of this type are left out on purpose, and counted. */
export const IGNORE = "ignore";

/** One level of a mapping: names in plain form, and patterns. */
export interface TypeTable {
  readonly exact: ReadonlyMap<string, string>;
  /** Longest first, so that the closer description wins. */
  readonly patterns: readonly { readonly parts: readonly string[]; readonly code: string }[];
}

/** Looks a type up in each table in turn, and last as a taxonomy code. */
export function createTypeMapping(tables: readonly TypeTable[]): TypeMapping {
  const known = new Map<string, string | undefined>();
  const find = (name: string): string | undefined => {
    for (const { exact, patterns } of tables) {
      const code = exact.get(name) ?? patterns.find(({ parts }) => fits(name, parts))?.code;
      if (code !== undefined) return code;
    }
    return canonicalCode(name);
  };
  return (sourceType) => {
    const name = plainType(sourceType);
    if (!known.has(name)) known.set(name, find(name));
    return known.get(name);
  };
}

/** Makes a table from pairs of source type (with `*` for any text) and code. */
export function createTypeTable(pairs: Iterable<readonly [string, string]>): TypeTable {
  const exact = new Map<string, string>();
  const patterns: { parts: readonly string[]; code: string; length: number }[] = [];
  for (const [type, code] of pairs) {
    const name = plainType(type);
    if (name.includes("*")) patterns.push({ parts: name.split("*"), code, length: name.length });
    else exact.set(name, code);
  }
  return { exact, patterns: patterns.toSorted((a, b) => b.length - a.length) };
}

/** The mapping that comes with the hub. */
export function builtInTypeTable(): TypeTable {
  return createTypeTable(
    Object.entries(BUILT_IN_CASE_TYPES).flatMap(([code, names]) =>
      names.map((name): readonly [string, string] => [name, code]),
    ),
  );
}

/** Why a code of a mapping file is refused; undefined when it is right. */
export function codeFault(code: string): string | undefined {
  if (code === IGNORE || canonicalCode(code) !== undefined) return undefined;
  return `${shown(code)} is not a taxonomy code, and not "${IGNORE}"`;
}

/** Case, width and spaces do not make another type. */
function plainType(type: string): string {
  return type.normalize("NFKC").toLowerCase().replaceAll(/\s+/g, " ").trim();
}

/** Linear in the name for any pattern: file authors may write what they like. */
function fits(name: string, parts: readonly string[]): boolean {
  const first = parts[0] ?? "";
  const last = parts.at(-1) ?? "";
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length)
    return false;
  let from = first.length;
  const end = name.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const at = name.indexOf(part, from);
    if (at === -1 || at + part.length > end) return false;
    from = at + part.length;
  }
  return true;
}
