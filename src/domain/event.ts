import type { EpochMs } from "./time.ts";

/** raise/clear: a condition begins/ends · pulse: a moment · state: a position · heartbeat: alive. */
export type Phase = "raise" | "clear" | "pulse" | "state" | "heartbeat";

/**
 * `retained`, `initial`: tells a present state, not a change · `replayed`: sent from a device's own
 * store · `test`: a test or a drill · `simulated`: made by a simulator · `late`: older than the
 * lateness limit · `skewed`: the device's clock is off and was corrected · `no_device_time`: the
 * device gave none · `zone_assumed`: its time had no offset.
 */
export type EventFlag =
  | "retained"
  | "initial"
  | "replayed"
  | "test"
  | "simulated"
  | "late"
  | "skewed"
  | "no_device_time"
  | "zone_assumed";

export type AttributeValue = string | number | boolean;
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** One fact as a profile reads it from a message, before the hub gives it an identity and a time. */
export interface DecodedEvent {
  /** The device's name in the vendor's own words; the hub makes the device id from it. */
  readonly device: string;
  /** Door, zone, input or channel of a device that has several. */
  readonly point?: string;
  /** A taxonomy code. */
  readonly code: string;
  readonly phase: Phase;
  /**
   * `edge`: the sender says that something changed; always stored.
   * `level`: the sender repeats its full state; stored only when it differs from the last known one.
   */
  readonly report: "edge" | "level";
  /** The vendor's property behind the code, when several properties of a point give the same code. */
  readonly property?: string;
  /** The reading, where there is one. */
  readonly value?: AttributeValue;
  /** Time by the device's clock. */
  readonly deviceAt?: EpochMs;
  /** Time by the gateway's clock. */
  readonly gatewayAt?: EpochMs;
  /** Identity given by the vendor; a repeat with the same key is the same event. */
  readonly eventKey?: string;
  /**
   * A time that belongs to `eventKey` and is the same in every repeat (a start time, the time of a
   * resent message). It only keeps neighbours together in storage; without one the key stands alone.
   */
  readonly keyAt?: EpochMs;
  /**
   * Of a level that the sender repeats only while it lasts: after this long without a repeat it is over,
   * and the next report is a new edge. Milliseconds. Absent: it stands until the sender says otherwise.
   */
  readonly expiresAfterMs?: number;
  readonly attributes?: Attributes;
  readonly flags?: readonly EventFlag[];
}

/** A decoded event with its identity, as it stands in the journal. */
export interface AcceptedEvent extends Omit<DecodedEvent, "device" | "eventKey" | "keyAt"> {
  /** Made by `timedId` from the idempotency key. */
  readonly id: string;
  readonly deviceId: string;
  /** For a moment without key and time: equal for equal bytes, so that an immediate repeat is seen. */
  readonly repeatKey?: string;
}

/**
 * How the event relates to the last *known* state of its point.
 * `edge`: it changed (or was a moment) · `initial`: first known state, or told as such ·
 * `repeat`: nothing changed.
 */
export type Transition = "edge" | "initial" | "repeat";

/** One canonical fact, as stored and as rules see it. Times in UTC milliseconds. */
export interface SecurityEvent {
  readonly id: string;
  readonly estateId: string;
  readonly gatewayId: string;
  readonly deviceId: string;
  readonly point?: string;
  readonly code: string;
  readonly phase: Phase;
  readonly transition: Transition;
  /** When it happened: the device's time after correction, or `receivedAt` when it gave none. */
  readonly occurredAt: EpochMs;
  readonly deviceAt?: EpochMs;
  readonly gatewayAt?: EpochMs;
  readonly receivedAt: EpochMs;
  readonly skewMs?: number;
  readonly value?: AttributeValue;
  readonly attributes: Attributes;
  readonly flags: readonly EventFlag[];
  readonly profile: string;
}

/** What a profile makes of one message. Nothing is ever dropped without one of these. */
export type Decoded = (
  | { readonly outcome: "events"; readonly events: readonly DecodedEvent[] }
  | { readonly outcome: "ignored"; readonly reason: IgnoreReason; readonly device?: string }
  | { readonly outcome: "undecodable"; readonly reason: DeadReason; readonly detail: string }
) &
  Aside;

/** What a message brings beside its outcome. */
export interface Aside {
  /** Definitions that later messages of the same bridge refer to; durable before the acknowledgement. */
  readonly learned?: readonly Lesson[];
  /** Messages to send back to the bridge, for example a request to say everything again. */
  readonly asks?: readonly Ask[];
}

/** Plain JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** A definition: what an alias stands for, what a topic means. `null` takes it back. */
export interface Lesson {
  readonly key: string;
  readonly value: Json;
}

/** A message to the bridge; `path` is a vendor topic like that of the message it answers. */
export interface Ask {
  readonly path: string;
  readonly payload: Uint8Array;
}

/** Why a message that was understood yields no event. Each is a label of a counter. */
export type IgnoreReason =
  | "heartbeat"
  | "telemetry"
  | "command"
  | "discovery"
  | "retained"
  | "initial_state"
  | "empty"
  | "not_armed"
  | "enrichment"
  | "bridge_log"
  /** The sender took its own report back. */
  | "false_positive"
  /** Descriptions of what a camera sees or of what a platform holds. */
  | "metadata"
  /** Raw bytes of a sensor that its network server has no codec for. */
  | "no_codec"
  /** Of a session that a newer one has replaced. */
  | "superseded"
  /** Understood, but nothing the taxonomy has a code for. */
  | "no_code";

/** Why a message became a dead letter. Each is a label of a counter. */
export type DeadReason =
  | "no_profile"
  | "malformed"
  | "schema"
  | "unknown_code"
  | "too_large"
  /** There is no key for it. */
  | "encrypted"
  /** Refers to a definition (an alias, a discovery) that was not heard. */
  | "not_learned"
  | "profile_fault";
