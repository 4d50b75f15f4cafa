import type { Migration } from "./migration.ts";

/**
 * Exposure over time: dated changes of an estate's households, and what was away from when to when.
 * A row of no length in `outages` is a sign of life: an absence that is told later ends there.
 * What was away before this version was never noted: outages are complete from the last sign of life
 * of the version before, which is also taken for the last moment at which the hub was alive. Who is away
 * at that moment is known.
 */
export const exposure: Migration = {
  version: 4,
  sql: `
CREATE TABLE household_changes (
  estate_id TEXT NOT NULL REFERENCES estates (id),
  from_day TEXT NOT NULL,
  households INTEGER NOT NULL,
  PRIMARY KEY (estate_id, from_day)
) STRICT, WITHOUT ROWID;
CREATE TABLE outages (
  estate_id TEXT NOT NULL,
  subject TEXT NOT NULL,
  from_at INTEGER NOT NULL,
  until_at INTEGER,
  PRIMARY KEY (estate_id, subject, from_at)
) STRICT, WITHOUT ROWID;
CREATE INDEX outages_by_end ON outages (until_at) WHERE until_at IS NOT NULL;
CREATE INDEX outages_signs ON outages (until_at) WHERE until_at = from_at;
ALTER TABLE progress ADD COLUMN outages_since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE progress ADD COLUMN alive_at INTEGER;
UPDATE progress SET alive_at = (
  SELECT max(last_seen) FROM (SELECT last_seen FROM devices UNION ALL SELECT last_seen FROM gateways)
);
UPDATE progress SET outages_since = coalesce(alive_at, 0);
INSERT INTO outages
  SELECT '', 'gateway:' || id, presence_since, NULL FROM gateways
  WHERE presence = 'offline' AND presence_since IS NOT NULL;
INSERT INTO outages
  SELECT e.estate_id, 'device:' || d.device_id, max(p.value ->> '$.at'), NULL
  FROM device_memories m JOIN device_keys d ON d.key = m.device JOIN estate_keys e ON e.key = d.estate,
    json_each(m.json, '$.points') p
  WHERE p.key LIKE '|%' AND p.value ->> '$.value' = 'device.offline:raise'
  GROUP BY e.estate_id, d.device_id;
`,
};
