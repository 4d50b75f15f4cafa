import type { Phase, SecurityEvent, Transition } from "../domain/event.ts";

/** An event as the database answers it, names in place of numbers. */
export interface EventRow {
  readonly id: string;
  readonly estateId: string;
  readonly gatewayId: string;
  readonly deviceId: string;
  readonly code: string;
  readonly phase: Phase;
  readonly transition: Transition;
  readonly occurredAt: number;
  readonly receivedAt: number;
  readonly profile: string;
  readonly rest: string;
}

/** What no query asks for stands together as JSON: fewer columns, faster inserts. */
type Rest = Pick<
  SecurityEvent,
  "point" | "deviceAt" | "gatewayAt" | "skewMs" | "value" | "attributes" | "flags"
>;

/** The part of an event that is stored as JSON. */
export function restOf(event: SecurityEvent): string {
  const { point, deviceAt, gatewayAt, skewMs, value, attributes, flags } = event;
  return JSON.stringify({ point, deviceAt, gatewayAt, skewMs, value, attributes, flags });
}

/** The event of a row. */
export function eventOf({ rest, ...row }: EventRow): SecurityEvent {
  return { ...row, ...(JSON.parse(rest) as Rest) };
}
