import { readFileSync } from "node:fs";
import { isMap, LineCounter, parseDocument } from "yaml";
import type { FieldFault } from "../errors.ts";

/** A configuration file as read: its content, and on which line a path stands. */
export interface YamlFile {
  readonly content: unknown;
  readonly lineOf: (path: readonly PropertyKey[]) => number | undefined;
  readonly faults: readonly FieldFault[];
}

/** Reads a YAML file. What cannot be read or parsed is a fault, never an exception. */
export function readYamlFile(file: string): YamlFile {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    return faulty([{ field: file, reason: `cannot be read: ${(error as Error).message}` }]);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    return faulty(
      document.errors.map((error) => ({
        field: `${file} line ${lines.linePos(error.pos[0]).line}`,
        // The parser quotes the key it stumbled over at most, never a value.
        reason: error.message,
      })),
    );
  }
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    return faulty([{ field: file, reason: (error as Error).message }]);
  }
  if (content === null) return { content: {}, lineOf: () => undefined, faults: [] };
  if (!isMap(document.contents)) {
    return faulty([{ field: file, reason: "must hold a mapping of names to values, such as `http:`" }]);
  }
  const lineOf = (path: readonly PropertyKey[]): number | undefined => {
    let node: unknown = document.contents;
    let line: number | undefined;
    for (const step of path) {
      if (!isMap(node)) break;
      const pair = node.items.find((item) => String(item.key) === String(step));
      if (!pair) break;
      const start = (pair.key as { range?: readonly number[] }).range?.[0];
      if (start !== undefined) line = lines.linePos(start).line;
      node = pair.value;
    }
    return line;
  };
  return { content, lineOf, faults: [] };
}

function faulty(faults: readonly FieldFault[]): YamlFile {
  return { content: {}, lineOf: () => undefined, faults };
}
