import {
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
} from "yaml";
import { compileRule } from "./compile-rule.ts";
import type { ConditionCompiler } from "./condition.ts";
import type { Rule, RuleFault } from "./rule.ts";

/** The rules that can be used, and why the others cannot. */
export interface LoadedRules {
  readonly rules: readonly Rule[];
  readonly faults: readonly RuleFault[];
}

/**
 * Reads the rules of one file's text. Duplicate ids are left to the caller.
 * Where the YAML is wrong, the file is taken apart at its list dashes, so that only the rule in which
 * the mistake stands is lost.
 */
export function readRules(file: string, marked: string, compiler: ConditionCompiler): LoadedRules {
  // The byte order mark; with it the first rule would not begin at the margin.
  const text = marked.startsWith("\uFEFF") ? marked.slice(1) : marked;
  const whole = readText(file, text, compiler);
  if (!whole.torn) return whole;
  const found = piecesOf(text).map((piece) => readText(file, piece, compiler));
  return { rules: found.flatMap(({ rules }) => rules), faults: found.flatMap(({ faults }) => faults) };
}

function readText(
  file: string,
  text: string,
  compiler: ConditionCompiler,
): LoadedRules & { readonly torn: boolean } {
  const lines = new LineCounter();
  const lineAt = (offset: number | undefined): number => lines.linePos(offset ?? 0).line;
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const { contents, errors } = document;
  if (errors.length > 0) {
    const [first] = errors;
    const reason = `The YAML is wrong: ${first?.message ?? "unknown error"}.`;
    return { rules: [], faults: [{ file, line: lineAt(first?.pos[0]), field: "", reason }], torn: true };
  }
  if (contents === null) return { rules: [], faults: [], torn: false };
  if (!isSeq(contents)) {
    const line = lineAt(contents.range[0]);
    const reason = "The file must be a list of rules.";
    return { rules: [], faults: [{ file, line, field: "", reason }], torn: false };
  }

  const rules: Rule[] = [];
  const faults: RuleFault[] = [];
  for (const item of contents.items.filter(isNode)) {
    const value = valueOf(item, document);
    const compiled = compileRule(value, compiler);
    if (!isFaults(compiled)) {
      // A rule that was let through is plain fields of text, numbers and truths.
      rules.push({
        ...compiled,
        file,
        line: lineAt(item.range?.[0]),
        definition: value as Rule["definition"],
      });
      continue;
    }
    const id = idOf(item);
    for (const { path, reason } of compiled) {
      const line = lineAt(offsetOf(item, path));
      faults.push({ file, line, ...(id !== undefined && { rule: id }), field: path.join("."), reason });
    }
  }
  return { rules, faults, torn: false };
}

/** The text from each top-level dash to the next, each behind as many empty lines as stood before it. */
function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  let piece: string[] = [];
  for (const [number, line] of text.split("\n").entries()) {
    if (/^-(\s|$)/.test(line)) {
      pieces.push(piece.join("\n"));
      piece = Array.from({ length: number }, () => "");
    }
    piece.push(line);
  }
  return [...pieces, piece.join("\n")];
}

/** The plain value of one item. An alias bomb is a fault of its rule: it reads as nothing. */
function valueOf(item: Node, document: Document): unknown {
  try {
    return item.toJS(document, { maxAliasCount: 100 }) as unknown;
  } catch {
    return undefined;
  }
}

function isFaults<T extends object>(
  result: T | readonly { reason: string }[],
): result is readonly { reason: string }[] {
  return Array.isArray(result);
}

function idOf(item: Node): string | undefined {
  const id = isMap(item) ? item.get("id") : undefined;
  return typeof id === "string" ? id : undefined;
}

/** Offset of the field at a path, or of the nearest field above it that exists. */
function offsetOf(item: Node, path: readonly PropertyKey[]): number | undefined {
  let node: unknown = item;
  let offset = item.range?.[0];
  for (const name of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === name);
      if (!isPair(pair) || !isNode(pair.key)) break;
      offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof name === "number") {
      node = node.items[name];
      offset = (isNode(node) ? node.range?.[0] : undefined) ?? offset;
    } else break;
  }
  return offset;
}
