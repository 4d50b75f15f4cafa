import {
  CLOSE_REASONS,
  type Incident,
  type IncidentChange,
  type IncidentCommand,
  type IncidentTransition,
} from "../domain/incident.ts";
import type { EpochMs } from "../domain/time.ts";
import { ZhianError } from "../errors.ts";
import { cleanNote } from "./note.ts";

type Acknowledge = Extract<IncidentCommand, { kind: "acknowledge" }>;
type Close = Extract<IncidentCommand, { kind: "close" }>;
type Verify = Extract<IncidentCommand, { kind: "verify" }>;

/** Somebody takes the incident on. CONFLICT when somebody has, or when it is closed. */
export function acknowledge(
  incident: Incident,
  command: Acknowledge,
  by: string,
  now: EpochMs,
): IncidentChange {
  refuseClosed(incident);
  if (incident.status === "acknowledged") {
    const who = incident.acknowledgedBy ?? "somebody";
    throw conflict(
      `The incident was acknowledged by ${who} at ${time(incident.acknowledgedAt)}.`,
      `acknowledged by ${who}`,
    );
  }
  const at = Math.max(now, incident.updatedAt);
  const note = cleanNote(command.note);
  return {
    incident: { ...incident, status: "acknowledged", acknowledgedAt: at, acknowledgedBy: by, updatedAt: at },
    transitions: [lineOf(incident, "acknowledged", at, by, note)],
  };
}

/**
 * Somebody closes the incident with a reason. Closing one that nobody acknowledged acknowledges it too,
 * so that every incident closed by a person has a time of first reaction. CONFLICT when it is closed.
 */
export function close(incident: Incident, command: Close, by: string, now: EpochMs): IncidentChange {
  const { reason } = command;
  if (!CLOSE_REASONS.includes(reason)) {
    throw new ZhianError("VALIDATION", "An incident is closed with a reason.", {
      faults: [{ field: "reason", reason: `It must be one of ${CLOSE_REASONS.join(", ")}.` }],
    });
  }
  refuseClosed(incident);
  const at = Math.max(now, incident.updatedAt);
  const note = cleanNote(command.note);
  return {
    incident: {
      ...incident,
      status: "closed",
      acknowledgedAt: incident.acknowledgedAt ?? at,
      acknowledgedBy: incident.acknowledgedBy ?? by,
      closedAt: at,
      closedBy: by,
      closeReason: reason,
      updatedAt: at,
    },
    transitions: [lineOf(incident, "closed", at, by, note === undefined ? reason : `${reason}: ${note}`)],
  };
}

/** Somebody saw it, on video or on site. CONFLICT when it is closed, or as sure already. */
export function verify(incident: Incident, command: Verify, by: string, now: EpochMs): IncidentChange {
  const { verification } = command;
  refuseClosed(incident);
  if (incident.verification >= verification) {
    throw new ZhianError("CONFLICT", `The incident is verified at level ${incident.verification} already.`, {
      faults: [{ field: "verification", reason: `It is ${incident.verification} already.` }],
    });
  }
  const at = Math.max(now, incident.updatedAt);
  const note = cleanNote(command.note);
  const said = `${incident.verification} → ${verification}`;
  return {
    incident: { ...incident, verification, updatedAt: at },
    transitions: [lineOf(incident, "verified", at, by, note === undefined ? said : `${said}: ${note}`)],
  };
}

function refuseClosed({ status, closedBy, closedAt, closeReason }: Incident): void {
  if (status !== "closed") return;
  const who = closedBy ?? "somebody";
  throw conflict(
    `The incident was closed by ${who} at ${time(closedAt)}, reason ${closeReason ?? "unknown"}.`,
    `closed by ${who}`,
  );
}

function conflict(message: string, reason: string): ZhianError {
  return new ZhianError("CONFLICT", message, { faults: [{ field: "status", reason }] });
}

function time(at: EpochMs | undefined): string {
  return at === undefined ? "an unknown time" : new Date(at).toISOString();
}

function lineOf(
  { id }: Incident,
  kind: "acknowledged" | "verified" | "closed",
  at: EpochMs,
  by: string,
  note: string | undefined,
): IncidentTransition {
  return { incidentId: id, kind, at, by, ...(note !== undefined && { note }) };
}
