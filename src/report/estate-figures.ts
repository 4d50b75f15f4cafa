import type { Estate } from "../domain/estate.ts";
import type { PeriodAnswer } from "../domain/period-change.ts";
import type { MonthQuestion } from "../ports.ts";
import { type BeforeAfter, beforeAfter, type NoComparison } from "./before-after.ts";
import { type CaseTimes, readCaseTimes } from "./case-times.ts";
import { type BulletinSources, countMonths, type RatedSpan, rated, together } from "./counted-months.ts";
import { changesOf } from "./month-changes.ts";
import { daysOfMonth } from "./months.ts";

/** Months in the charts: two years, so that each of the last twelve has its like a year before. */
const MONTHS = 24;
const YEAR = 12;

/** Everything an estate's bulletin tells. */
export interface EstateFigures {
  readonly estate: Estate;
  /** Two years of months, the asked one last. */
  readonly months: readonly RatedSpan[];
  /** The last twelve of them, and the twelve before. */
  readonly year: RatedSpan;
  readonly yearBefore: RatedSpan;
  readonly changes: PeriodAnswer;
  readonly times: CaseTimes;
  readonly comparison: BeforeAfter | NoComparison;
}

/** Gathers the figures of one estate's bulletin. */
export async function estateFigures(
  sources: BulletinSources,
  estate: Estate,
  question: MonthQuestion,
): Promise<EstateFigures> {
  const { store, statistics } = sources;
  const { to: end } = daysOfMonth(question.month);
  const records = (await store.recordedSpan({ estateId: estate.id, unit: question.unit })) ?? null;
  const counted = await countMonths(sources, estate, question, MONTHS, records);
  const rate = (span: Parameters<typeof rated>[0]): RatedSpan => rated(span, statistics, question.level);
  const year = rate(together(counted.slice(-YEAR)));
  const [times, comparison] = await Promise.all([
    readCaseTimes(store, { scope: [estate.id], estateId: estate.id }, question, year, estate.zone),
    beforeAfter(sources, estate, question, end, records),
  ]);
  return {
    estate,
    months: counted.map(rate),
    year,
    yearBefore: rate(together(counted.slice(-2 * YEAR, -YEAR))),
    changes: changesOf(estate.id, question, counted, records, statistics),
    times,
    comparison,
  };
}
