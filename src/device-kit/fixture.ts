import type { DeviceConfig } from "../domain/estate.ts";
import type { Decoded, DecodedEvent, DeadReason, IgnoreReason } from "../domain/event.ts";

/** One message with what it must become: drives tests, simulators and documentation. */
export interface Fixture {
  /** The vendor's topic or path. */
  readonly topic: string;
  /** A text is sent as it stands, anything else as JSON. */
  readonly payload: unknown;
  /** The installation's overrides for the devices of the message. */
  readonly config?: DeviceConfig;
  readonly expect: Expectation;
}

/** Each expected event names what matters of it; the list is complete and in order. */
export type Expectation =
  | { readonly events: readonly Partial<DecodedEvent>[] }
  | { readonly ignored: IgnoreReason; readonly device?: string }
  | { readonly undecodable: DeadReason };

/** The bytes of a fixture's payload. */
export function fixtureBytes({ payload }: Fixture): Uint8Array {
  return Buffer.from(typeof payload === "string" ? payload : JSON.stringify(payload));
}

/** True when a message became exactly what a fixture says. */
export function isAsExpected(decoded: Decoded, expect: Expectation): boolean {
  switch (decoded.outcome) {
    case "events":
      return (
        "events" in expect &&
        expect.events.length === decoded.events.length &&
        expect.events.every((wanted, at) => includes(decoded.events[at], wanted))
      );
    case "ignored":
      return (
        "ignored" in expect &&
        expect.ignored === decoded.reason &&
        (expect.device === undefined || expect.device === decoded.device)
      );
    case "undecodable":
      return "undecodable" in expect && expect.undecodable === decoded.reason;
  }
}

function includes(there: unknown, wanted: unknown): boolean {
  if (typeof wanted !== "object" || wanted === null) return there === wanted;
  if (typeof there !== "object" || there === null) return false;
  const members = there as Readonly<Record<string, unknown>>;
  return Object.entries(wanted).every(([name, value]) => includes(members[name], value));
}
