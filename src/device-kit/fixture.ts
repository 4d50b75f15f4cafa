import type { BindingOptions, DeviceConfig } from "../domain/estate.ts";
import type { Decoded, DecodedEvent, DeadReason, IgnoreReason, Json } from "../domain/event.ts";
import type { Transport } from "../domain/journal.ts";

/** One message with what it must become: drives tests, simulators and documentation. */
export interface Fixture {
  /** The vendor's topic or path. */
  readonly topic: string;
  /** A text is sent as it stands, a list of `lines` joined by CR LF, `base64` as bytes, anything else as JSON. */
  readonly payload: unknown;
  /** Default: the first transport of the profile. */
  readonly transport?: Transport;
  readonly contentType?: string;
  readonly retained?: boolean;
  /** The installation's overrides for the devices of the message. */
  readonly config?: DeviceConfig;
  /** What the gateway's binding says. */
  readonly options?: BindingOptions;
  /** What earlier messages of the bridge taught, by key. */
  readonly taught?: Readonly<Record<string, Json>>;
  readonly expect: Expectation;
}

/**
 * Each expected event names what matters of it; the list is complete and in order. `learned` and `asks`
 * are looked at where they are named: all keys taught, all paths asked.
 */
export type Expectation = (
  | { readonly events: readonly Partial<DecodedEvent>[] }
  | { readonly ignored: IgnoreReason; readonly device?: string }
  | { readonly undecodable: DeadReason }
) & { readonly learned?: readonly string[]; readonly asks?: readonly string[] };

/** The bytes of a fixture's payload. */
export function fixtureBytes({ payload }: Pick<Fixture, "payload">): Uint8Array {
  if (typeof payload === "string") return Buffer.from(payload);
  if (typeof payload === "object" && payload !== null) {
    if ("base64" in payload) return Buffer.from(String(payload.base64), "base64");
    if ("lines" in payload && Array.isArray(payload.lines)) return Buffer.from(payload.lines.join("\r\n"));
  }
  return Buffer.from(JSON.stringify(payload));
}

/** True when a message became exactly what a fixture says. */
export function isAsExpected(decoded: Decoded, expect: Expectation): boolean {
  return (
    same(
      expect.learned,
      decoded.learned?.map(({ key }) => key),
    ) &&
    same(
      expect.asks,
      decoded.asks?.map(({ path }) => path),
    ) &&
    hasOutcome(decoded, expect)
  );
}

/** True when nothing is wanted, or exactly this in this order. */
function same(wanted: readonly string[] | undefined, there: readonly string[] = []): boolean {
  return (
    wanted === undefined || (wanted.length === there.length && wanted.every((one, at) => one === there[at]))
  );
}

function hasOutcome(decoded: Decoded, expect: Expectation): boolean {
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
