import { type FieldFault, ZhianError } from "../errors.ts";
import type { CaseCountQuery, Store } from "../ports.ts";
import { bucketsOf, dayNumber } from "./buckets.ts";
import { notFound } from "./refusals.ts";
import type { Queries } from "./schema.ts";

/** Closed for one of these reasons, an incident was none. */
const NOT_REAL = ["false_alarm", "test", "duplicate"] as const;
/** More buckets than anybody can look at; ten years of days. */
const MOST_BUCKETS = 3_700;

/** Counts of cases and incidents in estate-local buckets, and of events per hour. */
export function countsOf(queries: Queries): Pick<Store, "caseCounts" | "hourlyCounts"> {
  return {
    async caseCounts(query) {
      refuseFaulty(query);
      const { estateId, from, to, bucket } = query;
      const estate = await queries
        .selectFrom("estates")
        .select("zone")
        .where("id", "=", estateId)
        .executeTakeFirst();
      if (!estate) throw notFound(`estate ${estateId}`);
      const buckets = bucketsOf(from, to, bucket, estate.zone);
      const instants = await instantsOf(queries, query, buckets[0]?.from ?? 0, buckets.at(-1)?.to ?? 0);
      let next = 0;
      return buckets.map(({ day, to: end }) => {
        const start = next;
        while (next < instants.length && (instants[next] ?? 0) < end) next++;
        return { bucket: day, count: next - start };
      });
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

/** When what is counted happened, oldest first. */
async function instantsOf(
  queries: Queries,
  { series, estateId, unit, types }: CaseCountQuery,
  from: number,
  to: number,
): Promise<number[]> {
  if (series === "recorded") {
    const rows = await queries
      .selectFrom("cases")
      .select("occurredAt as at")
      .where("estateId", "=", estateId)
      .where("unit", "=", unit ?? "call")
      .where("type", "in", types)
      .where("occurredAt", ">=", from)
      .where("occurredAt", "<", to)
      .orderBy("occurredAt")
      .execute();
    return rows.map(({ at }) => at);
  }
  const rows = await queries
    .selectFrom("incidents")
    .select("openedAt as at")
    .where("estateId", "=", estateId)
    .where("type", "in", types)
    .where("openedAt", ">=", from)
    .where("openedAt", "<", to)
    .where("test", "=", 0)
    .where((eb) => eb.or([eb("closeReason", "is", null), eb("closeReason", "not in", NOT_REAL)]))
    .orderBy("openedAt")
    .execute();
  return rows.map(({ at }) => at);
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
