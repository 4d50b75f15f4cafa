import type { z } from "zod";
import type { EpochMs } from "../domain/time.ts";
import type { SpecFault } from "./schema.ts";
import type { Operator } from "./operator.ts";
import type { Part } from "./rule.ts";

/** What of a rule an operator may know beside its own part. */
export interface RuleSetting {
  /** Its conditions, in the order of the kind's roles, with `clears.when` last. */
  readonly parts: readonly Part[];
  /** Chooses by the estate-local time at which something began; undefined without a `schedule`. */
  readonly scheduled?: (at: EpochMs, zone: string) => number;
}

/** An expression of an operator: where it stands below `when.<name>`, and what part its events play. */
export interface RoleAt {
  readonly role: string;
  readonly path: readonly string[];
  /** Where the expression stands that gives the value of these events. */
  readonly value?: readonly string[];
}

/** How an operator is written in a rule: one entry in `operators.ts`. */
export interface OperatorKind<S = unknown> {
  /** The field below `when`. */
  readonly name: string;
  readonly schema: z.ZodType<S>;
  readonly roles: readonly RoleAt[];
  /** It says itself when its episode is over: `clears.when` has no place beside it. */
  readonly endsItself: boolean;
  /** Its key may begin with `everywhere`: it follows no device, whose ids are an estate's own. */
  readonly acrossEstates?: true;
  /** Whether a duration in it is `$threshold`, which needs a `schedule`. */
  readonly usesSchedule?: (written: unknown) => boolean;
  /** Faults of fields that depend on each other; paths below `when.<name>`. */
  readonly faults?: (spec: S) => readonly SpecFault[];
  /** What of it, beside its conditions, makes two rules mean different things: part of the version. */
  readonly meaning: (spec: S) => unknown;
  readonly build: (spec: S, setting: RuleSetting) => Operator;
}
