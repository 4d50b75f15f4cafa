import type { Attributes, AttributeValue, DecodedEvent, EventFlag, IgnoreReason } from "../domain/event.ts";
import { LIMITS } from "./limits.ts";
import type { Instant } from "./iso-time.ts";

/** Thrown by rules for a message that cannot be read; becomes a dead letter of reason `schema` or `too_large`. */
export class Unreadable extends Error {
  readonly reason: "schema" | "too_large";
  constructor(reason: "schema" | "too_large", message: string) {
    super(message);
    this.reason = reason;
  }
}

/** What a message has in common for all its events. */
interface Common {
  readonly time: Instant | undefined;
  readonly flags: readonly EventFlag[];
  readonly attributes: Readonly<Record<string, AttributeValue>> | undefined;
}

/** Gathers what the rules yield for one message. */
export interface Collector {
  readonly common: Common;
  readonly events: DecodedEvent[];
  reason?: IgnoreReason;
  /** The site says of the vendor's word that it is no event here. */
  silenced?: boolean;
}

/** The parts of an event that a rule has read. */
export interface EventParts extends Omit<DecodedEvent, "device" | "flags" | "deviceAt" | "attributes"> {
  readonly device: string | undefined;
  readonly time: Instant | undefined;
  readonly flags: readonly EventFlag[];
  readonly attributes: Attributes | undefined;
}

/** Adds an event. Throws Unreadable when no device is named or there are too many events. */
export function addEvent(
  into: Collector,
  { device, time, flags: own, attributes, ...rest }: EventParts,
): void {
  const { common, events } = into;
  if (device === undefined) throw new Unreadable("schema", "no device is named");
  if (events.length >= LIMITS.events) throw new Unreadable("too_large", `more than ${LIMITS.events} events`);
  const told = own.length === 0 ? common.flags : [...new Set([...common.flags, ...own])];
  const flags = time?.assumed ? [...told, "zone_assumed" as const] : told;
  const all =
    common.attributes && attributes
      ? { ...common.attributes, ...attributes }
      : (attributes ?? common.attributes);
  events.push({
    device,
    ...rest,
    ...(time && { deviceAt: time.at }),
    ...(all && { attributes: all }),
    ...(flags.length > 0 && { flags }),
  });
}
