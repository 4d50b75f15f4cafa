import type { DatabaseSync } from "node:sqlite";
import type { IncidentTransition } from "../domain/incident.ts";
import type { IncidentDetail, RuleVersion } from "../ports.ts";
import { incidentOf } from "./incident-row.ts";
import { INCIDENT } from "./react-statements.ts";
import { versionOf } from "./rule-versions.ts";
import type { IncidentRow, RuleVersionRow } from "./schema.ts";
import { present } from "./values.ts";

/** What is looked up of single things in the stored past. */
interface PastRecords {
  readonly incident: (id: string) => IncidentDetail | undefined;
  readonly rulesInForce: () => readonly RuleVersion[];
  readonly ruleVersions: (id: string) => readonly RuleVersion[];
  readonly knowsEstate: (id: string) => boolean;
}

const VERSION = "rule_id AS ruleId, version, first_at AS firstAt, definition, file";

/** Prepares the look-ups. */
export function pastRecords(db: DatabaseSync): PastRecords {
  const incident = db.prepare(`SELECT ${INCIDENT} FROM incidents WHERE id = ?`);
  const history = db.prepare(
    `SELECT incident_id AS incidentId, kind, at, "by", note, event_id AS eventId
     FROM incident_transitions WHERE incident_id = ? ORDER BY seq`,
  );
  const inForce = db.prepare(`SELECT ${VERSION} FROM rule_versions WHERE file IS NOT NULL ORDER BY rule_id`);
  const versions = db.prepare(
    `SELECT ${VERSION} FROM rule_versions WHERE rule_id = ? ORDER BY first_at DESC, version`,
  );
  const estate = db.prepare(
    "SELECT id FROM estates WHERE id = :id UNION ALL SELECT estate_id FROM estate_keys WHERE estate_id = :id",
  );
  return {
    knowsEstate: (id) => estate.get({ id }) !== undefined,
    incident(id) {
      const row = incident.get(id) as unknown as IncidentRow | undefined;
      if (!row) return undefined;
      const lines = history.all(id).map((line) => present(line) as unknown as IncidentTransition);
      return { incident: incidentOf(row), history: lines };
    },
    rulesInForce: () => versionsOf(inForce.all()),
    ruleVersions: (id) => versionsOf(versions.all(id)),
  };
}

function versionsOf(rows: readonly unknown[]): readonly RuleVersion[] {
  return rows.map((row) => versionOf(row as RuleVersionRow));
}
