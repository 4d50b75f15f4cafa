import type { Incident } from "../domain/incident.ts";
import { HOUR, type EpochMs } from "../domain/time.ts";
import type { Spell } from "./spell.ts";

/** An incident that people never had before them is taken to be closed so long after its condition ended. */
export const CLOSED_AFTER = HOUR;

/** How an incident was closed. */
type Closing = Required<Pick<Incident, "closedAt" | "closedBy" | "closeReason">>;

/** When people closed what the rules found, so that trying rules again meets the same closings. */
export interface Closings {
  /** How the incident, as it stood, was closed at or before `at`; undefined when it was not. */
  closingOf(incident: Incident, at: EpochMs): Closing | undefined;
}

/**
 * Closings from stored incidents: a person's closing of a key closes what is tried of that key too. While
 * a stored incident of the key was not closed, nothing else closes it; where there was none, the end of
 * the condition does, after a while.
 */
export function closingsOf(stored: readonly Spell[]): Closings {
  const byKey = Map.groupBy(
    stored.filter(({ closedBy }) => closedBy?.startsWith("rule:") !== true),
    ({ key }) => key,
  );
  return {
    closingOf({ key, endedAt, updatedAt }, at) {
      const known = byKey.get(key) ?? [];
      // Whatever was told after a closing would have opened or reopened something.
      for (const { closedAt, closedBy = "", closeReason = "other" } of known) {
        if (closedAt !== undefined && closedAt >= updatedAt && closedAt <= at)
          return { closedAt, closedBy, closeReason };
      }
      if (endedAt === undefined) return undefined;
      const over = Math.max(endedAt, updatedAt) + CLOSED_AFTER;
      const held = known.some((one) => one.detectedAt <= over && (one.closedAt ?? Infinity) > over);
      return over < at && !held ? { closedAt: over, closedBy: "backtest", closeReason: "other" } : undefined;
    },
  };
}
