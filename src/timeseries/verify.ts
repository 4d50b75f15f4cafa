import { DAY, MINUTE, type EpochMs } from "../domain/time.ts";
import { MEASUREMENTS } from "./measurements.ts";
import { queryInflux } from "./query.ts";
import { bucketOf, type InfluxServer } from "./server.ts";

/** Measurements whose points are counted by their field `n`. */
const COUNTED = ["security_event", "incident_transition", "recorded_case"] as const;
/** Days of one question. */
const SPAN = 31 * DAY;

interface PointCount {
  readonly measurement: string;
  readonly day: EpochMs;
  readonly estateId: string;
  readonly n: number;
}

/** A day of an estate on which store and InfluxDB do not have the same. */
export interface CountDifference {
  readonly measurement: string;
  /** UTC, `YYYY-MM-DD`. */
  readonly day: string;
  readonly estateId: string;
  readonly stored: number;
  readonly influx: number;
}

/** Counts what InfluxDB has, by measurement, UTC day and estate, from one start of a day to before another. */
export async function countPoints(
  server: InfluxServer,
  from: EpochMs,
  to: EpochMs,
  signal: AbortSignal,
): Promise<readonly PointCount[]> {
  const counts: PointCount[] = [];
  for (const measurement of COUNTED) {
    const database = bucketOf(server, MEASUREMENTS[measurement].target);
    for (let start = from; start < to; start += SPAN) {
      const question =
        `SELECT sum("n") AS "n" FROM "${measurement}" WHERE time >= ${start}ms AND time < ${Math.min(to, start + SPAN)}ms ` +
        `GROUP BY time(1d), "estate" fill(none)`;
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(5 * MINUTE)]);
      for (const { tags, values } of await queryInflux(server, database, question, deadline)) {
        for (const [day, n] of values)
          counts.push({ measurement, day: Number(day), estateId: tags["estate"] ?? "", n: Number(n) });
      }
    }
  }
  return counts;
}

/** Where two counts differ, in order of measurement, day and estate. */
export function differencesOf(
  stored: readonly PointCount[],
  influx: readonly PointCount[],
): readonly CountDifference[] {
  const byKey = new Map<string, { readonly of: PointCount; stored: number; influx: number }>();
  const add = (counts: readonly PointCount[], side: "stored" | "influx"): void => {
    for (const of of counts) {
      const key = JSON.stringify([of.measurement, of.day, of.estateId]);
      const there = byKey.get(key) ?? { of, stored: 0, influx: 0 };
      there[side] += of.n;
      byKey.set(key, there);
    }
  };
  add(stored, "stored");
  add(influx, "influx");
  return [...byKey.values()]
    .filter((each) => each.stored !== each.influx)
    .toSorted(
      ({ of: a }, { of: b }) =>
        compare(a.measurement, b.measurement) || a.day - b.day || compare(a.estateId, b.estateId),
    )
    .map(({ of: { measurement, day, estateId }, stored: ours, influx: theirs }) => ({
      measurement,
      day: new Date(day).toISOString().slice(0, 10),
      estateId,
      stored: ours,
      influx: theirs,
    }));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
