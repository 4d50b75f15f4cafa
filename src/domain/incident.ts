import type { Severity } from "./taxonomy.ts";
import type { EpochMs } from "./time.ts";

export type IncidentStatus = "open" | "acknowledged" | "closed";

/** Why an incident was closed. A closing without one is refused. */
export const CLOSE_REASONS = ["confirmed", "false_alarm", "test", "duplicate", "other"] as const;
export type CloseReason = (typeof CLOSE_REASONS)[number];

/** One episode of one incident type at one place (警情). One open incident per `key`. */
export interface Incident {
  /** Deterministic: the same journal always makes the same ids. */
  readonly id: string;
  readonly estateId: string;
  /** A taxonomy code. */
  readonly type: string;
  readonly severity: Severity;
  readonly status: IncidentStatus;
  /** What may be open only once: estate, type and place or subject, joined by `|`. */
  readonly key: string;
  readonly placeId?: string;
  readonly deviceId: string;
  readonly rule: { readonly id: string; readonly version: string };
  /** When the episode began, by event time. */
  readonly openedAt: EpochMs;
  /** When the hub opened it. */
  readonly detectedAt: EpochMs;
  /** When the condition ended (a clearing event or a time-out); the incident still wants closing. */
  readonly endedAt?: EpochMs;
  readonly acknowledgedAt?: EpochMs;
  /** Name of the token that acknowledged it. */
  readonly acknowledgedBy?: string;
  readonly closedAt?: EpochMs;
  /** Name of the token that closed it, or `rule:<id>`. */
  readonly closedBy?: string;
  readonly closeReason?: CloseReason;
  /** Found by a late event: counts in history, wakes nobody as if it were happening now. */
  readonly late: boolean;
  readonly test: boolean;
  readonly simulated: boolean;
  /** How many events support it. */
  readonly eventCount: number;
  readonly updatedAt: EpochMs;
}

export type TransitionKind = "opened" | "evidence" | "escalated" | "ended" | "acknowledged" | "closed";

/** One line of an incident's history. */
export interface IncidentTransition {
  readonly incidentId: string;
  readonly kind: TransitionKind;
  readonly at: EpochMs;
  /** `rule:<id>` or the name of the person's token. */
  readonly by: string;
  readonly note?: string;
  readonly eventId?: string;
}

/** A change of one incident: its new face and the lines added to its history. */
export interface IncidentChange {
  readonly incident: Incident;
  readonly transitions: readonly IncidentTransition[];
}

/** What a person may ask of an incident. */
export type IncidentCommand =
  | { readonly kind: "acknowledge"; readonly note?: string }
  | { readonly kind: "close"; readonly reason: CloseReason; readonly note?: string };
