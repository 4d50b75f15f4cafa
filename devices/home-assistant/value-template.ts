import { readPath } from "../../src/device-kit/index.ts";

/** How a value is taken out of a state message, where that is certain. */
export type ValueTemplate =
  | { readonly of: "text"; readonly letters?: "lower" | "upper" }
  | {
      readonly of: "json";
      readonly path: readonly string[];
      /** The value where the path leads nowhere. */
      readonly otherwise?: string;
      readonly letters?: "lower" | "upper";
    };

/** `absent`: the message says nothing about this; `broken`: it should be JSON and is not. */
export type Rendered = { readonly text: string } | "absent" | "broken";

/** Most characters of a template. */
const LONGEST = 300;
const WHOLE = /^\{\{-?\s*(value_json|value)\b(.*?)-?\}\}$/s;
const STEP =
  /^\s*(?:\.([A-Za-z_]\w*)(?!\w*\()|\[\s*(?:'([^'\\]*)'|"([^"\\]*)"|(\d+))\s*\]|\.get\(\s*(?:'([^'\\]*)'|"([^"\\]*)")\s*\))/;
const FILTER =
  /^\s*\|\s*(default|d|lower|upper|string|is_defined)\b\s*(?:\(\s*(?:'([^'\\]*)'|"([^"\\]*)"|(true|false|True|False|-?\d+))?\s*\))?/;
/** In a template `value_json.items` is the dictionary's method, not a member of that name. */
const METHODS = new Set("clear copy fromkeys get items keys pop popitem setdefault update values".split(" "));

/**
 * Reads a value template: a path into JSON (`value_json.a.b`, `value_json['a']`, `value_json.get('a')`), or the
 * text, with the filters `default`, `lower`, `upper`, `string`, `is_defined`. Undefined for any other: what it
 * gives is not certain without running it.
 */
export function readTemplate(source: string): ValueTemplate | undefined {
  const whole = source.length <= LONGEST ? WHOLE.exec(source.trim()) : null;
  if (!whole) return undefined;
  const [, subject, tail = ""] = whole;
  const { path, rest } = readSteps(tail);
  const filters = path && readFilters(rest);
  if (!path || !filters) return undefined;
  if (subject === "value_json") return path.length > 0 ? { of: "json", path, ...filters } : undefined;
  const { letters } = filters;
  return path.length === 0 ? { of: "text", ...(letters && { letters }) } : undefined;
}

function readSteps(source: string): { readonly path: readonly string[] | undefined; readonly rest: string } {
  const path: string[] = [];
  let rest = source;
  for (let step = STEP.exec(rest); step; step = STEP.exec(rest)) {
    const [taken, member, ...quoted] = step;
    if (member !== undefined && METHODS.has(member)) return { path: undefined, rest };
    path.push(member ?? quoted.find((name) => name !== undefined) ?? "");
    rest = rest.slice(taken.length);
  }
  return { path, rest };
}

function readFilters(
  source: string,
): { readonly otherwise?: string; readonly letters?: "lower" | "upper" } | undefined {
  let rest = source;
  let otherwise: string | undefined;
  let letters: "lower" | "upper" | undefined;
  for (let filter = FILTER.exec(rest); filter; filter = FILTER.exec(rest)) {
    const [taken, name, single, double, literal] = filter;
    if (name === "default" || name === "d") {
      // After another filter the value is an empty text and no longer missing: the default has no effect.
      if (letters !== undefined || otherwise !== undefined) return undefined;
      otherwise = single ?? double ?? (literal === undefined ? "" : inPython(literal));
    } else if (name === "lower" || name === "upper") {
      letters = name;
    }
    rest = rest.slice(taken.length);
  }
  if (rest.trim() !== "") return undefined;
  return { ...(otherwise !== undefined && { otherwise }), ...(letters && { letters }) };
}

const inPython = (literal: string): string =>
  /^[tf]/.test(literal) ? literal.charAt(0).toUpperCase() + literal.slice(1) : literal;

/** A value as a template writes it: `True`, `False`, numbers and texts; undefined for anything else. */
export function templateText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "True" : "False";
  return typeof value === "number" ? String(value) : undefined;
}

/** Takes the value out of a message; `json` is its body, undefined when it has none. */
export function render(template: ValueTemplate, text: string, json: unknown): Rendered {
  if (template.of === "text") return folded(text, template.letters);
  if (json === undefined) return "broken";
  const value = readPath(json, template.path);
  const found = value === undefined ? template.otherwise : templateText(value);
  return found === undefined ? "absent" : folded(found, template.letters);
}

function folded(text: string, letters: "lower" | "upper" | undefined): Rendered {
  if (letters === undefined) return { text };
  return { text: letters === "lower" ? text.toLowerCase() : text.toUpperCase() };
}
