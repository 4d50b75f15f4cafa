import type { DatabaseSync } from "node:sqlite";
import { HOUR } from "../domain/time.ts";
import { openForReading } from "./database.ts";
import { SCHEMA_VERSION, schemaVersion } from "./migrate.ts";
import { readNumber } from "./read-number.ts";

/** Hours of events that are counted again and compared with the hourly counts. */
const RECOUNTED_HOURS = 48;
const MOST_FAULTS = 100;

/**
 * Faults of a database file, each a sentence: the engine's own check, references, and what the hub
 * promises of its data. Empty when sound. Sees one moment of a database in use, and takes long on a
 * large one: run it in a thread of its own.
 */
export function inspectDatabase(path: string): string[] {
  let db: DatabaseSync;
  try {
    db = openForReading(path);
  } catch (error) {
    return [`cannot be opened: ${messageOf(error)}`];
  }
  try {
    db.exec("BEGIN");
    const version = schemaVersion(db);
    if (version === 0) return ["is no database of the hub: it is empty"];
    const faults = [...engineFaults(db), ...referenceFaults(db)];
    // What the hub promises can only be asked of the tables it has now, and of ones that can be read.
    if (version === SCHEMA_VERSION && faults.length === 0) faults.push(...promiseFaults(db));
    return faults.slice(0, MOST_FAULTS);
  } catch (error) {
    return [`cannot be read: ${messageOf(error)}`];
  } finally {
    db.close();
  }
}

function engineFaults(db: DatabaseSync): string[] {
  return db
    .prepare(`PRAGMA integrity_check(${MOST_FAULTS})`)
    .all()
    .map((row) => String(row["integrity_check"]))
    .filter((line) => line !== "ok");
}

function referenceFaults(db: DatabaseSync): string[] {
  return db
    .prepare("PRAGMA foreign_key_check")
    .all()
    .map((row) => `${String(row["table"])} refers to a row that is missing from ${String(row["parent"])}`);
}

function promiseFaults(db: DatabaseSync): string[] {
  return [
    ...sentences(
      db,
      `SELECT 'incident key ' || key || ' has ' || count(*) || ' incidents that are not closed' AS fault FROM incidents
       WHERE status <> 'closed' GROUP BY key HAVING count(*) > 1`,
    ),
    ...sentences(
      db,
      `SELECT 'incident ' || id || ' is closed without a reason or time' AS fault FROM incidents
       WHERE status = 'closed' AND (close_reason IS NULL OR closed_at IS NULL)`,
    ),
    ...sentences(
      db,
      `SELECT 'block ' || b.block || ' of events says ' || b.events || ' and holds ' || count(e.seq) AS fault
       FROM event_blocks b LEFT JOIN events e ON e.block = b.block GROUP BY b.block HAVING b.events <> count(e.seq)`,
    ),
    ...sentences(
      db,
      `SELECT 'event ' || e.id || ' lies outside the times of its block' AS fault
       FROM event_blocks b JOIN events e ON e.block = b.block
       WHERE e.occurred_at < b.min_at OR e.occurred_at > b.max_at LIMIT ${MOST_FAULTS}`,
    ),
    ...sentences(
      db,
      `SELECT 'event ' || v.id || ' names an estate, device, source or code that is not there' AS fault
       FROM events v
       WHERE NOT EXISTS (SELECT 1 FROM estate_keys WHERE key = v.estate)
          OR NOT EXISTS (SELECT 1 FROM device_keys WHERE key = v.device AND estate = v.estate)
          OR NOT EXISTS (SELECT 1 FROM source_keys WHERE key = v.source)
          OR NOT EXISTS (SELECT 1 FROM code_keys WHERE key = v.code) LIMIT ${MOST_FAULTS}`,
    ),
    ...countFaults(db),
  ];
}

/** The newest hours, counted again from raw events; not those of which events were deleted. */
function countFaults(db: DatabaseSync): string[] {
  const newest = readNumber(db, "SELECT coalesce(max(max_at), 0) FROM event_blocks");
  const complete = readNumber(db, "SELECT events_deleted_before FROM progress");
  const from = Math.ceil(Math.max(complete, newest - RECOUNTED_HOURS * HOUR) / HOUR) * HOUR;
  return sentences(
    db,
    `SELECT 'hour ' || n.hour || ' of estate ' || e.estate_id || ', ' || c.code || ' ' || n.phase
       || ': counted ' || sum(n.counted) || ', stored ' || sum(n.stored) AS fault
     FROM (
       SELECT estate, hour, code, phase, count AS counted, 0 AS stored FROM hourly_counts WHERE hour >= :from
       UNION ALL
       SELECT v.estate, v.occurred_at / ${HOUR} * ${HOUR}, v.code, v.phase, 0, 1
       FROM event_blocks b JOIN events v ON v.block = b.block
       WHERE b.max_at >= :from AND v.occurred_at >= :from
     ) n JOIN estate_keys e ON e.key = n.estate JOIN code_keys c ON c.key = n.code
     GROUP BY n.estate, n.hour, n.code, n.phase HAVING sum(n.counted) <> sum(n.stored) LIMIT ${MOST_FAULTS}`,
    { from },
  );
}

function sentences(db: DatabaseSync, sql: string, values: Record<string, number> = {}): string[] {
  return db
    .prepare(sql)
    .all(values)
    .map((row) => String(row["fault"]));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
