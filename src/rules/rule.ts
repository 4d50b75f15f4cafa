import type { DeviceKind } from "../domain/estate.ts";
import type { Severity } from "../domain/taxonomy.ts";
import type { Json } from "../domain/event.ts";
import type { EpochMs } from "../domain/time.ts";
import type { RuleFault } from "../ports.ts";
import type { Condition, ValueExpression } from "./condition.ts";
import type { ConfirmedBy } from "./confirmation.ts";
import type { ExplainedBy } from "./explained.ts";
import type { Operator } from "./operator.ts";

/** A text for people, in both languages. */
interface Text {
  readonly zh: string;
  readonly en: string;
}

/** What an incident of a rule is about: one open incident per subject. */
export type Subject = "place" | "device" | "point" | ValueSubject;

/** Everything with the same value is one subject, in one estate or in all of them. */
interface ValueSubject {
  readonly everywhere: boolean;
  readonly value: ValueExpression;
}

/** A condition and the part its events play in the rule's operator. */
export interface Part {
  readonly role: string;
  readonly condition: Condition;
  /** What of its events the operator compares or counts. */
  readonly value?: ValueExpression;
}

/** A rule, checked and compiled; all that the engine needs to know. */
export interface Rule {
  readonly id: string;
  /** Short hash of the content: the same through changes of comments, layout and order of fields. */
  readonly version: string;
  readonly title: Text;
  readonly cause?: Text;
  readonly consequence?: Text;
  readonly response?: Text;
  /** Milliseconds within which somebody should act. */
  readonly respondWithin?: number;
  /** A taxonomy code. */
  readonly incident: string;
  readonly severity: Severity;
  /** Kinds of device it listens to; undefined: all. */
  readonly kinds?: ReadonlySet<DeviceKind>;
  readonly subject: Subject;
  /** Tried in order; the first that holds decides the role of an event. */
  readonly parts: readonly Part[];
  readonly operator: Operator;
  /** An episode without news ends after this long, milliseconds. */
  readonly timeOut: number;
  readonly confirmedBy?: ConfirmedBy;
  readonly explainedBy?: ExplainedBy;
  /** A new episode this soon after the closing reopens the incident, milliseconds; absent: never. */
  readonly reopenWithin?: number;
  /** What its states are made of; in those of another form nothing can be continued. */
  readonly stateForm: string;
  /** File name within the rules folder. */
  readonly file: string;
  readonly line: number;
  /** The rule as it was written. */
  readonly definition: Readonly<Record<string, Json>>;
}

/** The codes of the events that a rule listens to. */
export function codesHeardBy({ parts, confirmedBy }: Rule): ReadonlySet<string> {
  const codes = new Set(confirmedBy?.condition.codes);
  for (const { condition } of parts) for (const code of condition.codes) codes.add(code);
  return codes;
}

export type { RuleFault } from "../ports.ts";

/** A fault as one line of text. */
export function describeFault({ file, line, rule, field, reason }: RuleFault): string {
  const where = [rule, field].filter((part) => part !== undefined && part !== "").join(" · ");
  return `${file}:${line}: ${where === "" ? "" : `${where}: `}${reason}`;
}

/** A condition that failed while it was evaluated; the event counted as not matching. */
export interface ConditionFault {
  readonly rule: string;
  readonly count: number;
  /** When it last happened, by hub time. */
  readonly lastAt: EpochMs;
  /** What the first failure said. */
  readonly reason: string;
}

/** A counted failure as one line of text. */
export function describeConditionFault({ rule, count, lastAt, reason }: ConditionFault): string {
  // What happened while states were read has no time of its own.
  const last = lastAt === 0 ? "" : `, last at ${new Date(lastAt).toISOString()}`;
  return `${rule}: ${count} ×${last}: ${reason}`;
}
