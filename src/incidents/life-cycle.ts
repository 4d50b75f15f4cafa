import { timedId } from "../domain/identity.ts";
import type { Incident, IncidentChange, IncidentTransition, TransitionKind } from "../domain/incident.ts";
import type { IncidentLifeCycle, Verdict } from "../ports.ts";
import { acknowledge, close } from "./commands.ts";

/** Evidence beyond this is counted in `eventCount` and adds no line to the history. */
export const EVIDENCE_LINES = 50;

/**
 * The life cycle of an incident.
 *
 *     (none) ── open ──▶ open ── acknowledge ──▶ acknowledged ── close, with a reason ──▶ closed
 *                          └────────── close, with a reason ───────────────────────────────▲
 *
 * - The end of the condition (`endedAt`) is not the end of the incident: a person closes it. Nobody is
 *   asked to look at P4 and P5, so they close by themselves at the end, with reason `other`.
 * - An incident that ended or was closed takes no more evidence. If its condition goes on and new
 *   evidence comes, a new incident opens: an alarm after a closing must not be swallowed.
 * - Only the rule that opened an incident ends it; another rule of the same type and subject may still
 *   see its own condition, and its next evidence opens a new one.
 * - An incident is late, a test or simulated only as long as all that supports it is.
 */
export function createIncidentLifeCycle(): IncidentLifeCycle {
  return {
    apply(verdict, known) {
      const current = known && known.status !== "closed" && known.endedAt === undefined ? known : undefined;
      if (verdict.kind === "end") return current && end(current, verdict);
      return current ? support(current, verdict) : open(verdict);
    },
    command: (incident, command, by, now) =>
      command.kind === "acknowledge"
        ? acknowledge(incident, command, by, now)
        : close(incident, command, by, now),
  };
}

function open(verdict: Verdict): IncidentChange {
  const { kind, rule, key, episode, eventId, at, detectedAt } = verdict;
  // Evidence opens anew after a closing: the episode has made an id already.
  const identity = kind === "open" ? `${key}|${episode}` : `${key}|${episode}|${eventId ?? detectedAt}`;
  const incident: Incident = {
    id: timedId(at, identity),
    estateId: verdict.estateId,
    type: verdict.type,
    severity: verdict.severity,
    status: "open",
    key,
    ...(verdict.placeId !== undefined && { placeId: verdict.placeId }),
    deviceId: verdict.deviceId,
    rule,
    openedAt: at,
    detectedAt,
    late: verdict.late,
    test: verdict.test,
    simulated: verdict.simulated,
    eventCount: 1,
    updatedAt: detectedAt,
  };
  const because = eventId ?? (kind === "open" ? episode : undefined);
  return { incident, transitions: [line(incident, "opened", verdict, because)] };
}

function support(current: Incident, verdict: Verdict): IncidentChange {
  const { eventId } = verdict;
  const incident: Incident = {
    ...current,
    severity: verdict.severity < current.severity ? verdict.severity : current.severity,
    late: current.late && verdict.late,
    test: current.test && verdict.test,
    simulated: current.simulated && verdict.simulated,
    eventCount: current.eventCount + 1,
    updatedAt: laterOf(current.updatedAt, verdict.detectedAt),
  };
  const notes: string[] = [];
  if (incident.severity !== current.severity) notes.push(`${current.severity} → ${incident.severity}`);
  if (incident.test !== current.test) notes.push("no longer only a test");
  if (notes.length > 0) {
    return { incident, transitions: [line(incident, "escalated", verdict, eventId, notes.join("; "))] };
  }
  const transitions =
    current.eventCount <= EVIDENCE_LINES ? [line(incident, "evidence", verdict, eventId)] : [];
  return { incident, transitions };
}

function end(current: Incident, verdict: Verdict): IncidentChange | undefined {
  if (verdict.rule.id !== current.rule.id) return undefined;
  const updatedAt = laterOf(current.updatedAt, verdict.detectedAt);
  const ended: Incident = { ...current, endedAt: laterOf(current.openedAt, verdict.at), updatedAt };
  const transitions = [line(ended, "ended", verdict, verdict.eventId)];
  const forRecordOnly = current.severity === "P4" || current.severity === "P5";
  if (!forRecordOnly || current.status !== "open") return { incident: ended, transitions };
  const incident: Incident = {
    ...ended,
    status: "closed",
    closedAt: updatedAt,
    closedBy: ruleName(verdict),
    closeReason: "other",
  };
  return { incident, transitions: [...transitions, line(incident, "closed", verdict, undefined, "other")] };
}

function line(
  { id, updatedAt }: Incident,
  kind: TransitionKind,
  verdict: Verdict,
  eventId: string | undefined,
  note?: string,
): IncidentTransition {
  return {
    incidentId: id,
    kind,
    at: updatedAt,
    by: ruleName(verdict),
    ...(note !== undefined && { note }),
    ...(eventId !== undefined && { eventId }),
  };
}

function ruleName({ rule }: Verdict): string {
  return `rule:${rule.id}`;
}

/** History never runs backwards, though the clocks behind it may. */
function laterOf(before: number, now: number): number {
  return Math.max(before, now);
}
