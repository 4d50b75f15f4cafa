PRAGMA foreign_keys = OFF;
PRAGMA application_id = 1514686785;
PRAGMA user_version = 3;
BEGIN;
CREATE TABLE progress (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  segment INTEGER NOT NULL,
  byte_offset INTEGER NOT NULL,
  events_deleted_before INTEGER NOT NULL,
  dead_letters_dropped INTEGER NOT NULL
) STRICT;
INSERT INTO progress VALUES (1, 3, 4096, 0, 0);
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
INSERT INTO estates VALUES ('e1', '小区 e1', 'Asia/Shanghai', 800, 12, 'P-7', 'C-3', '2026-01-15', '2026-02-01', 0);
CREATE TABLE places (
  estate_id TEXT NOT NULL REFERENCES estates (id),
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  parent_id TEXT,
  PRIMARY KEY (estate_id, id),
  FOREIGN KEY (estate_id, parent_id) REFERENCES places (estate_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;
INSERT INTO places VALUES ('e1', 'b1', 'place b1', 'building', NULL);
INSERT INTO places VALUES ('e1', 'u1', 'place u1', 'unit', 'b1');
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
INSERT INTO gateways VALUES ('gw1', 'gateway gw1', '[]', 0, 'online', 1772323200000, 1772323200000, 1772323200000, NULL, 'scrypt$x');
CREATE TABLE gateway_estates (
  gateway_id TEXT NOT NULL REFERENCES gateways (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  estate_id TEXT NOT NULL REFERENCES estates (id),
  PRIMARY KEY (gateway_id, position),
  UNIQUE (estate_id, gateway_id)
) STRICT, WITHOUT ROWID;
INSERT INTO gateway_estates VALUES ('gw1', 0, 'e1');
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
  skew_ms INTEGER, confirmed_at INTEGER,
  PRIMARY KEY (estate_id, id),
  FOREIGN KEY (estate_id, place_id) REFERENCES places (estate_id, id)
) STRICT, WITHOUT ROWID;
INSERT INTO devices VALUES ('e1', 'd1', 'gw1', 'native', 'device d1', 'sensor', 'u1', 'enrolled', '{"contact":"normally-open"}', 0, 1772323200000, 1772323200000, NULL, 1772323200005);
CREATE TABLE lessons (
  estate_id TEXT NOT NULL,
  gateway_id TEXT NOT NULL,
  profile TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (estate_id, gateway_id, profile, key)
) STRICT, WITHOUT ROWID;
INSERT INTO lessons VALUES ('e1', 'gw1', 'sparkplug', 'g/n', '{"1":"Door"}');
CREATE TABLE tokens (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  estate_ids TEXT NOT NULL,
  secret_hash TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;
INSERT INTO tokens VALUES ('t1', 'Li', 'officer', '["e1"]', 'hash-1', 1772323200000, NULL);
CREATE TABLE estate_keys (key INTEGER PRIMARY KEY, estate_id TEXT NOT NULL UNIQUE) STRICT;
INSERT INTO estate_keys VALUES (1, 'e1');
CREATE TABLE device_keys (
  key INTEGER PRIMARY KEY,
  estate INTEGER NOT NULL REFERENCES estate_keys (key),
  device_id TEXT NOT NULL,
  UNIQUE (estate, device_id)
) STRICT;
INSERT INTO device_keys VALUES (1, 1, 'd1');
CREATE TABLE source_keys (
  key INTEGER PRIMARY KEY,
  gateway_id TEXT NOT NULL,
  profile TEXT NOT NULL,
  UNIQUE (gateway_id, profile)
) STRICT;
INSERT INTO source_keys VALUES (1, 'gw1', 'native');
CREATE TABLE code_keys (key INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE) STRICT;
INSERT INTO code_keys VALUES (1, 'access.door_opened');
CREATE TABLE device_memories (
  device INTEGER PRIMARY KEY REFERENCES device_keys (key),
  json TEXT NOT NULL
) STRICT;
INSERT INTO device_memories VALUES (1, '{"revision":1}');
CREATE TABLE event_blocks (
  block INTEGER PRIMARY KEY,
  late INTEGER NOT NULL,
  events INTEGER NOT NULL,
  min_at INTEGER NOT NULL,
  max_at INTEGER NOT NULL
) STRICT;
INSERT INTO event_blocks VALUES (1, 0, 1, 1772323200000, 1772323200000);
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
INSERT INTO events VALUES (1, 'event-1', 1, 1, 1, 1, 1, 'state', 'edge', 1772323200000, 1772323200000, '{"attributes":{"battery":97},"flags":[]}');
CREATE TABLE hourly_counts (
  estate INTEGER NOT NULL,
  hour INTEGER NOT NULL,
  code INTEGER NOT NULL,
  device_kind TEXT NOT NULL,
  phase TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (estate, hour, code, device_kind, phase)
) STRICT, WITHOUT ROWID;
INSERT INTO hourly_counts VALUES (1, 1772323200000, 1, 'sensor', 'state', 1);
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
INSERT INTO dead_letters VALUES ('letter-1', 1772323200000, 'e1', 'gw1', 'mqtt', 'zigbee2mqtt/door', NULL, 0, 'malformed', 'not JSON', 'ew==', 0, 1, 1772323200000, NULL, NULL);
CREATE TABLE rule_states (
  rule_id TEXT NOT NULL,
  key TEXT NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (rule_id, key)
) STRICT, WITHOUT ROWID;
INSERT INTO rule_states VALUES ('smoke', 'e1|d1', '{}');
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
, verification INTEGER NOT NULL DEFAULT 0, chattering INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO incidents VALUES ('incident-1', 'e1', 'fire.smoke', 'P1', 'open', 'e1|fire.smoke|incident-1', 'u1', 'd1', 'smoke', '1', 1772323200000, 1772323200000, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, 1, 1, 1772323200000, 0, 0);
CREATE TABLE incident_transitions (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  incident_id TEXT NOT NULL REFERENCES incidents (id),
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  by TEXT NOT NULL,
  note TEXT,
  event_id TEXT
) STRICT;
INSERT INTO incident_transitions VALUES (1, 'incident-1', 'opened', 1772323200000, 'rule:smoke', NULL, NULL);
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
INSERT INTO cases VALUES ('110', 'c1', 'e1', 'call', 'theft.ebike', '盗窃电动车', 1772323200000, 0);
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
INSERT INTO case_sources VALUES ('110', 'call', 1, 0, 1772323200000, 1772323200000, 1772323200000);
CREATE TABLE rule_versions (
  rule_id TEXT NOT NULL,
  version TEXT NOT NULL,
  first_at INTEGER NOT NULL,
  definition TEXT NOT NULL,
  file TEXT,
  PRIMARY KEY (rule_id, version)
) STRICT, WITHOUT ROWID;
INSERT INTO rule_versions VALUES ('smoke', '1', 1772323200000, '{"id":"smoke"}', 'fire.yaml');
CREATE TABLE mode_plans (
  estate_id TEXT PRIMARY KEY,
  plan TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO mode_plans VALUES ('e1', '[{"mode":"disarmed","days":[7]}]');
CREATE TABLE mode_orders (
  estate_id TEXT NOT NULL,
  from_at INTEGER NOT NULL,
  until_at INTEGER,
  mode TEXT NOT NULL,
  "by" TEXT NOT NULL,
  note TEXT,
  PRIMARY KEY (estate_id, from_at)
) STRICT, WITHOUT ROWID;
INSERT INTO mode_orders VALUES ('e1', 1772323200000, NULL, 'armed', 'desk', NULL);
CREATE INDEX places_by_parent ON places (estate_id, parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX devices_by_place ON devices (estate_id, place_id) WHERE place_id IS NOT NULL;
CREATE INDEX devices_pending ON devices (status) WHERE status = 'pending';
CREATE INDEX events_by_device ON events (block, device, occurred_at);
CREATE INDEX events_by_estate ON events (block, estate, code, occurred_at);
CREATE INDEX dead_letters_by_time ON dead_letters (received_at, id);
CREATE INDEX dead_letters_by_estate ON dead_letters (estate_id, received_at, id);
CREATE INDEX dead_letters_by_gateway ON dead_letters (gateway_id, received_at, id);
CREATE INDEX dead_letters_pending ON dead_letters (received_at, id) WHERE replayed_at IS NULL;
CREATE UNIQUE INDEX incidents_one_unclosed_per_key ON incidents (key) WHERE status <> 'closed';
CREATE INDEX incidents_by_estate ON incidents (estate_id, opened_at, id);
CREATE INDEX incidents_by_time ON incidents (opened_at, id);
CREATE INDEX incidents_by_status ON incidents (status, opened_at, id) WHERE status <> 'closed';
CREATE INDEX incident_transitions_by_incident ON incident_transitions (incident_id, seq);
CREATE INDEX cases_by_estate ON cases (estate_id, unit, occurred_at);
CREATE INDEX cases_by_time ON cases (occurred_at, source, id);
CREATE INDEX incidents_by_key ON incidents (key, closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX incidents_chattering ON incidents (opened_at) WHERE chattering = 1;
COMMIT;
