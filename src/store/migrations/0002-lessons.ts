import type { Migration } from "./migration.ts";

/** What bridges taught (aliases, discoveries), and when a device was confirmed from end to end. */
export const lessons: Migration = {
  version: 2,
  sql: `
CREATE TABLE lessons (
  estate_id TEXT NOT NULL,
  gateway_id TEXT NOT NULL,
  profile TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (estate_id, gateway_id, profile, key)
) STRICT, WITHOUT ROWID;
ALTER TABLE devices ADD COLUMN confirmed_at INTEGER;
`,
};
