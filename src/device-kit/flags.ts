import type { EventFlag } from "../domain/event.ts";
import { compileGuards, type Guard } from "./guards.ts";
import type { Scope } from "./scope.ts";

/** Flags and when an event carries them. */
export type FlagSpecs = Partial<Readonly<Record<EventFlag, readonly Guard[]>>>;

/** Compiles flags into a function that tells which of them hold. */
export function compileFlags(specs: FlagSpecs = {}): (scope: Scope) => readonly EventFlag[] {
  const flags = Object.entries(specs).map(
    ([name, guards]) => [name as EventFlag, compileGuards(guards)] as const,
  );
  if (flags.length === 0) return () => [];
  return (scope) => flags.filter(([, holds]) => holds(scope)).map(([name]) => name);
}
