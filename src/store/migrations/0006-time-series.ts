import type { Migration } from "./migration.ts";

/**
 * Lines for InfluxDB: those that wait (`body` is text under zstd), those it refused, and what is needed to make each again with the very
 * time it had. `event_steps` has only events that share series and millisecond with one before them. Points
 * of incidents and cases are kept as they were, since what they are made of changes.
 */
export const timeSeries: Migration = {
  version: 6,
  sql: `
CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  target TEXT NOT NULL,
  written_at INTEGER NOT NULL,
  from_at INTEGER NOT NULL,
  to_at INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  text_bytes INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE INDEX outbox_by_target ON outbox (target, seq);
CREATE TABLE outbox_state (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  lines INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  shipped_at INTEGER,
  dropped INTEGER NOT NULL,
  dropped_from INTEGER,
  dropped_to INTEGER,
  letters_dropped INTEGER NOT NULL
) STRICT;
INSERT INTO outbox_state VALUES (1, 0, 0, NULL, 0, NULL, NULL, 0);
CREATE TABLE line_letters (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  target TEXT NOT NULL,
  line TEXT NOT NULL,
  reason TEXT NOT NULL,
  replayed_at INTEGER
) STRICT;
CREATE INDEX line_letters_pending ON line_letters (id) WHERE replayed_at IS NULL;
CREATE TABLE event_steps (
  event INTEGER PRIMARY KEY REFERENCES events (seq) ON DELETE CASCADE,
  step INTEGER NOT NULL
) STRICT;
CREATE TABLE kept_points (
  series TEXT NOT NULL,
  at INTEGER NOT NULL,
  step INTEGER NOT NULL,
  measurement TEXT NOT NULL,
  estate_id TEXT NOT NULL,
  owner TEXT NOT NULL,
  n INTEGER NOT NULL,
  fields TEXT NOT NULL,
  PRIMARY KEY (series, at, step)
) STRICT, WITHOUT ROWID;
CREATE INDEX kept_points_by_time ON kept_points (at);
CREATE INDEX kept_points_of_cases ON kept_points (owner) WHERE measurement = 'recorded_case';
`,
};
