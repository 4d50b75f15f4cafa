import type { DatabaseSync } from "node:sqlite";
import type { EpochMs } from "../domain/time.ts";
import type { Point } from "../ports.ts";

interface Whose {
  readonly measurement: string;
  readonly estateId: string;
  /** The incident or case. */
  readonly owner: string;
}

/** Points of incidents and cases, kept as they were written. */
export interface KeptPoints {
  /** Keeps a point that counts one; returns its step, which no other of its series and millisecond has. */
  add(point: Point, at: EpochMs, whose: Whose): number;
  /** The point of a case that counts one counts none from now on; returns its step, undefined without one. */
  withdraw(owner: string, fields: string): number | undefined;
}

/** Prepares keeping points; every call belongs to a transaction of its caller. */
export function createKeptPoints(db: DatabaseSync): KeptPoints {
  const nextStep = db.prepare("SELECT max(step) + 1 AS step FROM kept_points WHERE series = ? AND at = ?");
  // A case that comes back to where it was takes its own place again.
  const withdrawn = db.prepare(
    "SELECT min(step) AS step FROM kept_points WHERE series = ? AND at = ? AND owner = ? AND n = 0",
  );
  const save = db.prepare(
    `INSERT INTO kept_points (series, at, step, measurement, estate_id, owner, n, fields)
     VALUES (?, ?, ?, ?, ?, ?, 1, ?)
     ON CONFLICT DO UPDATE SET n = 1, fields = excluded.fields`,
  );
  const withdraw = db.prepare(
    `UPDATE kept_points SET n = 0, fields = ?
     WHERE measurement = 'recorded_case' AND owner = ? AND n = 1 RETURNING step`,
  );

  return {
    add({ series, fields }, at, { measurement, estateId, owner }) {
      const step = stepIn(withdrawn.get(series, at, owner)) ?? stepIn(nextStep.get(series, at)) ?? 0;
      save.run(series, at, step, measurement, estateId, owner, fields);
      return step;
    },
    withdraw: (owner, fields) => stepIn(withdraw.get(fields, owner)),
  };
}

function stepIn(row: Record<string, unknown> | undefined): number | undefined {
  return (row?.["step"] as number | null | undefined) ?? undefined;
}
