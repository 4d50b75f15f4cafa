import type { TimeSpan } from "../domain/exposure.ts";
import type { Estate } from "../domain/estate.ts";
import type { EpochMs } from "../domain/time.ts";
import { createConnection } from "./connection.ts";
import { coverageOf } from "./coverage.ts";
import { openForReading } from "./database.ts";
import type { EstateRow } from "./schema.ts";

/** A beginning of something real, as far as is known. */
export interface Opening {
  readonly at: EpochMs;
  /** A taxonomy code. */
  readonly type: string;
}

/** What surveillance reads, beside the thread that writes. */
export interface Watch {
  /** All real estates, in the order of their ids. */
  estates(): readonly Pick<Estate, "id" | "zone" | "latitude" | "longitude">[];
  /**
   * Openings of incidents in [from, to), oldest first, by their own time. Left out: tests, also those that
   * turned out to be one; what a simulator made; what statistics found.
   */
  openings(estateId: string, from: EpochMs, to: EpochMs): readonly Opening[];
  /** When somebody last took note of what a detector found, by subject: acknowledged or closed. */
  notedAt(estateId: string, detector: string, before: EpochMs): ReadonlyMap<string, EpochMs>;
  /** As `Store.coverage`. */
  coverage(estateId: string, spans: readonly TimeSpan[]): Promise<readonly (number | null)[]>;
  close(): void;
}

/**
 * Opens a database file of this version for reading. Each question is a short read of its own, so that the
 * write-ahead log can be folded back meanwhile.
 */
export function openWatch(path: string): Watch {
  const db = openForReading(path);
  const estates = db.prepare(
    "SELECT id, zone, latitude, longitude FROM estates WHERE simulated = 0 ORDER BY id",
  );
  // A false alarm stays counted: the latest ones have not been judged yet, so leaving the others out would
  // make every present hour look busier than the past. A test is none even before somebody says so.
  const openings = db.prepare(
    `SELECT opened_at, type FROM incidents
     WHERE estate_id = ? AND opened_at >= ? AND opened_at < ? AND test = 0 AND simulated = 0
       AND rule_id NOT LIKE 'anomaly:%' AND close_reason IS NOT 'test'
     ORDER BY opened_at`,
  );
  openings.setReturnArrays(true);
  const noted = db.prepare(
    `SELECT key, max(coalesce(acknowledged_at, closed_at)) AS at FROM incidents
     WHERE estate_id = :estateId AND rule_id = :rule AND coalesce(acknowledged_at, closed_at) < :before
     GROUP BY key`,
  );
  const { coverage } = coverageOf(createConnection(db));
  return {
    estates: () => estates.all().map((row) => locatedOf(row as unknown as LocatedRow)),
    openings: (estateId, from, to) =>
      (openings.all(estateId, from, to) as unknown as readonly [EpochMs, string][]).map(([at, type]) => ({
        at,
        type,
      })),
    notedAt(estateId, detector, before) {
      const rule = `anomaly:${detector}`;
      const latest = new Map<string, EpochMs>();
      for (const row of noted.all({ estateId, rule, before })) {
        const [, , subject = ""] = String(row["key"]).split("|");
        const name = subject.slice(rule.length + 1);
        latest.set(name, Math.max(Number(row["at"]), latest.get(name) ?? 0));
      }
      return latest;
    },
    coverage,
    close: () => db.close(),
  };
}

type LocatedRow = Pick<EstateRow, "id" | "zone" | "latitude" | "longitude">;

function locatedOf({ id, zone, latitude, longitude }: LocatedRow): ReturnType<Watch["estates"]>[number] {
  return latitude === null || longitude === null ? { id, zone } : { id, zone, latitude, longitude };
}
