import type { EpochMs, LocalDate } from "../domain/time.ts";
import { createZoneClock } from "../domain/zone.ts";
import { type FieldFault, ZhianError } from "../errors.ts";
import type { CaseCountQuery, Store } from "../ports.ts";
import { bucketsOf, dayNumber } from "./buckets.ts";
import { notFound } from "./refusals.ts";
import type { Queries } from "./schema.ts";

/** Closed for one of these reasons, an incident was none. */
const NOT_REAL = ["false_alarm", "test", "duplicate"] as const;
/** More buckets than anybody can look at; ten years of days. */
const MOST_BUCKETS = 3_700;

/** Counts of cases and incidents in estate-local buckets, how far records reach, and events per hour. */
export function countsOf(queries: Queries): Pick<Store, "caseCounts" | "recordedSpan" | "hourlyCounts"> {
  return {
    async caseCounts(query) {
      refuseFaulty(query);
      const { estateId, from, to, bucket } = query;
      const buckets = bucketsOf(from, to, bucket, await zoneOf(queries, estateId));
      const found = await countedOf(queries, query, buckets[0]?.from ?? 0, buckets.at(-1)?.to ?? 0);
      let next = 0;
      return buckets.map(({ day, to: end }) => {
        const start = next;
        let simulated = 0;
        for (let one = found[next]; one !== undefined && one.at < end; one = found[++next]) {
          simulated += one.simulated;
        }
        return { bucket: day, count: next - start, simulated };
      });
    },
    async recordedSpan({ estateId, unit }) {
      const zone = await zoneOf(queries, estateId);
      const own = await queries
        .selectFrom("cases")
        .select("source")
        .distinct()
        .where("estateId", "=", estateId)
        .where("unit", "=", unit)
        .execute();
      const sources = own.map(({ source }) => source);
      const { firstAt, lastAt, lastImportAt, cases, simulated } = await queries
        .selectFrom("caseSources")
        .select(({ fn }) => [
          fn.min<number | null>("firstAt").as("firstAt"),
          fn.max<number | null>("lastAt").as("lastAt"),
          fn.max<number | null>("importedAt").as("lastImportAt"),
          fn.sum<number | null>("cases").as("cases"),
          fn.sum<number | null>("simulated").as("simulated"),
        ])
        .where("unit", "=", unit)
        .$if(sources.length > 0, (query) => query.where("source", "in", sources))
        .executeTakeFirstOrThrow();
      if (firstAt === null || lastAt === null) return undefined;
      const clock = createZoneClock(zone);
      const dayOf = (at: EpochMs): LocalDate => new Date(at + clock.offsetAt(at)).toISOString().slice(0, 10);
      return {
        first: dayOf(firstAt),
        last: dayOf(lastAt),
        cases: cases ?? 0,
        simulated: simulated ?? 0,
        ...(lastImportAt !== null && { lastImportAt }),
      };
    },
    async hourlyCounts({ estateId, from, to, code }) {
      return queries
        .selectFrom("hourlyCounts")
        .innerJoin("estateKeys", "estateKeys.key", "hourlyCounts.estate")
        .innerJoin("codeKeys", "codeKeys.key", "hourlyCounts.code")
        .select(["hour", "estateKeys.estateId", "deviceKind", "codeKeys.code", "phase", "count"])
        .where("estateKeys.estateId", "=", estateId)
        .where("hour", ">=", from)
        .where("hour", "<", to)
        .$if(code !== undefined, (query) => query.where("codeKeys.code", "=", code ?? ""))
        .orderBy("hour")
        .orderBy("codeKeys.code")
        .orderBy("deviceKind")
        .orderBy("phase")
        .execute();
    },
  };
}

async function zoneOf(queries: Queries, estateId: string): Promise<string> {
  const estate = await queries
    .selectFrom("estates")
    .select("zone")
    .where("id", "=", estateId)
    .executeTakeFirst();
  if (!estate) throw notFound(`estate ${estateId}`);
  return estate.zone;
}

/** When what is counted happened, oldest first; `simulated` is 0 or 1. */
async function countedOf(
  queries: Queries,
  { series, estateId, unit, types }: CaseCountQuery,
  from: number,
  to: number,
): Promise<{ at: EpochMs; simulated: number }[]> {
  if (series === "recorded") {
    return queries
      .selectFrom("cases")
      .select(["occurredAt as at", "simulated"])
      .where("estateId", "=", estateId)
      .where("unit", "=", unit ?? "call")
      .where("type", "in", types)
      .where("occurredAt", ">=", from)
      .where("occurredAt", "<", to)
      .orderBy("occurredAt")
      .execute();
  }
  return queries
    .selectFrom("incidents")
    .select(["openedAt as at", "simulated"])
    .where("estateId", "=", estateId)
    .where("type", "in", types)
    .where("openedAt", ">=", from)
    .where("openedAt", "<", to)
    .where("test", "=", 0)
    .where((eb) => eb.or([eb("closeReason", "is", null), eb("closeReason", "not in", NOT_REAL)]))
    .orderBy("openedAt")
    .execute();
}

function refuseFaulty({ series, unit, from, to }: CaseCountQuery): void {
  const faults: FieldFault[] = [];
  if (series === "recorded" && unit === undefined) {
    faults.push({ field: "unit", reason: "calls and cases are never counted together; name one" });
  }
  const [first, end] = [dayNumber(from), dayNumber(to)];
  if (Number.isNaN(first)) faults.push({ field: "from", reason: `${from} is not a day` });
  if (Number.isNaN(end)) faults.push({ field: "to", reason: `${to} is not a day` });
  if (end < first) faults.push({ field: "to", reason: "lies before from" });
  if (end - first > MOST_BUCKETS * 31) faults.push({ field: "to", reason: "lies too far after from" });
  if (faults.length > 0) throw new ZhianError("VALIDATION", "the counts cannot be made", { faults });
}
