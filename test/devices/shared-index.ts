/** The index of captured messages: where each of them arrives at the hub, and what it must become. */
import { readFileSync } from "node:fs";
import type { BindingOptions, DeviceConfig, TopicBinding } from "../../src/domain/estate.ts";
import type { Decoded } from "../../src/domain/event.ts";
import type { Transport } from "../../src/domain/journal.ts";
import { parseIntakePath } from "../../src/domain/topic.ts";
import type { InboundMessage } from "../../src/ports.ts";
import { profiles } from "../../devices/index.ts";
import { createDecoder } from "../../src/registry/decoder.ts";
import { RECEIVED_AT, SHARED, sharedBytes } from "./support.ts";

/** An entry; captures of one's own may also say `profile` prefix, options and configuration. */
export interface IndexEntry {
  readonly file: string;
  readonly topic: string;
  readonly transport: string;
  readonly expected: { readonly code: string; readonly phase: string };
  readonly contentType?: string;
  readonly options?: BindingOptions;
  readonly config?: DeviceConfig;
}

/** The entries of the index, in its order: a discovery stands before the states it explains. */
export function indexEntries(): readonly IndexEntry[] {
  if (SHARED.missing) return [];
  return JSON.parse(readFileSync(`${SHARED.path}/index.json`, "utf8")) as readonly IndexEntry[];
}

/**
 * How messages arrive that their source took from somewhere else than MQTT or HTTP, by the beginning of
 * the file's name, the longest first: a SIP gateway, a queue's consumer, a pull adapter.
 */
const ARRIVALS: readonly (readonly [family: string, transport: Transport, path: string])[] = [
  ["axis_mqtt_", "mqtt", "axis/cam-1/event"],
  ["axis_", "http", "axis/cam-1"],
  ["dahua_cgi_", "http", "dahua/cam-1"],
  ["gb28181_", "http", "gb28181/platform"],
  ["hik_isc_", "http", "hikvision-isc/platform"],
  ["hik_", "http", "hikvision/cam-1"],
  ["milesight_", "mqtt", "milesight/sensor-1"],
  ["sia_", "tcp", "sia/1234"],
  ["tuya_", "mqtt", "tuya/queue"],
];
const BY_TRANSPORT: Readonly<Record<string, readonly [transport: Transport, path: string]>> = {
  soap: ["http", "onvif/cam-1"],
  "rtsp-metadata": ["http", "onvif/cam-1"],
  sip: ["http", "gb28181/platform"],
  dhip: ["http", "dahua/vto-1"],
  pulsar: ["mqtt", "tuya/queue"],
};

/** Where a message of the index arrives. */
export function arrival({ file, topic, transport }: IndexEntry): {
  readonly transport: Transport;
  readonly path: string;
} {
  const known = ARRIVALS.find(([family]) => file.startsWith(family));
  if (known) return { transport: known[1], path: known[2] };
  const other = BY_TRANSPORT[transport];
  if (other) return { transport: other[0], path: other[1] };
  const posted = /^POST \/(\S+)/.exec(topic);
  if (posted) return { transport: "http", path: posted[1] ?? "" };
  const [path = ""] = topic.split(" (");
  return { transport: transport === "http" || transport === "tcp" ? transport : "mqtt", path };
}

/** One capture was published below a base topic of its own. */
const BINDINGS: readonly TopicBinding[] = [{ prefix: "zigbee", profile: "zigbee2mqtt" }];

/** The bindings under which an entry is read: those of the captures, and its own options. */
export function bindingsFor(entry: IndexEntry): readonly TopicBinding[] {
  const { options } = entry;
  const [prefix = ""] = arrival(entry).path.split("/");
  const own = profiles.find((profile) => profile.prefix === prefix);
  return options && own ? [...BINDINGS, { prefix, profile: own.id, options }] : BINDINGS;
}

/** The message of an entry as it reaches the hub. */
export function inbound(entry: IndexEntry, payload: Uint8Array, receivedAt = RECEIVED_AT): InboundMessage {
  const { transport, path } = arrival(entry);
  const route = parseIntakePath("e1", "gw-1", path);
  if (!route) throw new Error(`no route for ${entry.file}: ${path}`);
  const { contentType } = entry;
  return {
    transport,
    gatewayId: "gw-1",
    route,
    payload,
    retained: false,
    receivedAt,
    ...(contentType !== undefined && { contentType }),
  };
}

/** The captured messages that a profile reads, with the path below its own prefix. */
export function capturesOf(
  profile: string,
): readonly { readonly path: string; readonly bytes: Uint8Array }[] {
  const decoder = createDecoder({
    profiles,
    configOf: () => ({}),
    bindingsOf: () => BINDINGS,
    pseudonymKey: Buffer.from("a key for tests only"),
    zoneOf: () => "Asia/Shanghai",
    recall: () => undefined,
  });
  return indexEntries().flatMap((entry) => {
    const bytes = sharedBytes(entry.file);
    if (decoder.decode(inbound(entry, bytes)).profile !== profile) return [];
    const { path } = arrival(entry);
    return [{ path: path.replace(/^zigbee\//, "zigbee2mqtt/"), bytes }];
  });
}

/** What an expectation that is no event means: the reason for which the message is left out. */
const REASONS: Readonly<Record<string, readonly string[]>> = {
  "info.telemetry": ["telemetry", "no_codec"],
  "info.metadata": ["metadata"],
  "device.heartbeat": ["heartbeat"],
  "none.discovery": ["discovery"],
  "none.command": ["command"],
};

/**
 * True when a message became what its entry expects. Three expectations need a reading:
 * - No alarm may come of telemetry. It is met by the reason, and by supervision that only says that all is
 *   well (tamper and battery of a gas sensor): leaving those out would keep a tamper raised that the same
 *   message takes back. `no_codec` is telemetry of which even that cannot be said.
 * - A report of the present state at the beginning (`Initialized`) is expected as phase `state`. Ours keeps
 *   its side, raise or clear, and is flagged `initial`: the hub raises nothing from it, and knows what the
 *   next report changes.
 * - `device.undecodable` is a dead letter.
 */
export function meets(decoded: Decoded, { code, phase }: IndexEntry["expected"]): boolean {
  if (code === "device.undecodable") return decoded.outcome === "undecodable";
  const events = decoded.outcome === "events" ? decoded.events : [];
  const reasons = REASONS[code];
  if (reasons && decoded.outcome === "ignored") return reasons.includes(decoded.reason);
  if (code === "info.telemetry") {
    return events.length > 0 && events.every((event) => event.phase === "clear" && event.report === "level");
  }
  return events.some(
    (event) =>
      event.code === code &&
      (event.phase === phase || (phase === "state" && event.flags?.includes("initial") === true)),
  );
}
