import type { AttributeValue } from "../domain/event.ts";
import { LIMITS } from "./limits.ts";
import { boundedText } from "./names.ts";
import { readPath, splitPath } from "./path.ts";
import type { Scope } from "./scope.ts";

/** Where a value comes from. Plain data, so that a profile can be read, linted and listed. */
export type Source =
  | { readonly from: "field"; readonly path: readonly string[] }
  | { readonly from: "captured"; readonly name: string }
  | { readonly from: "constant"; readonly value: AttributeValue }
  | { readonly from: "key" }
  | { readonly from: "outer"; readonly of: Source }
  | { readonly from: "first"; readonly of: readonly Source[] }
  | { readonly from: "pseudonym"; readonly of: Source }
  | { readonly from: "lookup"; readonly of: Source; readonly table: Table }
  | { readonly from: "learned"; readonly of: Source; readonly path: readonly string[] }
  | { readonly from: "option"; readonly name: string; readonly otherwise: readonly string[] };

/** A closed look-up table; `otherwise` stands for every value that is not in it. */
export interface Table {
  readonly entries: Readonly<Record<string, AttributeValue>>;
  readonly otherwise?: AttributeValue;
}

/** The value at a dotted path of the message, or of the member an `each` is at. */
export const field = (path: string): Source => ({ from: "field", path: splitPath(path) });
/** The whole message or member itself: a bare word, a member of a list of words. */
export const body = (): Source => ({ from: "field", path: [] });
/** A part of the topic, captured by `{name}` in the message's path. */
export const captured = (name: string): Source => ({ from: "captured", name });
/** A fixed value. */
export const constant = (value: AttributeValue): Source => ({ from: "constant", value });
/** The key (or index) of the member an `each` is at: vendors use devices as keys. */
export const key = (): Source => ({ from: "key" });
/** A value of the scope around an `each`. */
export const outer = (of: Source): Source => ({ from: "outer", of });
/** The first of several sources that gives a value; an empty text is none. */
export const firstOf = (...of: Source[]): Source => ({ from: "first", of });
/** Personal data, replaced by its keyed hash; each member of a list by its own. */
export const pseudonym = (of: Source): Source => ({ from: "pseudonym", of });
/** A value translated by a table; nothing when the table has neither entry nor `otherwise`. */
export const lookup = (of: Source, entries: Table["entries"], otherwise?: AttributeValue): Source => ({
  from: "lookup",
  of,
  table: { entries, ...(otherwise !== undefined && { otherwise }) },
});

/** What an earlier message taught under a key; `path` leads into it. */
export const learned = (of: Source, path = ""): Source => ({
  from: "learned",
  of,
  path: path === "" ? [] : splitPath(path),
});
/** The field at a path that the gateway's binding names under `options.fields`, else at `otherwise`. */
export const optionField = (name: string, otherwise: string): Source => ({
  from: "option",
  name,
  otherwise: splitPath(otherwise),
});

/** Reads a raw value; null and undefined both mean that there is none. */
export type Read = (scope: Scope) => unknown;

/** Compiles a source into a function of the scope. */
export function compileSource(source: Source): Read {
  switch (source.from) {
    case "field": {
      const { path } = source;
      if (path.length === 0) return (scope) => scope.body;
      return (scope) => readPath(scope.body, path);
    }
    case "captured": {
      const { name } = source;
      return (scope) => scope.captures[name];
    }
    case "constant": {
      const { value } = source;
      return () => value;
    }
    case "key":
      return (scope) => scope.key;
    case "outer": {
      const read = compileSource(source.of);
      return (scope) => (scope.outer ? read(scope.outer) : undefined);
    }
    case "first": {
      const reads = source.of.map(compileSource);
      return (scope) => {
        for (const read of reads) {
          const value = read(scope);
          if (value !== undefined && value !== null && value !== "") return value;
        }
        return undefined;
      };
    }
    case "pseudonym": {
      const read = compileSource(source.of);
      return (scope) => {
        const hide = (value: unknown): string | undefined => {
          const plain = String(scalar(value) ?? "");
          // Nobody's card, plate or name is so long.
          return plain === "" || plain.length > LIMITS.text ? undefined : scope.input.pseudonym(plain);
        };
        const value = read(scope);
        return Array.isArray(value) ? value.slice(0, LIMITS.list).map(hide) : hide(value);
      };
    }
    case "lookup": {
      const read = compileSource(source.of);
      const { entries, otherwise } = source.table;
      return (scope) => {
        const value = scalar(read(scope));
        if (value === undefined) return undefined;
        return Object.hasOwn(entries, String(value)) ? entries[String(value)] : otherwise;
      };
    }
    case "learned": {
      const read = compileSource(source.of);
      const { path } = source;
      return (scope) => {
        const name = scalar(read(scope));
        const taught = name === undefined ? undefined : scope.input.recall(String(name));
        return path.length === 0 ? taught : readPath(taught, path);
      };
    }
    case "option": {
      const { name, otherwise } = source;
      return (scope) => {
        const path = scope.input.options.fields?.[name];
        return readPath(scope.body, path === undefined ? otherwise : splitPath(path));
      };
    }
  }
}

/** A single value: text, finite number or truth; anything else is no value. */
export function scalar(value: unknown): AttributeValue | undefined {
  if (typeof value === "string" || typeof value === "boolean") return value;
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** A value fit to be an attribute: texts clean and bounded, a list of single values joined by commas. */
export function attributeValue(value: unknown): AttributeValue | undefined {
  if (Array.isArray(value)) {
    const members = value.slice(0, LIMITS.list).map(bounded);
    const present = members.filter((member) => member !== undefined && member !== "");
    return present.length === 0 ? undefined : boundedText(present.join(","));
  }
  const plain = bounded(value);
  return plain === "" ? undefined : plain;
}

function bounded(value: unknown): AttributeValue | undefined {
  const plain = scalar(value);
  return typeof plain === "string" ? boundedText(plain) : plain;
}
