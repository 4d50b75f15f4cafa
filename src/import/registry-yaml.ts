import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import { plain } from "./columns.ts";
import { decodeText } from "./encoding.ts";
import { createFaults, type Faults } from "./faults.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { REGISTRY_COLUMNS, REGISTRY_KINDS, type RegistryKind } from "./registry-columns.ts";
import {
  type LocatedRecord,
  type ParsedRegistry,
  refusedFile,
  type RegistryFileOptions,
  type RegistryItem,
  setValue,
  takeItem,
} from "./registry-file.ts";

const SECTIONS: readonly string[] = REGISTRY_KINDS.map((kind) => `${kind}s`);
/** An alias may repeat so much; more is an attack on memory. */
const MOST_ALIASES = 100;
const MOST_BYTES = 8 << 20;

/**
 * Reads a YAML file with the sections estates, places, gateways and devices, each a list. Never throws
 * for what is in the file.
 */
export function parseRegistryYaml(
  bytes: Uint8Array,
  { encoding: named, limits = DEFAULT_LIMITS, defaults }: RegistryFileOptions,
): ParsedRegistry {
  const most = Math.min(limits.bytes, MOST_BYTES);
  if (bytes.length > most) return refusedFile(1, `the file has more than ${most} bytes`, "");
  const decoded = decodeText(bytes, named);
  if (!decoded.ok) return refusedFile(1, decoded.reason, "");
  const { encoding } = decoded;
  const lines = new LineCounter();
  const document = parseDocument(decoded.text, { lineCounter: lines, prettyErrors: false });
  const lineOf = (node: unknown): number =>
    isNode(node) && node.range ? lines.linePos(node.range[0]).line : 1;

  const faults = createFaults();
  for (const error of document.errors) faults.add(lines.linePos(error.pos[0]).line, "file", error.message);
  if (faults.rows() > 0) return { records: [], faults, rows: 0, encoding, ignoredColumns: [] };
  const root = document.contents;
  if (!isMap(root)) return refusedFile(1, `the file needs sections: ${SECTIONS.join(", ")}`, encoding);

  const records: LocatedRecord[] = [];
  let rows = 0;
  for (const { key, value } of root.items) {
    const section = isScalar(key) ? String(key.value) : "";
    const kind = REGISTRY_KINDS[SECTIONS.indexOf(section)];
    if (kind === undefined) {
      faults.add(lineOf(key), section || "file", `is not a section; the sections are ${SECTIONS.join(", ")}`);
      continue;
    }
    if (!isSeq(value)) {
      faults.add(lineOf(key), section, "must be a list");
      continue;
    }
    for (const item of value.items) {
      rows++;
      if (rows > limits.rows)
        return refusedFile(1, `the file has more than ${limits.rows} records`, encoding);
      const content = contentOf(item, document);
      if (content === undefined) faults.add(lineOf(item), section, "must be a mapping of fields to values");
      else takeItem(itemOf(kind, lineOf(item), content, faults), defaults, records, faults);
    }
  }
  if (rows === 0 && faults.rows() === 0) return refusedFile(1, "the file has no records", encoding);
  // An item with an unknown field is refused, although what is known of it may be good.
  const good = records.filter(({ line }) => !faults.has(line));
  return { records: good, faults, rows, encoding, ignoredColumns: [] };
}

function contentOf(item: unknown, document: Document): Record<string, unknown> | undefined {
  if (!isMap(item)) return undefined;
  try {
    return item.toJS(document, { maxAliasCount: MOST_ALIASES }) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function itemOf(
  kind: RegistryKind,
  line: number,
  content: Readonly<Record<string, unknown>>,
  faults: Faults,
): RegistryItem {
  const aliases = REGISTRY_COLUMNS[kind];
  const fields = new Map<string, string>();
  for (const [field, names] of Object.entries(aliases)) {
    for (const name of [field, ...names]) fields.set(plain(name), field);
  }
  const labels = new Map<string, string>();
  const values: Record<string, unknown> = {};
  const set = (field: string, key: string, value: unknown): void => {
    if (value === null) return;
    labels.set(field, key);
    setValue(values, field, value);
  };
  for (const [key, value] of Object.entries(content)) {
    const field = fields.get(plain(key));
    if (field !== undefined) set(field, key, value);
    else if (kind !== "device" || key !== "config")
      faults.add(line, key, `is not one of the fields of ${kind}s: ${Object.keys(aliases).join(", ")}`);
    else if (typeof value !== "object" || Array.isArray(value)) set(key, key, value);
    else
      for (const [name, inner] of Object.entries(value ?? {})) set(`config.${name}`, `config.${name}`, inner);
  }
  return { kind, line, values, label: (field) => labels.get(field) ?? field };
}
