import {
  LIMITS,
  type Captures,
  type Parsed,
  type Parser,
  type ProfileInput,
} from "../../src/device-kit/index.ts";
import { positionOf } from "../generic-json/position.ts";
import { siteWord } from "../generic-json/site-word.ts";
import type { Metric, MetricValue, Payload } from "./payload.ts";
import { readJson } from "./read-json.ts";
import { readProtobuf } from "./read-protobuf.ts";
import { rebirth } from "./rebirth.ts";
import { bdSeqIn, namesIn, sessionOf, type Session } from "./session.ts";

/** What a Sparkplug message is about, by its topic. */
type Kind = "birth" | "data" | "death";

/** A metric that can make an event. */
interface Reading {
  readonly metric: string;
  /** Of a boolean. */
  readonly value?: boolean;
  /** Of any other value to which the installation gave a meaning. */
  readonly position?: "on" | "off";
  readonly timestamp?: number;
  readonly historical: "yes" | "no";
}

/**
 * Reads a payload as protobuf, or as the JSON of a decoder (told apart by the first byte), resolves aliases
 * by what the birth taught, and keeps of the metrics those that can make an event: booleans, and what the
 * installation gave a meaning.
 */
export const sparkplugMessage = (kind: Kind): Parser => ({
  format: `Sparkplug B ${kind}: protobuf or JSON`,
  readsEmpty: kind === "death",
  parse(payload, input, captures) {
    const read = readPayload(payload);
    if (!read) return { fault: "malformed", detail: "neither a Sparkplug payload nor its JSON form" };
    if (read.uuid === "SPBV1.0_COMPRESSED") return { fault: "schema", detail: "a compressed payload" };
    switch (kind) {
      case "birth":
        return readBirth(read, input, captures);
      case "data":
        return readData(read, input, captures);
      case "death":
        return readDeath(read, input, captures);
    }
  },
});

function readPayload(bytes: Uint8Array): Payload | undefined {
  const BRACE = 0x7b;
  if (bytes[0] === BRACE) return readJson(Buffer.from(bytes).toString());
  try {
    return readProtobuf(bytes);
  } catch {
    return undefined;
  }
}

/** The key of a node, and of the device when the topic names one. */
function keysOf({ group = "", node = "", device }: Captures): readonly [node: string, speaker: string] {
  const key = `${group}/${node}`;
  return [key, device === undefined ? key : `${key}/${device}`];
}

function readBirth({ timestamp, metrics }: Payload, input: ProfileInput, captures: Captures): Parsed {
  const [nodeKey, key] = keysOf(captures);
  const names = namesIn(metrics);
  if (!names) return { fault: "too_large", detail: "more aliases than are remembered" };
  const value =
    key === nodeKey ? ofNode(names, metrics, timestamp) : ofDevice(names, sessionOf(input, nodeKey));
  const read = readingsOf(metrics, input, key);
  const learned = [{ key, value }];
  if ("fault" in read) return { ...read, learned };
  return { body: { device: key, kind: "birth", online: "yes", timestamp, ...read }, learned };
}

function ofNode(names: Session["names"], metrics: readonly Metric[], timestamp: number | undefined) {
  const bdSeq = bdSeqIn(metrics);
  const born = timestamp === undefined ? bdSeq : String(timestamp);
  return { ...(bdSeq !== undefined && { bdSeq }), ...(born !== undefined && { born }), names };
}

function ofDevice(names: Session["names"], node: Session | undefined) {
  return { ...(node?.born !== undefined && { born: node.born }), names };
}

function readData({ timestamp, metrics }: Payload, input: ProfileInput, captures: Captures): Parsed {
  const [nodeKey, key] = keysOf(captures);
  const named: Metric[] = [];
  let names: Session["names"] | undefined;
  for (const metric of metrics) {
    const { name, alias } = metric;
    if (name !== undefined || alias === undefined) {
      named.push(metric);
      continue;
    }
    names ??= presentNames(input, nodeKey, key);
    const known = Object.hasOwn(names, alias) ? names[alias] : undefined;
    if (known === undefined) {
      // Part of the message could be read, but then the rest would be lost: the whole is kept instead.
      const { group = "", node = "" } = captures;
      return {
        fault: "not_learned",
        detail: "an alias that no birth has explained",
        asks: [rebirth(group, node, input.receivedAt)],
      };
    }
    named.push({ ...metric, name: known });
  }
  const read = readingsOf(named, input, key);
  if ("fault" in read) return read;
  return { body: { device: key, kind: "data", timestamp, ...read } };
}

/** Names of a node, or of a device whose birth followed the node's last one. */
function presentNames(input: ProfileInput, nodeKey: string, key: string): Session["names"] {
  const speaker = sessionOf(input, key);
  if (!speaker) return {};
  return key === nodeKey || speaker.born === sessionOf(input, nodeKey)?.born ? speaker.names : {};
}

function readDeath({ metrics }: Payload, input: ProfileInput, captures: Captures): Parsed {
  const [nodeKey, key] = keysOf(captures);
  if (key !== nodeKey) return { body: { device: key, kind: "death", online: "no" } };
  const last = sessionOf(input, nodeKey)?.bdSeq;
  const own = bdSeqIn(metrics);
  const superseded = last !== undefined && own !== undefined && own !== last;
  return {
    body: { device: key, kind: superseded ? "superseded" : "death", ...(!superseded && { online: "no" }) },
  };
}

/** A boolean is an input; under `Node Control` and `Device Control` stand buttons for a host to press. */
function isInput(name: string, value: MetricValue): boolean {
  return typeof value === "boolean" && !/^(?:Node|Device) Control\//.test(name);
}

/** The metrics that can make events. */
function readingsOf(
  metrics: readonly Metric[],
  input: ProfileInput,
  device: string,
): { readonly metrics: readonly Reading[] } | Extract<Parsed, { readonly fault: string }> {
  const readings: Reading[] = [];
  for (const { name, value, timestamp, historical } of metrics) {
    if (name === undefined || value === undefined) continue;
    const meaning = siteWord(input, device, name);
    if (meaning === "ignore" || (meaning === undefined && !isInput(name, value))) continue;
    const position = meaning === undefined ? undefined : positionOf(value);
    if (meaning !== undefined && position === undefined) {
      return {
        fault: "unknown_code",
        detail: "a metric with a configured code has a value that is no position",
      };
    }
    readings.push({
      // Of a name too long for a point the end tells most.
      metric: name.slice(-LIMITS.name),
      historical: historical ? "yes" : "no",
      ...(typeof value === "boolean" && { value }),
      ...(position !== undefined && { position }),
      ...(timestamp !== undefined && { timestamp }),
    });
  }
  if (readings.length >= LIMITS.events) return { fault: "too_large", detail: `${readings.length} metrics` };
  return { metrics: readings };
}
