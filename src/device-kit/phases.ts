import type { Phase } from "../domain/event.ts";
import { TAXONOMY, type CodeKind } from "../domain/taxonomy.ts";

const FITTING: Readonly<Record<CodeKind, readonly Phase[]>> = Object.freeze({
  // A condition of which a device only tells the moment is a pulse; rules give it a time-out.
  state: ["raise", "clear", "state", "pulse"],
  // A moment that a device reports with a beginning and an end keeps both.
  pulse: ["pulse", "raise", "clear"],
  manual: ["pulse", "raise", "clear"],
  heartbeat: ["heartbeat"],
});

/** True when events of a canonical code can have that phase. */
export function phaseFits(code: string, phase: Phase): boolean {
  const kind = Object.hasOwn(TAXONOMY, code) ? TAXONOMY[code]?.kind : undefined;
  return kind !== undefined && FITTING[kind].includes(phase);
}

/** The phase of a code that needs none to be named; undefined for a lasting condition, which does. */
export function defaultPhase(code: string): Phase | undefined {
  const kind = Object.hasOwn(TAXONOMY, code) ? TAXONOMY[code]?.kind : undefined;
  if (kind === undefined || kind === "state") return undefined;
  return kind === "heartbeat" ? "heartbeat" : "pulse";
}
