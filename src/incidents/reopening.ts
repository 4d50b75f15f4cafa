import type { CloseReason, Incident } from "../domain/incident.ts";
import type { Verdict } from "../ports.ts";

/** A person looked and said that this was nothing, or that it is told elsewhere. */
const JUDGED: ReadonlySet<CloseReason | undefined> = new Set(["false_alarm", "test", "duplicate"] as const);

/**
 * Whether what a verdict tells reopens a closed incident instead of opening a new one: soon after the
 * closing by hub time, when the rule says so, unless a person's judgement would be undone. A test does not
 * reopen the real thing, nor the real thing a test.
 */
export function isReopenedBy(closed: Incident, verdict: Verdict): boolean {
  const { closedAt, closeReason, test, simulated } = closed;
  if (verdict.reopenWithin === undefined || closedAt === undefined) return false;
  if (JUDGED.has(closeReason)) return false;
  if (test !== verdict.test || simulated !== verdict.simulated) return false;
  return verdict.detectedAt - closedAt <= verdict.reopenWithin;
}

/** A closed incident as it stands before a new episode: ended, and nobody looks after it. */
export function unclosed(closed: Incident): Incident {
  const {
    closedAt,
    closedBy: _,
    closeReason: __,
    acknowledgedAt: ___,
    acknowledgedBy: ____,
    ...rest
  } = closed;
  const endedAt = closed.endedAt ?? closedAt;
  return { ...rest, status: "open", ...(endedAt !== undefined && { endedAt }) };
}
