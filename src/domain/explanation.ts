import type { Json, SecurityEvent } from "./event.ts";
import type { Incident, TransitionKind } from "./incident.ts";
import type { EpochMs } from "./time.ts";

/** A text for people, in both languages. */
export interface Text {
  readonly zh: string;
  readonly en: string;
}

/** A rule that had a part in an incident, in the version that had it. */
export interface ExplainedRule {
  readonly id: string;
  readonly version: string;
  /** The rule as it was written. */
  readonly definition: Readonly<Record<string, Json>>;
}

/** As much of an event as an explanation shows. */
export type ExplainedEvent = Pick<
  SecurityEvent,
  | "id"
  | "estateId"
  | "deviceId"
  | "point"
  | "code"
  | "phase"
  | "transition"
  | "occurredAt"
  | "receivedAt"
  | "value"
  | "flags"
>;

/** One thing that made an incident what it is. */
export interface ExplanationStep {
  /** Hub time. */
  readonly at: EpochMs;
  /**
   * `event`: an event concerned the rule · `timer`: a time was up · `person`: somebody did something ·
   * `history`: the incident's history tells it, but trying the rule again does not.
   */
  readonly kind: "event" | "timer" | "person" | "history";
  /** Id of the rule; absent for what people did. */
  readonly rule?: string;
  /** The part the event played, and the condition that held. */
  readonly role?: string;
  readonly condition?: string;
  /** What was compared or counted of it. */
  readonly value?: string | number | boolean;
  /** Absent also when it belongs to an estate that the caller may not see. */
  readonly event?: ExplainedEvent;
  /** Lines of the incident's history that came of it. */
  readonly made: readonly TransitionKind[];
  /** Who did it, and what was noted. */
  readonly by?: string;
  readonly note?: string;
  /** The step in a few sentences, with times of the estate. */
  readonly text: Text;
}

/** How an incident came about. */
export interface Explanation {
  readonly incident: Incident;
  /** The zone of the times in the texts. */
  readonly zone: string;
  readonly rules: readonly ExplainedRule[];
  /**
   * `replayed`: trying the rules again on the stored events gives the incident's history ·
   * `partly`: some of it · `history`: none of it, what is told is only what the history has.
   */
  readonly basis: "replayed" | "partly" | "history";
  /** In order of time. */
  readonly steps: readonly ExplanationStep[];
  /** What is missing or cannot be told, and why. */
  readonly gaps: readonly Text[];
}
