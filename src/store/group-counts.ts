import { setImmediate } from "node:timers/promises";
import { DAY, type EpochMs, type LocalDate } from "../domain/time.ts";
import { createZoneClock, type ZoneClock } from "../domain/zone.ts";
import { type FieldFault, ZhianError } from "../errors.ts";
import type { RecordedSpan } from "../domain/rates.ts";
import type { GroupCountQuery, GroupCounts, Store } from "../ports.ts";
import { dayNumber } from "./buckets.ts";
import type { Connection } from "./connection.ts";
import { notFound } from "./refusals.ts";

/** Estates that are counted before others get their turn at the connection. */
const ESTATES_A_TURN = 50;
const MOST_ESTATES = 5_000;
/** Windows of 20 years by month, twice, and a series beside them. */
const MOST_CUTS = 1_200;

type CaseRow = readonly [at: EpochMs, simulated: number, source: string];
type SourceRow = readonly [
  source: string,
  firstAt: EpochMs,
  lastAt: EpochMs,
  cases: number,
  simulated: number,
];

/** Counts of recorded cases of many estates between given days; see `Store.groupCounts`. */
export function groupCountsOf(connection: Connection): Pick<Store, "groupCounts"> {
  return {
    async groupCounts(query) {
      refuseFaulty(query);
      const readers = await connection.alone(() => prepare(connection.db));
      const clocks = new Map<string, { readonly clock: ZoneClock; readonly instants: readonly EpochMs[] }>();
      const places = placesIn(query.cuts);
      const types = JSON.stringify(query.types);
      const found: GroupCounts["estates"][number][] = [];
      const sourceSets = new Set<string>();

      const countOne = (estateId: string): void => {
        const home = readers.estate.get(estateId) as unknown as readonly [string, number] | undefined;
        if (!home) throw notFound(`estate ${estateId}`);
        const [zone, households] = home;
        let local = clocks.get(zone);
        if (!local) {
          const clock = createZoneClock(zone);
          local = { clock, instants: query.cuts.map((day) => clock.instantOf(dayNumber(day) * DAY)) };
          clocks.set(zone, local);
        }
        const { clock, instants } = local;
        const counts = query.cuts.slice(1).map(() => 0);
        const simulated = counts.slice();
        const sources = new Set<string>();
        const rows = readers.cases.all(
          estateId,
          query.unit,
          instants[0] ?? 0,
          instants.at(-1) ?? 0,
          types,
        ) as unknown as readonly CaseRow[];
        for (const [at, made, source] of rows) {
          const gap = places(Math.floor((at + clock.offsetAt(at)) / DAY));
          counts[gap] = (counts[gap] ?? 0) + 1;
          simulated[gap] = (simulated[gap] ?? 0) + made;
          sources.add(source);
        }
        sourceSets.add(JSON.stringify([...sources].toSorted()));
        const changes = readers.changes.all(estateId) as unknown as readonly (readonly [string, number])[];
        found.push({
          estateId,
          households,
          changes: changes.map(([fromDay, present]) => ({ fromDay, households: present })),
          counts,
          simulated,
        });
      };

      for (let start = 0; start < query.estateIds.length; start += ESTATES_A_TURN) {
        const turn = query.estateIds.slice(start, start + ESTATES_A_TURN);
        await connection.alone(() => turn.forEach(countOne));
        await setImmediate();
      }
      const [zoneOfFirst] = clocks.values();
      const sources = await connection.alone(
        () => readers.sources.all(query.unit) as unknown as readonly SourceRow[],
      );
      return {
        estates: found,
        records: zoneOfFirst ? commonSpan(sources, sourceSets, zoneOfFirst.clock) : null,
      };
    },
  };
}

function prepare(db: Connection["db"]) {
  const estate = db.prepare("SELECT zone, households FROM estates WHERE id = ?");
  const changes = db.prepare(
    "SELECT from_day, households FROM household_changes WHERE estate_id = ? ORDER BY from_day",
  );
  const cases = db.prepare(
    `SELECT occurred_at, simulated, source FROM cases
     WHERE estate_id = ? AND unit = ? AND occurred_at >= ? AND occurred_at < ?
       AND type IN (SELECT value FROM json_each(?))`,
  );
  const sources = db.prepare(
    "SELECT source, first_at, last_at, cases, simulated FROM case_sources WHERE unit = ?",
  );
  for (const statement of [estate, changes, cases, sources]) statement.setReturnArrays(true);
  return { estate, changes, cases, sources };
}

/** The gap between two cuts in which a day lies. */
function placesIn(cuts: readonly LocalDate[]): (day: number) => number {
  const first = dayNumber(cuts[0] ?? "");
  const length = dayNumber(cuts.at(-1) ?? "") - first;
  const places = new Int16Array(Math.max(0, length));
  for (const [gap, day] of cuts.slice(0, -1).entries()) {
    places.fill(gap, dayNumber(day) - first, dayNumber(cuts[gap + 1] ?? "") - first);
  }
  return (day) => places[day - first] ?? 0;
}

/**
 * The days that the records of every estate reach: over the sources an estate has cases of, or all sources
 * when it has none, and of these spans what they have in common. Null when nothing was imported.
 */
function commonSpan(
  sources: readonly SourceRow[],
  sourceSets: ReadonlySet<string>,
  clock: ZoneClock,
): RecordedSpan | null {
  if (sources.length === 0) return null;
  let first = -Infinity;
  let last = Infinity;
  for (const set of sourceSets) {
    const own = new Set(JSON.parse(set) as readonly string[]);
    const reach = own.size === 0 ? sources : sources.filter(([source]) => own.has(source));
    first = Math.max(first, Math.min(...reach.map(([, firstAt]) => firstAt)));
    last = Math.min(last, Math.max(...reach.map(([, , lastAt]) => lastAt)));
  }
  const dayOf = (at: EpochMs): LocalDate => new Date(at + clock.offsetAt(at)).toISOString().slice(0, 10);
  return {
    first: dayOf(first),
    last: dayOf(last),
    cases: sources.reduce((sum, [, , , cases]) => sum + cases, 0),
    simulated: sources.reduce((sum, [, , , , simulated]) => sum + simulated, 0),
  };
}

function refuseFaulty({ estateIds, cuts }: GroupCountQuery): void {
  const days = cuts.map(dayNumber);
  const faults: FieldFault[] = [];
  if (estateIds.length > MOST_ESTATES)
    faults.push({ field: "estateIds", reason: `must be at most ${MOST_ESTATES}` });
  if (cuts.length < 2 || cuts.length > MOST_CUTS)
    faults.push({ field: "cuts", reason: `must be 2 to ${MOST_CUTS} days` });
  if (days.some((day, index) => Number.isNaN(day) || (index > 0 && day <= (days[index - 1] ?? day))))
    faults.push({ field: "cuts", reason: "must be ascending days of the calendar" });
  if (faults.length > 0) throw new ZhianError("VALIDATION", "the counts cannot be made", { faults });
}
