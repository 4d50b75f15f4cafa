import type { Migration } from "./migration.ts";

/**
 * Surveillance: how far each job is, and what it found. Where an estate lies, in degrees, so that estates
 * near each other can be seen together.
 */
export const surveillance: Migration = {
  version: 5,
  sql: `
ALTER TABLE estates ADD COLUMN latitude REAL;
ALTER TABLE estates ADD COLUMN longitude REAL;
CREATE TABLE surveillance_marks (
  job TEXT PRIMARY KEY,
  until_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE anomalies (
  estate_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  detector TEXT NOT NULL,
  subject TEXT NOT NULL,
  until_at INTEGER NOT NULL,
  version TEXT NOT NULL,
  type TEXT NOT NULL,
  category TEXT NOT NULL,
  severity TEXT NOT NULL,
  expected REAL NOT NULL,
  observed INTEGER NOT NULL,
  p REAL NOT NULL,
  q REAL,
  found_at INTEGER NOT NULL,
  PRIMARY KEY (estate_id, at, detector, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX anomalies_by_time ON anomalies (at, estate_id, detector, subject);
CREATE INDEX anomalies_by_found ON anomalies (found_at);
CREATE TABLE clusters (
  until_at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  category TEXT NOT NULL,
  at INTEGER NOT NULL,
  version TEXT NOT NULL,
  estate_ids TEXT NOT NULL,
  observed INTEGER NOT NULL,
  expected REAL NOT NULL,
  p REAL NOT NULL,
  q REAL NOT NULL,
  seed INTEGER NOT NULL,
  replicates INTEGER NOT NULL,
  found_at INTEGER NOT NULL,
  PRIMARY KEY (until_at, kind, category)
) STRICT, WITHOUT ROWID;
CREATE INDEX clusters_by_found ON clusters (found_at);
`,
};
