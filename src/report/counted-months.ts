import type { Estate } from "../domain/estate.ts";
import type { ComparisonSide, RecordedSpan, Span } from "../domain/rates.ts";
import type { ComparisonDesk, MonthQuestion, PeriodStatistics, RateStatistics, Store } from "../ports.ts";
import { daysOfMonth, monthsUpTo } from "./months.ts";

/** What bulletins read from the store. */
export type BulletinStore = Pick<
  Store,
  "caseCounts" | "cases" | "coverage" | "estates" | "groupCounts" | "householdChanges" | "recordedSpan"
>;

/** Where bulletins have their numbers from. */
export interface BulletinSources {
  readonly store: BulletinStore;
  readonly statistics: Pick<RateStatistics, "comparisonPlan" | "dataCaveats"> & PeriodStatistics;
  readonly comparisons: ComparisonDesk;
}

/** One month, or several months in a row, of one estate or of many. */
export interface CountedSpan extends Span {
  /** `YYYY-MM`; the last one of several. */
  readonly month: string;
  readonly count: number;
  readonly simulated: number;
  readonly householdDays: number;
  /** False when no record reaches it: its count is then no zero. */
  readonly recorded: boolean;
}

/** A count with its rate; no rate where nothing was recorded or nobody lives. */
export interface RatedSpan extends CountedSpan {
  readonly estimate: Pick<ComparisonSide, "householdYears" | "rate" | "ci"> | null;
}

/** The months up to the asked one of an estate, in order. */
export async function countMonths(
  { store, statistics }: BulletinSources,
  estate: Estate,
  { month, unit, types }: MonthQuestion,
  months: number,
  records: RecordedSpan | null,
): Promise<readonly CountedSpan[]> {
  const names = monthsUpTo(month, months);
  const { id: estateId } = estate;
  const from = daysOfMonth(names[0] ?? month).from;
  const { to } = daysOfMonth(month);
  const [buckets, changes] = await Promise.all([
    store.caseCounts({ estateId, series: "recorded", unit, types, from, to, bucket: "month" }),
    store.householdChanges(estateId),
  ]);
  const counts = new Map(buckets.map((each) => [each.bucket.slice(0, 7), each]));
  return names.map((name) => {
    const span = daysOfMonth(name);
    const { count = 0, simulated = 0 } = counts.get(name) ?? {};
    return {
      from: span.from,
      to: span.to,
      month: name,
      count,
      simulated,
      householdDays: statistics.householdDays(changes, estate.households, span),
      recorded: records !== null && span.from <= records.last && records.first < span.to,
    };
  });
}

/** Several spans as one; recorded when all of them are. */
export function together(spans: readonly CountedSpan[]): CountedSpan {
  const [first, last] = [spans[0], spans.at(-1)];
  if (!first || !last) throw new RangeError("no span to put together");
  const sum = (key: "count" | "simulated" | "householdDays"): number =>
    spans.reduce((total, span) => total + span[key], 0);
  return {
    from: first.from,
    to: last.to,
    month: last.month,
    count: sum("count"),
    simulated: sum("simulated"),
    householdDays: sum("householdDays"),
    recorded: spans.every(({ recorded }) => recorded),
  };
}

/** The span with its rate. */
export function rated(span: CountedSpan, statistics: PeriodStatistics, level: number): RatedSpan {
  const known = span.recorded && span.householdDays > 0;
  return { ...span, estimate: known ? statistics.rate(span.count, span.householdDays, level) : null };
}
