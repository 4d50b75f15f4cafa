import { PbfWriter } from "pbf";
import type { Ask } from "../../src/device-kit/index.ts";

/** `Boolean` among the Sparkplug data types. */
const BOOLEAN = 11;

/** Asks an edge node to say everything again: `Node Control/Rebirth` = true. */
export function rebirth(group: string, node: string, now: number): Ask {
  const writer = new PbfWriter();
  writer.writeVarintField(1, now);
  writer.writeMessage(
    2,
    (name, metric) => {
      metric.writeStringField(1, name);
      metric.writeVarintField(3, now);
      metric.writeVarintField(4, BOOLEAN);
      metric.writeBooleanField(14, true);
    },
    "Node Control/Rebirth",
  );
  return { path: `spBv1.0/${group}/NCMD/${node}`, payload: writer.finish() };
}
