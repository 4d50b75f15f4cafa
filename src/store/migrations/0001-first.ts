import type { Migration } from "./migration.ts";

/** The first schema. Released: never edited again; a change is a new file. */
export const first: Migration = {
  version: 1,
  sql: `
-- Where react stands in the journal, from when on raw events are complete, and what was given up.
CREATE TABLE progress (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  segment INTEGER NOT NULL,
  byte_offset INTEGER NOT NULL,
  events_deleted_before INTEGER NOT NULL,
  dead_letters_dropped INTEGER NOT NULL
) STRICT;
INSERT INTO progress VALUES (1, 0, 0, 0, 0);

-- The registry.
CREATE TABLE estates (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  zone TEXT NOT NULL,
  households INTEGER NOT NULL,
  buildings INTEGER,
  police_grid TEXT,
  community_grid TEXT,
  installed_on TEXT,
  commissioned_on TEXT,
  simulated INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE places (
  estate_id TEXT NOT NULL REFERENCES estates (id),
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  parent_id TEXT,
  PRIMARY KEY (estate_id, id),
  FOREIGN KEY (estate_id, parent_id) REFERENCES places (estate_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;
CREATE INDEX places_by_parent ON places (estate_id, parent_id) WHERE parent_id IS NOT NULL;

CREATE TABLE gateways (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  bindings TEXT NOT NULL,
  simulated INTEGER NOT NULL,
  presence TEXT NOT NULL,
  presence_since INTEGER,
  last_seen INTEGER,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER,
  secret_hash TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE gateway_estates (
  gateway_id TEXT NOT NULL REFERENCES gateways (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  estate_id TEXT NOT NULL REFERENCES estates (id),
  PRIMARY KEY (gateway_id, position),
  UNIQUE (estate_id, gateway_id)
) STRICT, WITHOUT ROWID;

-- A device may be heard of before its estate and gateway are registered: no foreign keys for these.
CREATE TABLE devices (
  estate_id TEXT NOT NULL,
  id TEXT NOT NULL,
  gateway_id TEXT,
  profile TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  place_id TEXT,
  status TEXT NOT NULL,
  config TEXT NOT NULL,
  simulated INTEGER NOT NULL,
  first_seen INTEGER,
  last_seen INTEGER,
  skew_ms INTEGER,
  PRIMARY KEY (estate_id, id),
  FOREIGN KEY (estate_id, place_id) REFERENCES places (estate_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX devices_by_place ON devices (estate_id, place_id) WHERE place_id IS NOT NULL;
CREATE INDEX devices_pending ON devices (status) WHERE status = 'pending';

CREATE TABLE tokens (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  estate_ids TEXT NOT NULL,
  secret_hash TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;

-- Small numbers that stand for long names in the rows there are millions of. Never deleted.
CREATE TABLE estate_keys (key INTEGER PRIMARY KEY, estate_id TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE device_keys (
  key INTEGER PRIMARY KEY,
  estate INTEGER NOT NULL REFERENCES estate_keys (key),
  device_id TEXT NOT NULL,
  UNIQUE (estate, device_id)
) STRICT;
CREATE TABLE source_keys (
  key INTEGER PRIMARY KEY,
  gateway_id TEXT NOT NULL,
  profile TEXT NOT NULL,
  UNIQUE (gateway_id, profile)
) STRICT;
CREATE TABLE code_keys (key INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE device_memories (
  device INTEGER PRIMARY KEY REFERENCES device_keys (key),
  json TEXT NOT NULL
) STRICT;

-- Raw events in the order they were stored. Blocks of about 65,000 keep the places where both listing
-- indexes grow few and together, so that inserting costs about a third of what it does without them.
-- Late events have blocks of their own, so that the time range of all others is narrow.
CREATE TABLE event_blocks (
  block INTEGER PRIMARY KEY,
  late INTEGER NOT NULL,
  events INTEGER NOT NULL,
  min_at INTEGER NOT NULL,
  max_at INTEGER NOT NULL
) STRICT;
CREATE TABLE events (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  block INTEGER NOT NULL REFERENCES event_blocks (block),
  estate INTEGER NOT NULL,
  device INTEGER NOT NULL,
  source INTEGER NOT NULL,
  code INTEGER NOT NULL,
  phase TEXT NOT NULL,
  transition TEXT NOT NULL,
  occurred_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  rest TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_device ON events (block, device, occurred_at);
CREATE INDEX events_by_estate ON events (block, estate, code, occurred_at);

CREATE TABLE hourly_counts (
  estate INTEGER NOT NULL,
  hour INTEGER NOT NULL,
  code INTEGER NOT NULL,
  device_kind TEXT NOT NULL,
  phase TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (estate, hour, code, device_kind, phase)
) STRICT, WITHOUT ROWID;

CREATE TABLE dead_letters (
  id TEXT PRIMARY KEY,
  received_at INTEGER NOT NULL,
  estate_id TEXT NOT NULL,
  gateway_id TEXT NOT NULL,
  transport TEXT NOT NULL,
  path TEXT NOT NULL,
  content_type TEXT,
  retained INTEGER NOT NULL,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  payload TEXT NOT NULL,
  truncated INTEGER NOT NULL,
  count INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  replayed_at INTEGER,
  replay_outcome TEXT
) STRICT;
CREATE INDEX dead_letters_by_time ON dead_letters (received_at, id);
CREATE INDEX dead_letters_by_estate ON dead_letters (estate_id, received_at, id);
CREATE INDEX dead_letters_by_gateway ON dead_letters (gateway_id, received_at, id);
CREATE INDEX dead_letters_pending ON dead_letters (received_at, id) WHERE replayed_at IS NULL;

CREATE TABLE rule_states (
  rule_id TEXT NOT NULL,
  key TEXT NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (rule_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE incidents (
  id TEXT PRIMARY KEY,
  estate_id TEXT NOT NULL,
  type TEXT NOT NULL,
  severity TEXT NOT NULL,
  status TEXT NOT NULL,
  key TEXT NOT NULL,
  place_id TEXT,
  device_id TEXT NOT NULL,
  rule_id TEXT NOT NULL,
  rule_version TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  detected_at INTEGER NOT NULL,
  ended_at INTEGER,
  acknowledged_at INTEGER,
  acknowledged_by TEXT,
  closed_at INTEGER,
  closed_by TEXT,
  close_reason TEXT,
  late INTEGER NOT NULL,
  test INTEGER NOT NULL,
  simulated INTEGER NOT NULL,
  event_count INTEGER NOT NULL,
  episode_count INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX incidents_one_unclosed_per_key ON incidents (key) WHERE status <> 'closed';
CREATE INDEX incidents_by_estate ON incidents (estate_id, opened_at, id);
CREATE INDEX incidents_by_time ON incidents (opened_at, id);
CREATE INDEX incidents_by_status ON incidents (status, opened_at, id) WHERE status <> 'closed';

CREATE TABLE incident_transitions (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  incident_id TEXT NOT NULL REFERENCES incidents (id),
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  by TEXT NOT NULL,
  note TEXT,
  event_id TEXT
) STRICT;
CREATE INDEX incident_transitions_by_incident ON incident_transitions (incident_id, seq);

CREATE TABLE cases (
  source TEXT NOT NULL,
  id TEXT NOT NULL,
  estate_id TEXT NOT NULL REFERENCES estates (id),
  unit TEXT NOT NULL,
  type TEXT NOT NULL,
  source_type TEXT NOT NULL,
  occurred_at INTEGER NOT NULL,
  simulated INTEGER NOT NULL,
  PRIMARY KEY (source, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX cases_by_estate ON cases (estate_id, unit, occurred_at);
CREATE INDEX cases_by_time ON cases (occurred_at, source, id);

-- How far the cases of each source reach, kept by every import, and when it was last heard of.
CREATE TABLE case_sources (
  source TEXT NOT NULL,
  unit TEXT NOT NULL,
  cases INTEGER NOT NULL,
  simulated INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  imported_at INTEGER NOT NULL,
  PRIMARY KEY (source, unit)
) STRICT, WITHOUT ROWID;
`,
};
