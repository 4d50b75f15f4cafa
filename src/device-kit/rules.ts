import type { PointConfig } from "../domain/estate.ts";
import type { AttributeValue, IgnoreReason, Phase } from "../domain/event.ts";
import type { FlagSpecs } from "./flags.ts";
import type { Guard } from "./guards.ts";
import type { Source, Table } from "./sources.ts";
import type { TimeSpec } from "./times.ts";

/**
 * A code: fixed, looked up, or what the installation says (the button in the hall is an SOS). A value that
 * a table does not hold makes the rule yield nothing. With `site`, the device's `codes` and the binding's
 * are asked for its word before the table.
 */
export type CodeSpec =
  | string
  | (Table & {
      readonly of: Source;
      readonly entries: Readonly<Record<string, string>>;
      readonly otherwise?: string;
      readonly site?: Source;
    })
  | { readonly configured: keyof PointConfig & `${string}Code`; readonly otherwise: string };

/** A phase: fixed or looked up. */
export type PhaseSpec =
  | Phase
  | { readonly of: Source; readonly entries: Readonly<Record<string, Phase>>; readonly otherwise?: Phase };

/** Attributes by name; a source that gives nothing leaves its attribute out. */
export type AttributeSpecs = Readonly<Record<string, Source>>;

/** What an event carries beside code and phase. */
export interface EventDetails {
  readonly when?: readonly Guard[];
  readonly point?: Source;
  readonly property?: Source;
  readonly value?: Source;
  /** The vendor's identity of the event, joined by `:`; absent when its first part is. */
  readonly key?: readonly Source[];
  /** Default: the message's time. */
  readonly time?: TimeSpec;
  /** A time that is the same in every repeat with that key. */
  readonly keyTime?: TimeSpec;
  /**
   * Seconds after which a level that is no longer repeated is over, for senders that repeat it only while
   * it lasts and may miss to say that it ended.
   */
  readonly expiresAfter?: number;
  /** Beside those of the message, where each member of a list has its own. */
  readonly flags?: FlagSpecs;
  readonly attributes?: AttributeSpecs;
}

/** One event when its conditions hold. */
export interface EventRule extends EventDetails {
  readonly rule: "event";
  readonly code: CodeSpec;
  readonly phase: PhaseSpec;
  readonly report: "edge" | "level";
}

/** What one position of a two-valued property means. */
interface Meaning {
  readonly code: string;
  readonly phase: Phase;
}

/** A property of two positions, repeated in full reports. Both positions are declared: no polarity is guessed. */
export interface FlagRule extends Omit<EventDetails, "key" | "keyTime"> {
  readonly rule: "flag";
  /** Values of the first position and what it means. */
  readonly on: readonly AttributeValue[];
  readonly off: readonly AttributeValue[];
  readonly of: Source;
  readonly whenOn: Meaning;
  readonly whenOff: Meaning;
  readonly property: Source;
  /**
   * `door`: configured as `normally-open`, its two positions are turned round. `dry`: a contact whose
   * meaning is the installation's; `normally-closed` turns it round and `inputCode` says what it raises.
   */
  readonly contact: "none" | "door" | "dry";
}

/** Rules for each member of a list, or of an object whose keys are devices or components. */
export interface EachRule {
  readonly rule: "each";
  readonly of: Source;
  /** The device each member speaks of, where that is not the message's; read in the member's scope. */
  readonly device?: Source;
  readonly rules: readonly Rule[];
}

/** The first of several rules that yields anything. */
export interface FirstRule {
  readonly rule: "first";
  readonly rules: readonly Rule[];
}

/** Says why a message yields no event. */
export interface IgnoreRule {
  readonly rule: "ignore";
  readonly reason: IgnoreReason;
  readonly when?: readonly Guard[];
}

export type Rule = EventRule | FlagRule | EachRule | FirstRule | IgnoreRule;

/** An event that the sender reports because something happened. */
export const edge = (event: Omit<EventRule, "rule" | "report">): EventRule => ({
  rule: "event",
  report: "edge",
  ...event,
});

/** A state the sender repeats; the hub stores it only when it differs from the last known one. */
export const level = (
  event: Omit<EventRule, "rule" | "report"> & { readonly property: Source },
): EventRule => ({
  rule: "event",
  report: "level",
  ...event,
});

/** A two-valued property of a full-state report. Values in neither list (null) are unknown: no event. */
export const flag = (rule: Omit<FlagRule, "rule" | "contact">): FlagRule => ({
  rule: "flag",
  contact: "none",
  ...rule,
});

/** A door or window contact: a flag whose polarity an installation may turn round. */
export const contact = (rule: Omit<FlagRule, "rule" | "contact">): FlagRule => ({
  rule: "flag",
  contact: "door",
  ...rule,
});

/**
 * A dry contact or input: `whenOn` and `whenOff` hold until the installation says what it means
 * (`inputCode`, also per point).
 */
export const dryContact = (rule: Omit<FlagRule, "rule" | "contact">): FlagRule => ({
  rule: "flag",
  contact: "dry",
  ...rule,
});

/** Applies rules to each member of a list or object; `outer` reaches the scope around it. */
export const each = (of: Source, ...rules: Rule[]): EachRule => ({ rule: "each", of, rules });
/** The same for a list or object of devices; each member has its own device and that device's configuration. */
export const eachDevice = (of: Source, device: Source, ...rules: Rule[]): EachRule => ({
  rule: "each",
  of,
  device,
  rules,
});
/** Applies rules until one yields anything. */
export const first = (...rules: Rule[]): FirstRule => ({ rule: "first", rules });
/** Names the reason why there is no event, when the conditions hold. */
export const ignored = (reason: IgnoreReason, ...when: Guard[]): IgnoreRule => ({
  rule: "ignore",
  reason,
  when,
});

/** A code from a closed table. */
export const codeTable = (
  of: Source,
  entries: Readonly<Record<string, string>>,
  otherwise?: string,
): CodeSpec => ({ of, entries, ...(otherwise !== undefined && { otherwise }) });

/**
 * A code the installation may choose: the device's `codes`, then the binding's, then the table. `ignore` in
 * one of the first two is the last word: no event, no later rule of a `first`, and no dead letter. The
 * installation speaks of the value itself, or of `word` where something else names it there, for example
 * the rule that somebody made at a camera.
 */
export const siteCode = (
  of: Source,
  entries: Readonly<Record<string, string>>,
  otherwise?: string,
  word: Source = of,
): CodeSpec => ({ of, entries, site: word, ...(otherwise !== undefined && { otherwise }) });

/** A phase from a closed table. */
export const phaseTable = (
  of: Source,
  entries: Readonly<Record<string, Phase>>,
  otherwise?: Phase,
): PhaseSpec => ({ of, entries, ...(otherwise !== undefined && { otherwise }) });
