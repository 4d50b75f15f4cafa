import type { Severity } from "./taxonomy.ts";
import type { EpochMs } from "./time.ts";

export type IncidentStatus = "open" | "acknowledged" | "closed";

/**
 * How sure it is that something happened: 0 one detection · 1 the same device says so in a second way ·
 * 2 a second, independent device says so · 3 a person saw it, on video or on site · 4 a person saw that
 * somebody is in danger. After the levels of ANSI/TMA-AVS-01.
 */
export const VERIFICATIONS = [0, 1, 2, 3, 4] as const;
export type Verification = (typeof VERIFICATIONS)[number];

/** Why an incident was closed. A closing without one is refused. */
export const CLOSE_REASONS = ["confirmed", "false_alarm", "test", "duplicate", "other"] as const;
export type CloseReason = (typeof CLOSE_REASONS)[number];

/**
 * One incident type at one place (警情), from the first episode until somebody closes it. At most one
 * incident of a `key` is not closed; a new episode before the closing resumes it.
 */
export interface Incident {
  /** Deterministic: the same journal always makes the same ids. */
  readonly id: string;
  readonly estateId: string;
  /** A taxonomy code. */
  readonly type: string;
  readonly severity: Severity;
  readonly status: IncidentStatus;
  /** What may be unclosed only once: estate, type and place or subject, joined by `|`. */
  readonly key: string;
  readonly placeId?: string;
  readonly deviceId: string;
  /** The rule that opened it, or that found its latest episode. */
  readonly rule: { readonly id: string; readonly version: string };
  /** When the first episode began, by event time. */
  readonly openedAt: EpochMs;
  /** When the hub opened it. */
  readonly detectedAt: EpochMs;
  /** When the condition ended (a clearing event or a time-out); the incident still wants closing. Absent while an episode goes on. */
  readonly endedAt?: EpochMs;
  readonly acknowledgedAt?: EpochMs;
  /** Name of the token that acknowledged it. */
  readonly acknowledgedBy?: string;
  readonly closedAt?: EpochMs;
  /** Name of the token that closed it, or `rule:<id>`. */
  readonly closedBy?: string;
  readonly closeReason?: CloseReason;
  readonly verification: Verification;
  /** It came and went so often that it was held as going on until the device was quiet. Stays true. */
  readonly chattering: boolean;
  /** Found by a late event: counts in history, wakes nobody as if it were happening now. */
  readonly late: boolean;
  readonly test: boolean;
  readonly simulated: boolean;
  /** How many events support it. */
  readonly eventCount: number;
  /** How many episodes it has had; each after the first resumed it. */
  readonly episodeCount: number;
  readonly updatedAt: EpochMs;
}

export type TransitionKind =
  | "opened"
  | "evidence"
  | "escalated"
  | "ended"
  /** A new episode began before the incident was closed. */
  | "resumed"
  /** It is surer than before. */
  | "verified"
  /** It comes and goes too often: held as going on until the device is quiet. */
  | "latched"
  /** A new episode began soon after the closing. */
  | "reopened"
  | "acknowledged"
  | "closed";

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
  /** A person saw it: 3, or 4 when somebody is in danger. */
  | { readonly kind: "verify"; readonly verification: 3 | 4; readonly note?: string }
  | { readonly kind: "close"; readonly reason: CloseReason; readonly note?: string };
