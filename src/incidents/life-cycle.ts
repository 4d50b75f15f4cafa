import { timedId } from "../domain/identity.ts";
import type {
  Incident,
  IncidentChange,
  IncidentTransition,
  TransitionKind,
  Verification,
} from "../domain/incident.ts";
import type { IncidentLifeCycle, Verdict } from "../ports.ts";
import { acknowledge, close, verify } from "./commands.ts";
import { isReopenedBy, unclosed } from "./reopening.ts";
import { verificationAfter } from "./verification-after.ts";

/**
 * Evidence and episodes beyond this are counted in `eventCount` and `episodeCount` and add no line to the
 * history: a detector that flaps for weeks must not make one that nobody can read.
 */
export const EVIDENCE_LINES = 50;

/**
 * The life cycle of an incident.
 *
 *     (none) ── open ──▶ open ── acknowledge ──▶ acknowledged ── close, with a reason ──▶ closed
 *                          └────────── close, with a reason ───────────────────────────────▲
 *     condition, until it is closed:  goes on ── end ──▶ ended ── new episode ──▶ goes on
 *
 * - The end of the condition (`endedAt`) is not the end of the incident: a person closes it. Nobody is
 *   asked to look at P4 and P5, so they close by themselves at the end, with reason `other`.
 * - A new episode before the closing resumes the incident, so that a key has one unclosed incident and a
 *   flapping detector does not drown the officers. After the closing it opens a new incident: an alarm
 *   must not be swallowed. Soon after the closing it reopens the same one, where the rule says so and
 *   nobody judged it to be false, a test or a duplicate.
 * - The rule that opened or resumed an incident ends it; another rule of the same type and subject may
 *   still see its own condition, and its next evidence resumes it.
 * - What opened an incident, told again, changes nothing; nor does an end of what has ended.
 * - How sure it is only grows. What merely confirms opens, resumes and reopens nothing. When the real
 *   thing follows a test, what the test confirmed no longer counts.
 * - What came and went too often is marked as chattering, once and for good.
 * - An incident is late, a test or simulated only as long as all that supports it is.
 */
export function createIncidentLifeCycle(): IncidentLifeCycle {
  return {
    apply(verdict, known) {
      const current = known?.status === "closed" ? undefined : known;
      if (verdict.confirms) return current && confirm(current, verdict);
      if (verdict.kind === "end") return current && end(current, verdict);
      if (known?.id === idOf(verdict)) return undefined;
      if (!current) return known && isReopenedBy(known, verdict) ? reopen(known, verdict) : open(verdict);
      return support(current, verdict);
    },
    command(incident, command, by, now) {
      switch (command.kind) {
        case "acknowledge":
          return acknowledge(incident, command, by, now);
        case "verify":
          return verify(incident, command, by, now);
        case "close":
          return close(incident, command, by, now);
      }
    },
  };
}

/** The id of the incident that a verdict would open. Two rules may take one event for the beginning. */
function idOf({ kind, key, rule, episode, eventId, at, detectedAt }: Verdict): string {
  const begun = `${key}|${rule.id}|${episode}`;
  // Evidence opens anew after a closing: the episode has made an id already.
  return timedId(at, kind === "open" ? begun : `${begun}|${eventId ?? detectedAt}`);
}

function open(verdict: Verdict): IncidentChange {
  const { rule, key, at, detectedAt } = verdict;
  const incident: Incident = {
    id: idOf(verdict),
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
    episodeCount: 1,
    updatedAt: detectedAt,
    verification: verdict.verification ?? 0,
    chattering: verdict.chattering === true,
  };
  const opened = line(incident, "opened", verdict, beginningOf(verdict), verdict.note);
  const latched = latchedLine(false, incident, verdict);
  return { incident, transitions: [opened, ...latched, ...verifiedLine(0, incident, verdict)] };
}

/** What another device says makes the incident surer; neither its condition nor its severity change. */
function confirm(current: Incident, verdict: Verdict): IncidentChange | undefined {
  const verification = verificationAfter(current, verdict, current);
  if (verification === current.verification) return undefined;
  const incident: Incident = {
    ...current,
    verification,
    eventCount: current.eventCount + 1,
    updatedAt: laterOf(current.updatedAt, verdict.detectedAt),
  };
  return { incident, transitions: verifiedLine(current.verification, incident, verdict) };
}

