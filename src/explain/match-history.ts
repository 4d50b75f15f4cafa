import type { IncidentTransition, TransitionKind } from "../domain/incident.ts";
import { MINUTE } from "../domain/time.ts";
import type { RuleStep, Verdict } from "../ports.ts";

/** What a verdict may have written into a history. */
const SUPPORT: readonly TransitionKind[] = [
  "opened",
  "resumed",
  "reopened",
  "evidence",
  "escalated",
  "verified",
  "latched",
];
const LINES: Readonly<Record<Verdict["kind"], readonly TransitionKind[]>> = {
  open: SUPPORT,
  evidence: SUPPORT,
  end: ["ended"],
};
/** Lines that may follow another one of the same verdict. */
const ALONG: ReadonlySet<TransitionKind> = new Set(["escalated", "verified", "latched", "closed"]);

/** Which steps of rules wrote which lines of a history. */
export interface Matches {
  readonly linesOf: ReadonlyMap<RuleStep, readonly IncidentTransition[]>;
  /** Lines that a rule wrote, but none of the steps. */
  readonly left: readonly IncidentTransition[];
}

/**
 * Finds the lines of an incident's history that each step of its rules wrote, in order: of the same rule,
 * for the same event, at the same time. A line may be later than its verdict when a person did something
 * in between, because a history never runs backwards.
 */
export function matchHistory(steps: readonly RuleStep[], history: readonly IncidentTransition[]): Matches {
  const left = history.filter(({ by }) => by.startsWith("rule:"));
  const linesOf = new Map<RuleStep, readonly IncidentTransition[]>();
  for (const step of steps) {
    const lines = step.verdicts.flatMap((verdict) => take(verdict, left));
    if (lines.length > 0) linesOf.set(step, lines);
  }
  return { linesOf, left };
}

/** Takes the lines of one verdict out of those that are left. */
function take(verdict: Verdict, left: IncidentTransition[]): readonly IncidentTransition[] {
  const first = left.findIndex((line) => isOf(line, verdict));
  const { [first]: line } = left;
  if (!line) return [];
  let end = first + 1;
  for (let next = left[end]; next && goesAlong(next, line); next = left[end]) end++;
  return left.splice(first, end - first);
}

function isOf({ by, kind, at, eventId }: IncidentTransition, verdict: Verdict): boolean {
  const { rule, detectedAt, episode } = verdict;
  if (by !== `rule:${rule.id}` || !LINES[verdict.kind].includes(kind) || at < detectedAt) return false;
  const named = verdict.eventId ?? (verdict.kind === "open" ? episode : undefined);
  if (eventId === undefined) {
    return (named === undefined || ALONG.has(kind)) && at - detectedAt <= MINUTE;
  }
  return eventId === named;
}

function goesAlong(next: IncidentTransition, { by, at, kind, eventId }: IncidentTransition): boolean {
  const sameEvent = next.eventId === undefined || next.eventId === eventId;
  return next.by === by && next.at === at && next.kind !== kind && ALONG.has(next.kind) && sameEvent;
}
