import { z } from "zod";
import { configSchema } from "./schema.ts";

/** One value that can be configured, as found in the schema. */
export interface ConfigField {
  /** Path in the YAML file, for example `mqtt.tcp.port`. */
  readonly path: readonly string[];
  /** Name of its environment variable, for example `ZHIAN_MQTT_TCP_PORT`. */
  readonly variable: string;
  readonly type: "string" | "integer" | "boolean" | "list";
  /** Undefined for a field that is absent unless set. */
  readonly fallback: unknown;
}

/** A node of the schema written as JSON Schema; only what is read here. */
interface Node {
  readonly type?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
}

/** `ZHIAN_` and the path, each step in capitals with `_` between words: `mqtt.maxPacketBytes` → `ZHIAN_MQTT_MAX_PACKET_BYTES`. */
function variableOf(path: readonly string[]): string {
  const words = path.map((step) => step.replaceAll(/[A-Z]/g, "_$&").toUpperCase());
  return ["ZHIAN", ...words].join("_");
}

/** Every configurable value, in the order of the schema; lists of sections stand in the file only. */
export function configFields(): readonly ConfigField[] {
  const fields: ConfigField[] = [];
  const walk = (node: Node, path: readonly string[]): void => {
    if (node.properties) {
      for (const [key, child] of Object.entries(node.properties)) walk(child, [...path, key]);
      return;
    }
    if (node.items?.type === "object") return;
    fields.push({ path, variable: variableOf(path), type: typeOf(node, path), fallback: node.default });
  };
  // Zod's own types for JSON Schema are wider than what this schema can yield.
  walk(z.toJSONSchema(configSchema, { io: "input" }) as Node, []);
  return fields;
}

/** The keys an object of the schema may have at `path`; empty when there is no object. */
export function keysAt(path: readonly PropertyKey[]): readonly string[] {
  let node: Node | undefined = z.toJSONSchema(configSchema, { io: "input" }) as Node;
  for (const step of path) node = node?.properties?.[String(step)] ?? node?.items;
  return Object.keys(node?.properties ?? {});
}

function typeOf(node: Node, path: readonly string[]): ConfigField["type"] {
  if (node.type === "array") return "list";
  if (node.type === "string" || node.type === "integer" || node.type === "boolean") return node.type;
  throw new Error(
    `the configuration field ${path.join(".")} has a type that no environment variable can carry`,
  );
}