/** A new episode soon after the closing: the same incident, which somebody has to take on again. */
function reopen(closed: Incident, verdict: Verdict): IncidentChange {
  const { closeReason = "other", closedBy = "somebody" } = closed;
  const byRule = closedBy.startsWith("rule:");
  const change = support(unclosed(closed), verdict);
  const transitions = change.transitions.filter(({ kind }) => kind !== "resumed");
  // What closes by itself may come and go for weeks.
  if (byRule && closed.eventCount > EVIDENCE_LINES) return { ...change, transitions };
  const note = `it was closed by ${closedBy}: ${closeReason}`;
  const reopened = line(change.incident, "reopened", verdict, beginningOf(verdict), note);
  return { ...change, transitions: [reopened, ...transitions] };
}

/** Evidence for an incident; a new episode when it has ended. */
function support(current: Incident, verdict: Verdict): IncidentChange {
  const { endedAt, ...goesOn } = current;
  const resumes = endedAt !== undefined;
  const marks = {
    test: current.test && verdict.test,
    simulated: current.simulated && verdict.simulated,
  };
  const incident: Incident = {
    ...goesOn,
    ...(resumes && { rule: verdict.rule }),
    severity: verdict.severity < current.severity ? verdict.severity : current.severity,
    verification: verificationAfter(current, verdict, marks),
    late: current.late && verdict.late,
    ...marks,
    chattering: current.chattering || verdict.chattering === true,
    eventCount: current.eventCount + 1,
    episodeCount: current.episodeCount + (resumes ? 1 : 0),
    updatedAt: laterOf(current.updatedAt, verdict.detectedAt),
  };
  const notes: string[] = [];
  if (incident.severity !== current.severity) notes.push(`${current.severity} → ${incident.severity}`);
  if (incident.test !== current.test) notes.push("no longer only a test");
  if (incident.verification < current.verification)
    notes.push(`verification ${current.verification} → ${incident.verification}`);
  const surer = verifiedLine(current.verification, incident, verdict);
  const latched = latchedLine(current.chattering, incident, verdict);
  const transitions: IncidentTransition[] = [];
  const written = current.eventCount <= EVIDENCE_LINES;
  if (resumes && written) transitions.push(line(incident, "resumed", verdict, beginningOf(verdict)));
  if (notes.length > 0)
    transitions.push(line(incident, "escalated", verdict, verdict.eventId, notes.join("; ")));
  else if (!resumes && written && surer.length + latched.length === 0)
    transitions.push(line(incident, "evidence", verdict, verdict.eventId, verdict.note));
  return { incident, transitions: [...transitions, ...latched, ...surer] };
}

function end(current: Incident, verdict: Verdict): IncidentChange | undefined {
  if (current.endedAt !== undefined || verdict.rule.id !== current.rule.id) return undefined;
  const updatedAt = laterOf(current.updatedAt, verdict.detectedAt);
  const ended: Incident = { ...current, endedAt: laterOf(current.openedAt, verdict.at), updatedAt };
  const written = current.episodeCount <= EVIDENCE_LINES;
  const transitions = written ? [line(ended, "ended", verdict, verdict.eventId)] : [];
  const forRecordOnly = current.severity === "P4" || current.severity === "P5";
  if (!forRecordOnly || current.status !== "open") return { incident: ended, transitions };
  const incident: Incident = {
    ...ended,
    status: "closed",
    closedAt: updatedAt,
    closedBy: ruleName(verdict),
    closeReason: "other",
  };
  const closed = written ? [line(incident, "closed", verdict, undefined, "other")] : [];
  return { incident, transitions: [...transitions, ...closed] };
}

/** The line that an incident is held as going on; none when it was before. */
function latchedLine(before: boolean, incident: Incident, verdict: Verdict): IncidentTransition[] {
  return incident.chattering && !before ? [line(incident, "latched", verdict, verdict.eventId)] : [];
}

/** The line that an incident became surer; none when it did not. */
function verifiedLine(before: Verification, incident: Incident, verdict: Verdict): IncidentTransition[] {
  const { verification } = incident;
  if (verification <= before) return [];
  return [line(incident, "verified", verdict, beginningOf(verdict), `${before} → ${verification}`)];
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

/** The event that began what the verdict tells; a timer has none, but its episode has. */
function beginningOf({ kind, eventId, episode }: Verdict): string | undefined {
  return eventId ?? (kind === "open" ? episode : undefined);
}

function ruleName({ rule }: Verdict): string {
  return `rule:${rule.id}`;
}

/** History never runs backwards, though the clocks behind it may. */
function laterOf(before: number, now: number): number {
  return Math.max(before, now);
}
