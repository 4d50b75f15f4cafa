import type { Incident } from "../domain/incident.ts";
import type { IncidentRow } from "./schema.ts";
import { flag, present } from "./values.ts";

/** The incident of a row. */
export function incidentOf(row: IncidentRow): Incident {
  const { ruleId, ruleVersion, late, test, simulated, chattering, ...rest } = row;
  return {
    ...present(rest),
    rule: { id: ruleId, version: ruleVersion },
    late: late === 1,
    test: test === 1,
    simulated: simulated === 1,
    chattering: chattering === 1,
  };
}

/** The values of an incident's columns, in the order of the prepared statement. */
export function incidentValues(incident: Incident): (string | number | null)[] {
  return [
    incident.id,
    incident.estateId,
    incident.type,
    incident.severity,
    incident.status,
    incident.key,
    incident.placeId ?? null,
    incident.deviceId,
    incident.rule.id,
    incident.rule.version,
    incident.openedAt,
    incident.detectedAt,
    incident.endedAt ?? null,
    incident.acknowledgedAt ?? null,
    incident.acknowledgedBy ?? null,
    incident.closedAt ?? null,
    incident.closedBy ?? null,
    incident.closeReason ?? null,
    flag(incident.late),
    flag(incident.test),
    flag(incident.simulated),
    incident.eventCount,
    incident.episodeCount,
    incident.updatedAt,
    incident.verification,
    flag(incident.chattering),
  ];
}
