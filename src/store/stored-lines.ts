import type { DatabaseSync } from "node:sqlite";
import type { Phase, SecurityEvent } from "../domain/event.ts";
import { DAY, type EpochMs } from "../domain/time.ts";
import { ZhianError } from "../errors.ts";
import type { Points, PointTarget } from "../ports.ts";
import { openForReading } from "./database.ts";
import { SCHEMA_VERSION, schemaVersion } from "./migrate.ts";
import { readNumber } from "./read-number.ts";

/** Kept points of one read. */
const CHUNK = 10_000;

/** How many points of a measurement the store has of an estate and a UTC day. */
export interface PointCount {
  readonly measurement: string;
  /** Start of the day, UTC. */
  readonly day: EpochMs;
  readonly estateId: string;
  readonly n: number;
}

/** The lines that what is stored makes, read beside the hub. */
export interface StoredLines {
  /** Lines with a time from `from` to before `to`, many at a time, each exactly as it was shipped. */
  lines(
    from: EpochMs,
    to: EpochMs,
  ): Generator<{ readonly target: PointTarget; readonly lines: readonly string[] }, void>;
  /** Days from `from` to before `to`, both starts of UTC days. */
  counts(from: EpochMs, to: EpochMs): readonly PointCount[];
  /** Lines that wait to be shipped. */
  waiting(): number;
  close(): void;
}

/** Opens a database file for reading only. Throws ZhianError CONFLICT when the file is not of this version. */
export function openStoredLines(path: string, points: Points): StoredLines {
  const db = openForReading(path);
  if (schemaVersion(db) !== SCHEMA_VERSION) {
    db.close();
    throw new ZhianError(
      "CONFLICT",
      "the database is of another version; start this version's hub on it once",
    );
  }
  return {
    *lines(from, to) {
      yield* eventLines(db, points, from, to);
      yield* keptLines(db, points, from, to);
    },
    counts: (from, to) => [
      ...(db.prepare(EVENT_COUNTS).all({ from, to }) as unknown as PointCount[]),
      ...(db.prepare(KEPT_COUNTS).all({ from, to }) as unknown as PointCount[]),
    ],
    waiting: () => readNumber(db, "SELECT lines FROM outbox_state"),
    close: () => db.close(),
  };
}

const EVENT_COUNTS = `
  SELECT 'security_event' AS measurement, h.hour - h.hour % ${DAY} AS day, e.estate_id AS estateId, sum(h.count) AS n
  FROM hourly_counts h JOIN estate_keys e ON e.key = h.estate
  WHERE h.hour >= :from AND h.hour < :to GROUP BY 2, 3`;
const KEPT_COUNTS = `
  SELECT measurement, at - at % ${DAY} AS day, estate_id AS estateId, sum(n) AS n
  FROM kept_points WHERE at >= :from AND at < :to GROUP BY 1, 2, 3`;

/** A block of the listing indexes at a time, so that no read of the file lasts long. */
function* eventLines(db: DatabaseSync, points: Points, from: EpochMs, to: EpochMs) {
  const blocks = db
    .prepare("SELECT block FROM event_blocks WHERE max_at >= ? AND min_at < ? ORDER BY block")
    .all(from, to);
  const inBlock = db.prepare(
    `SELECT v.id, e.estate_id AS estateId, d.device_id AS deviceId, c.code, v.phase,
       v.occurred_at AS occurredAt, v.rest, coalesce(s.step, 0) AS step
     FROM events v
       JOIN estate_keys e ON e.key = v.estate
       JOIN device_keys d ON d.key = v.device
       JOIN code_keys c ON c.key = v.code
       LEFT JOIN event_steps s ON s.event = v.seq
     WHERE v.block = ? AND v.occurred_at >= ? AND v.occurred_at < ?`,
  );
  for (const { block } of blocks) {
    const rows = inBlock.all(block ?? 0, from, to) as unknown as readonly StoredEvent[];
    const lines = rows.flatMap((row) => lineOfEvent(points, row));
    if (lines.length > 0) yield { target: "raw" as const, lines };
  }
}

interface StoredEvent {
  readonly id: string;
  readonly estateId: string;
  readonly deviceId: string;
  readonly code: string;
  readonly phase: Phase;
  readonly occurredAt: EpochMs;
  readonly rest: string;
  readonly step: number;
}

function lineOfEvent(points: Points, { rest, step, ...row }: StoredEvent): string[] {
  const { value, flags } = JSON.parse(rest) as Pick<SecurityEvent, "value" | "flags">;
  try {
    const { series, fields } = points.event({ ...row, ...(value !== undefined && { value }), flags });
    return [points.line(series, fields, row.occurredAt, step)];
  } catch (error) {
    // It is a dead letter since it was stored.
    if (error instanceof ZhianError) return [];
    throw error;
  }
}

function* keptLines(db: DatabaseSync, points: Points, from: EpochMs, to: EpochMs) {
  const next = db.prepare(
    `SELECT series, fields, at, step FROM kept_points
     WHERE at < :to AND (at, series, step) > (:at, :series, :step)
     ORDER BY at, series, step LIMIT ${CHUNK}`,
  );
  let last = { at: from - 1, series: "\u{10FFFF}", step: 0 };
  for (;;) {
    const rows = next.all({ to, ...last }) as unknown as readonly (typeof last & { fields: string })[];
    const end = rows.at(-1);
    if (!end) return;
    yield {
      target: "years" as const,
      lines: rows.map(({ series, fields, at, step }) => points.line(series, fields, at, step)),
    };
    last = { at: end.at, series: end.series, step: end.step };
  }
}
