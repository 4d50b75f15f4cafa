import { isMap, isScalar, LineCounter, parseDocument } from "yaml";
import { canonicalCode } from "../domain/taxonomy.ts";
import { type FieldFault, ZhianError } from "../errors.ts";
import {
  builtInTypeTable,
  codeFault,
  createTypeMapping,
  createTypeTable,
  type TypeMapping,
} from "./type-mapping.ts";

const MOST_TYPES = 5_000;
const LONGEST_TYPE = 100;
const KNOWN = ["builtIn", "types"];

/**
 * Reads a mapping file: `types`, a mapping of source type to taxonomy code or `ignore`, asked before
 * the built-in names unless `builtIn: false`. Without a file the built-in names alone. Throws
 * ZhianError VALIDATION with every fault and its line.
 */
export function readTypeMapping(text: string | undefined): TypeMapping {
  if (text === undefined) return createTypeMapping([builtInTypeTable()]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (node: unknown): string => {
    const start = (node as { range?: readonly number[] } | null)?.range?.[0];
    return `mapping line ${start === undefined ? 1 : lines.linePos(start).line}`;
  };
  const faults: FieldFault[] = document.errors.map((error) => ({
    field: `mapping line ${lines.linePos(error.pos[0]).line}`,
    reason: `${error.message} (a type that begins with * needs quotes)`,
  }));
  if (faults.length > 0) throw refusal(faults);

  const root = document.contents;
  if (!isMap(root)) throw refusal([{ field: "mapping line 1", reason: "must have a section `types`" }]);
  for (const { key } of root.items) {
    if (KNOWN.includes(String(key))) continue;
    faults.push({
      field: lineAt(key),
      reason: `${String(key)} is not known here; known are ${KNOWN.join(", ")}`,
    });
  }
  const builtIn: unknown = root.get("builtIn") ?? true;
  if (typeof builtIn !== "boolean")
    faults.push({ field: "mapping builtIn", reason: "must be true or false" });
  const types = root.get("types", true);
  if (!isMap(types)) {
    faults.push({ field: "mapping types", reason: "must be a mapping of source types to taxonomy codes" });
    throw refusal(faults);
  }
  if (types.items.length > MOST_TYPES) {
    throw refusal([{ field: "mapping types", reason: `has more than ${MOST_TYPES} entries` }]);
  }

  const pairs: (readonly [string, string])[] = [];
  for (const { key, value } of types.items) {
    const type = isScalar(key) ? String(key.value).trim() : "";
    const code: unknown = isScalar(value) ? value.value : undefined;
    if (type === "" || type.length > LONGEST_TYPE) {
      faults.push({
        field: lineAt(key),
        reason: `a source type must have 1 to ${LONGEST_TYPE} characters; one that begins with * needs quotes`,
      });
    } else if (typeof code !== "string") {
      faults.push({ field: lineAt(key), reason: `${type} needs a taxonomy code, or ignore` });
    } else {
      const fault = codeFault(code);
      if (fault !== undefined) faults.push({ field: lineAt(key), reason: fault });
      pairs.push([type, canonicalCode(code) ?? code]);
    }
  }
  if (faults.length > 0) throw refusal(faults);
  return createTypeMapping([createTypeTable(pairs), ...(builtIn === true ? [builtInTypeTable()] : [])]);
}

function refusal(faults: readonly FieldFault[]): ZhianError {
  const list = faults.map(({ field, reason }) => `${field}: ${reason}`).join("; ");
  return new ZhianError("VALIDATION", `the type mapping is faulty: ${list}`, { faults });
}
