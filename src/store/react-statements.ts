import type { DatabaseSync } from "node:sqlite";
import { modesReader } from "./modes.ts";
import { outageNotes } from "./outages.ts";

/** Columns of an incident in the order in which `incidentValues` gives them. */
const INCIDENT_COLUMNS = [
  "id",
  "estate_id",
  "type",
  "severity",
  "status",
  "key",
  "place_id",
  "device_id",
  "rule_id",
  "rule_version",
  "opened_at",
  "detected_at",
  "ended_at",
  "acknowledged_at",
  "acknowledged_by",
  "closed_at",
  "closed_by",
  "close_reason",
  "late",
  "test",
  "simulated",
  "event_count",
  "episode_count",
  "updated_at",
  "verification",
  "chattering",
];

/** The same columns under the names of `IncidentRow`. */
export const INCIDENT = INCIDENT_COLUMNS.map(
  (column) => `${column} AS ${column.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())}`,
).join(", ");

/** Every prepared statement of the hot path, in one place. */
export type ReactStatements = ReturnType<typeof prepareReact>;

/** Prepares the statements of react; they live as long as the connection. */
export function prepareReact(db: DatabaseSync) {
  return {
    eventById: db.prepare("SELECT seq FROM events WHERE id = ?"),
    insertEvent: db.prepare(
      `INSERT INTO events (id, block, estate, device, source, code, phase, transition, occurred_at, received_at, rest)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    newestBlock: db.prepare(
      `SELECT block, events, min_at AS minAt, max_at AS maxAt FROM event_blocks
       WHERE late = ? ORDER BY block DESC LIMIT 1`,
    ),
    newBlock: db.prepare(
      "INSERT INTO event_blocks (late, events, min_at, max_at) VALUES (?, 0, ?, ?) RETURNING block",
    ),
    saveBlock: db.prepare("UPDATE event_blocks SET events = ?, min_at = ?, max_at = ? WHERE block = ?"),

    addCount: db.prepare(
      `INSERT INTO hourly_counts (estate, hour, code, device_kind, phase, count) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET count = count + excluded.count`,
    ),
    // A letter that is read from the journal once more did not arrive once more.
    insertDeadLetter: db.prepare(
      `INSERT INTO dead_letters (id, received_at, estate_id, gateway_id, transport, path, content_type,
         retained, reason, detail, payload, truncated, count, last_at)
       VALUES (:id, :receivedAt, :estateId, :gatewayId, :transport, :path, :contentType,
         :retained, :reason, :detail, :payload, :truncated, 1, :receivedAt)
       ON CONFLICT (id) DO UPDATE SET count = count + 1, last_at = excluded.last_at
         WHERE excluded.last_at > last_at`,
    ),
    dropOldestDeadLetters: db.prepare(
      `DELETE FROM dead_letters WHERE id IN
         (SELECT id FROM dead_letters WHERE gateway_id = :gatewayId
          ORDER BY received_at DESC, id DESC LIMIT -1 OFFSET :kept)`,
    ),
    countDropped: db.prepare("UPDATE progress SET dead_letters_dropped = dead_letters_dropped + ?"),

    device: db.prepare("SELECT kind, place_id AS placeId FROM devices WHERE estate_id = ? AND id = ?"),
    zone: db.prepare("SELECT zone FROM estates WHERE id = ?"),
    modes: modesReader(db),
    memory: db.prepare(
      `SELECT json FROM estate_keys e JOIN device_keys d ON d.estate = e.key
         JOIN device_memories m ON m.device = d.key
       WHERE e.estate_id = ? AND d.device_id = ?`,
    ),
    saveMemory: db.prepare(
      `INSERT INTO device_memories (device, json) VALUES (?, ?)
       ON CONFLICT DO UPDATE SET json = excluded.json`,
    ),
    // What a person enrolled stays as it was enrolled; a pending device follows what was heard last.
    seeDevice: db.prepare(
      `INSERT INTO devices (estate_id, id, gateway_id, profile, name, kind, status, config, simulated,
         first_seen, last_seen, skew_ms)
       VALUES (:estateId, :deviceId, :gatewayId, :profile, :deviceId, 'other', 'pending', '{}', :simulated,
         :at, :at, :skewMs)
       ON CONFLICT DO UPDATE SET
         gateway_id = iif(status = 'pending', excluded.gateway_id, coalesce(gateway_id, excluded.gateway_id)),
         profile = iif(status = 'pending', excluded.profile, profile),
         first_seen = min(coalesce(first_seen, excluded.first_seen), excluded.first_seen),
         last_seen = max(coalesce(last_seen, excluded.last_seen), excluded.last_seen),
         skew_ms = coalesce(excluded.skew_ms, skew_ms)`,
    ),
    seeGateway: db.prepare(
      "UPDATE gateways SET last_seen = max(coalesce(last_seen, 0), :at) WHERE id = :gatewayId",
    ),
    savePresence: db.prepare(
      `UPDATE gateways SET
         presence_since = iif(presence = :status, coalesce(presence_since, :at), :at),
         presence = :status,
         last_seen = max(coalesce(last_seen, 0), :at)
       WHERE id = :gatewayId`,
    ),

    outages: outageNotes(db),
    aliveAt: db.prepare("SELECT alive_at AS at FROM progress"),
    saveAlive: db.prepare("UPDATE progress SET alive_at = ?"),

    openIncident: db.prepare(`SELECT ${INCIDENT} FROM incidents WHERE key = ? AND status <> 'closed'`),
    // As the index has it.
    latestClosed: db.prepare(
      `SELECT ${INCIDENT} FROM incidents WHERE key = ? AND closed_at IS NOT NULL
       ORDER BY closed_at DESC, id DESC LIMIT 1`,
    ),
    incident: db.prepare(`SELECT ${INCIDENT} FROM incidents WHERE id = ?`),
    saveIncident: db.prepare(
      `INSERT INTO incidents (${INCIDENT_COLUMNS.join(", ")})
       VALUES (${INCIDENT_COLUMNS.map(() => "?").join(", ")})
       ON CONFLICT (id) DO UPDATE SET ${INCIDENT_COLUMNS.slice(1)
         .map((column) => `${column} = excluded.${column}`)
         .join(", ")}`,
    ),
    addTransition: db.prepare(
      'INSERT INTO incident_transitions (incident_id, kind, at, "by", note, event_id) VALUES (?, ?, ?, ?, ?, ?)',
    ),

    saveRuleState: db.prepare(
      `INSERT INTO rule_states (rule_id, key, state) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET state = excluded.state`,
    ),
    deleteRuleState: db.prepare("DELETE FROM rule_states WHERE rule_id = ? AND key = ?"),
    ruleStates: db.prepare("SELECT rule_id AS ruleId, key, state FROM rule_states ORDER BY rule_id, key"),
    cursor: db.prepare("SELECT segment, byte_offset AS offset FROM progress"),
    saveCursor: db.prepare("UPDATE progress SET segment = ?, byte_offset = ?"),
  };
}
