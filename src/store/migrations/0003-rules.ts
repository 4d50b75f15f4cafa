import type { Migration } from "./migration.ts";

/**
 * Every version of a rule that was ever in force, as it was written: incidents name one, and those in
 * force have a file. How sure an incident is, and whether it chatters.
 * Estate modes: the weekly plan of an estate, and what somebody ordered instead.
 */
export const rules: Migration = {
  version: 3,
  sql: `
CREATE TABLE rule_versions (
  rule_id TEXT NOT NULL,
  version TEXT NOT NULL,
  first_at INTEGER NOT NULL,
  definition TEXT NOT NULL,
  file TEXT,
  PRIMARY KEY (rule_id, version)
) STRICT, WITHOUT ROWID;
ALTER TABLE incidents ADD COLUMN verification INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incidents ADD COLUMN chattering INTEGER NOT NULL DEFAULT 0;
CREATE INDEX incidents_by_key ON incidents (key, closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX incidents_chattering ON incidents (opened_at) WHERE chattering = 1;
CREATE TABLE mode_plans (
  estate_id TEXT PRIMARY KEY,
  plan TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE mode_orders (
  estate_id TEXT NOT NULL,
  from_at INTEGER NOT NULL,
  until_at INTEGER,
  mode TEXT NOT NULL,
  "by" TEXT NOT NULL,
  note TEXT,
  PRIMARY KEY (estate_id, from_at)
) STRICT, WITHOUT ROWID;
`,
};
