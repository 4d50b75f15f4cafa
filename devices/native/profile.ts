import {
  faultOf,
  jsonFault,
  LIMITS,
  textOf,
  type Decoded,
  type DecodedEvent,
  type HandWrittenProfile,
  type ProfileInput,
} from "../../src/device-kit/index.ts";
import { createEventReader, HEARTBEAT, type EventReader } from "./read-event.ts";

const PREFIX = "devices/";
const SUFFIX = "/events";

/**
 * The hub's own format, for gateways that speak it: `estates/{estate}/devices/{device}/events` with one
 * event or a list of them. Written by hand, because every event of a native gateway passes here: JSON is
 * parsed once and checked in place.
 */
export const native: HandWrittenProfile = {
  id: "native",
  title: { zh: "智安原生 JSON", en: "Native JSON" },
  vendor: "Zhian",
  transports: ["mqtt", "http"],
  prefix: "devices",
  kind: "other",
  tier: "gold",
  redact: [
    { path: "attributes.*", how: "hashed", what: "attributes whose name says that they are personal data" },
    { path: "*.attributes.*", how: "hashed", what: "the same in a list of events" },
  ],
  matches: (path, transport) => transport !== "tcp" && deviceOf(path) !== undefined,
  decode: createDecode(createEventReader()),
};

function createDecode(readEvent: EventReader): (input: ProfileInput) => Decoded {
  return (input) => {
    try {
      return decode(input, readEvent);
    } catch (error) {
      return faultOf(error);
    }
  };
}

function decode(input: ProfileInput, readEvent: EventReader): Decoded {
  const device = deviceOf(input.path);
  if (device === undefined) {
    return {
      outcome: "undecodable",
      reason: "no_profile",
      detail: "the path is not devices/{device}/events",
    };
  }
  const { payload } = input;
  if (payload.byteLength === 0) return { outcome: "ignored", reason: "empty", device };
  if (payload.byteLength > LIMITS.payloadBytes) {
    return { outcome: "undecodable", reason: "too_large", detail: `${payload.byteLength} bytes` };
  }
  let body: unknown;
  try {
    // Nesting needs no bound here: the parser does not recurse, and nothing below reads deeper than two levels.
    body = JSON.parse(textOf(payload));
  } catch (error) {
    return { outcome: "undecodable", reason: "malformed", detail: jsonFault(error) };
  }
  if (!Array.isArray(body)) {
    const event = readEvent(body, device, input);
    if (event === HEARTBEAT) return { outcome: "ignored", reason: "heartbeat", device };
    if ("fault" in event) return { outcome: "undecodable", reason: event.fault, detail: event.detail };
    return { outcome: "events", events: [event] };
  }
  return decodeList(body, device, input, readEvent);
}

/** All or nothing: one bad element makes the whole message a dead letter that says which. */
function decodeList(
  list: readonly unknown[],
  device: string,
  input: ProfileInput,
  readEvent: EventReader,
): Decoded {
  if (list.length === 0) return { outcome: "ignored", reason: "empty", device };
  if (list.length > LIMITS.events) {
    const detail = `${list.length} events in one message; at most ${LIMITS.events}`;
    return { outcome: "undecodable", reason: "too_large", detail };
  }
  const events: DecodedEvent[] = [];
  for (let at = 0; at < list.length; at++) {
    const event = readEvent(list[at], device, input);
    if (event === HEARTBEAT) continue;
    if ("fault" in event) {
      return { outcome: "undecodable", reason: event.fault, detail: `[${at}]: ${event.detail}` };
    }
    events.push(event);
  }
  return events.length === 0
    ? { outcome: "ignored", reason: "heartbeat", device }
    : { outcome: "events", events };
}

function deviceOf(path: string): string | undefined {
  if (!path.startsWith(PREFIX) || !path.endsWith(SUFFIX)) return undefined;
  const device = path.slice(PREFIX.length, -SUFFIX.length);
  return device === "" || device.includes("/") || device.length > LIMITS.name ? undefined : device;
}
