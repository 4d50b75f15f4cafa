import {
  boundedText,
  canonicalCode,
  cleanName,
  createZoneOffsets,
  defaultPhase,
  isPlausible,
  phaseFits,
  readIso,
  type DecodedEvent,
  type EventFlag,
  type Phase,
  type ProfileInput,
} from "../../src/device-kit/index.ts";
import { createAttributeReader } from "./read-attributes.ts";

/** A sign of life in place of an event. */
export const HEARTBEAT = Symbol("heartbeat");

/** What is wrong with an event, in words that name the field. */
interface EventFault {
  readonly fault: "schema" | "unknown_code";
  readonly detail: string;
}

/** Reads one event object; never changes it. */
export type EventReader = (
  value: unknown,
  device: string,
  input: ProfileInput,
) => DecodedEvent | EventFault | typeof HEARTBEAT;

type Building = { -readonly [K in keyof DecodedEvent]: DecodedEvent[K] };

const PHASES: ReadonlySet<unknown> = new Set<Phase>(["raise", "clear", "pulse", "state", "heartbeat"]);
const FLAGS: ReadonlySet<unknown> = new Set<EventFlag>(["test", "replayed", "initial", "simulated"]);
const ID_LENGTH = 200;

const schema = (detail: string): EventFault => ({ fault: "schema", detail });

/** Makes a reader of native events. Fields it does not know are ignored, so that gateways may be newer than the hub. */
export function createEventReader(): EventReader {
  const offsets = createZoneOffsets();
  const readAttributes = createAttributeReader();

  /** A time in milliseconds, undefined when the clock was never set, or a fault. `assumed` tells of a missing offset. */
  function readTime(
    value: unknown,
    name: string,
    event: { assumed: boolean },
    zone: () => string,
  ): number | undefined | EventFault {
    if (typeof value === "number") {
      return Number.isInteger(value) ? value : schema(`${name} must be whole milliseconds since 1970`);
    }
    const instant = typeof value === "string" ? readIso(value, zone, offsets) : undefined;
    if (!instant) return schema(`${name} must be an ISO 8601 time with offset, or milliseconds since 1970`);
    if (instant.assumed) event.assumed = true;
    return instant.at;
  }

  return function readEvent(value, device, input) {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      return schema("an event must be an object");
    const raw = value as Readonly<Record<string, unknown>>;
    if (raw["phase"] === "heartbeat" && raw["code"] === undefined) return HEARTBEAT;
    if (typeof raw["code"] !== "string") return schema("code is missing");
    const code = canonicalCode(raw["code"]);
    if (code === undefined)
      return { fault: "unknown_code", detail: `code ${quote(raw["code"])} is not in the taxonomy` };
    const phase = readPhase(raw["phase"], code);
    if (typeof phase !== "string") return phase;
    if (phase === "heartbeat") return HEARTBEAT;

    const event: Building = { device, code, phase, report: "edge" };
    const times = { assumed: false };
    if (raw["at"] !== undefined) {
      const at = readTime(raw["at"], "at", times, () => input.configOf(device).zone ?? input.zone);
      if (typeof at === "object") return at;
      if (at !== undefined && isPlausible(at)) event.deviceAt = at;
    }
    if (raw["gatewayAt"] !== undefined) {
      const at = readTime(raw["gatewayAt"], "gatewayAt", times, () => input.zone);
      if (typeof at === "object") return at;
      if (at !== undefined && isPlausible(at)) event.gatewayAt = at;
    }
    const fault =
      addKey(event, raw) ??
      addPoint(event, raw["point"]) ??
      addValue(event, raw["value"]) ??
      addFlags(event, raw["flags"]);
    if (fault) return fault;
    if (times.assumed) event.flags = [...(event.flags ?? []), "zone_assumed"];
    if (raw["attributes"] !== undefined) {
      const attributes = readAttributes(raw["attributes"], input.pseudonym);
      if (typeof attributes === "string") return schema(attributes);
      event.attributes = attributes;
    }
    return event;
  };
}

function readPhase(value: unknown, code: string): Phase | EventFault {
  if (value === undefined) {
    return (
      defaultPhase(code) ??
      schema(`phase is missing: ${code} is a lasting condition; say raise, clear or state`)
    );
  }
  if (!PHASES.has(value)) return schema("phase must be raise, clear, pulse, state or heartbeat");
  const phase = value as Phase;
  return phaseFits(code, phase) ? phase : schema(`phase ${phase} does not fit ${code}`);
}

/** The sender's identity of the event: `id`, or `boot` and `seq` together. */
function addKey(event: Building, raw: Readonly<Record<string, unknown>>): EventFault | undefined {
  const { id, boot, seq } = raw;
  if (id !== undefined) {
    if (!isKeyPart(id)) return schema(`id must be a number or a text of 1 to ${ID_LENGTH} characters`);
    event.eventKey = String(id);
  } else if (boot !== undefined || seq !== undefined) {
    if (!isKeyPart(boot)) return schema("boot must be a number or a text, together with seq");
    if (!Number.isSafeInteger(seq)) return schema("seq must be a whole number, together with boot");
    event.eventKey = `${boot}:${String(seq)}`;
  } else {
    return undefined;
  }
  if (event.deviceAt !== undefined) event.keyAt = event.deviceAt;
  return undefined;
}

function isKeyPart(value: unknown): value is string | number {
  if (typeof value === "number") return Number.isFinite(value);
  return typeof value === "string" && value !== "" && value.length <= ID_LENGTH;
}

function addPoint(event: Building, value: unknown): EventFault | undefined {
  if (value === undefined) return undefined;
  const name = typeof value === "number" && Number.isFinite(value) ? String(value) : value;
  const point = typeof name === "string" ? cleanName(name) : undefined;
  if (point === undefined) return schema("point must be a short text or a number");
  event.point = point;
  return undefined;
}

function addValue(event: Building, value: unknown): EventFault | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "string") event.value = boundedText(value);
  else if (typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value)))
    event.value = value;
  else return schema("value must be a text, a finite number or a truth value");
  return undefined;
}

function addFlags(event: Building, value: unknown): EventFault | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || !value.every((flag) => FLAGS.has(flag))) {
    return schema("flags must be a list of test, replayed, initial, simulated");
  }
  if (value.length > 0) event.flags = [...new Set(value as EventFlag[])];
  return undefined;
}

/** An unknown code as it may stand in a dead letter: short and printable. */
function quote(code: string): string {
  return JSON.stringify(boundedText(code).slice(0, 64));
}
