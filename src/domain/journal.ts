import type { AcceptedEvent, DeadReason } from "./event.ts";
import type { EpochMs } from "./time.ts";

/** What one message, or one change of a gateway's presence, left behind in the journal. */
export type JournalEntry = EventsEntry | DeadEntry | PresenceEntry;

export interface EventsEntry {
  readonly kind: "events";
  readonly receivedAt: EpochMs;
  readonly estateId: string;
  readonly gatewayId: string;
  readonly profile: string;
  readonly events: readonly AcceptedEvent[];
}

export interface DeadEntry {
  readonly kind: "dead";
  /** Made of the UTC day of its arrival and what was sent: resent on the same day, it is the same letter. */
  readonly id: string;
  readonly receivedAt: EpochMs;
  readonly estateId: string;
  readonly gatewayId: string;
  readonly transport: Transport;
  /** Topic or HTTP path below the estate, as needed to decode it again. */
  readonly path: string;
  readonly contentType?: string;
  /** MQTT retain flag: it told a present state, not a change. */
  readonly retained?: true;
  readonly reason: DeadReason;
  readonly detail: string;
  /** Base64. */
  readonly payload: string;
  /** `payload` is only the beginning of what was sent: enough to look at, not to decode again. */
  readonly truncated?: true;
}

export interface PresenceEntry {
  readonly kind: "presence";
  readonly receivedAt: EpochMs;
  readonly gatewayId: string;
  readonly estateIds: readonly string[];
  readonly status: "online" | "offline";
  readonly cause: "connect" | "disconnect" | "status" | "silence";
  readonly simulated?: true;
}

export type Transport = "mqtt" | "http" | "tcp";

/** A place between two journal frames: file number and byte offset. */
export interface JournalPosition {
  readonly segment: number;
  readonly offset: number;
}
