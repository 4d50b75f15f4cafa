import type { Estate } from "../domain/estate.ts";
import type { PeriodAnswer } from "../domain/period-change.ts";
import type { RecordedSpan } from "../domain/rates.ts";
import { DEFAULT_ZONE } from "../domain/time.ts";
import type { MonthQuestion } from "../ports.ts";
import { type BeforeAfter, beforeAfter, type NoComparison } from "./before-after.ts";
import { type CaseTimes, readCaseTimes } from "./case-times.ts";
import {
  type BulletinSources,
  type CountedSpan,
  countMonths,
  type RatedSpan,
  rated,
  together,
} from "./counted-months.ts";
import { changesOf } from "./month-changes.ts";
import { daysOfMonth } from "./months.ts";

const MONTHS = 24;
const YEAR = 12;
/** Estates asked for at once; others want a place in the comparisons' line too. */
const AT_ONCE = 4;

/** One estate as a line of the district's bulletin. */
export interface DistrictLine {
  readonly estate: Estate;
  readonly month: RatedSpan;
  readonly lastYear: RatedSpan;
  readonly year: RatedSpan;
  readonly comparison: BeforeAfter | NoComparison;
  /** The comparison's p, adjusted for the number of estates; null without one. */
  readonly q: number | null;
}

/** Everything a district's bulletin tells. */
export interface DistrictFigures {
  /** By id. */
  readonly lines: readonly DistrictLine[];
  /** All estates together, the asked month last. */
  readonly months: readonly RatedSpan[];
  readonly year: RatedSpan;
  readonly yearBefore: RatedSpan;
  readonly changes: PeriodAnswer;
  readonly times: CaseTimes;
}

/** Gathers the figures of the bulletin of some estates, at least one. */
export async function districtFigures(
  sources: BulletinSources,
  estates: readonly Estate[],
  scope: readonly string[] | undefined,
  question: MonthQuestion,
): Promise<DistrictFigures> {
  const { statistics, store } = sources;
  const { to: end } = daysOfMonth(question.month);
  const rate = (span: CountedSpan): RatedSpan => rated(span, statistics, question.level);
  const read = async (estate: Estate) => {
    const records = (await store.recordedSpan({ estateId: estate.id, unit: question.unit })) ?? null;
    const counted = await countMonths(sources, estate, question, MONTHS, records);
    const comparison = await beforeAfter(sources, estate, question, end, records);
    return { estate, records, counted, comparison };
  };
  const all = await inTurn(estates, read);
  const months = Array.from({ length: MONTHS }, (_, at) =>
    atOnce(all.flatMap(({ counted }) => counted[at] ?? [])),
  );
  const q = statistics.qValues(
    all.map(({ comparison }) => (typeof comparison === "string" ? null : comparison.effect.pDecision)),
  );
  const year = rate(together(months.slice(-YEAR)));
  const zone = estates[0]?.zone ?? DEFAULT_ZONE;
  return {
    lines: all.map(({ estate, counted, comparison }, index) => ({
      estate,
      month: rate(together(counted.slice(-1))),
      lastYear: rate(together(counted.slice(-YEAR - 1, -YEAR))),
      year: rate(together(counted.slice(-YEAR))),
      comparison,
      q: q[index] ?? null,
    })),
    months: months.map(rate),
    year,
    yearBefore: rate(together(months.slice(-2 * YEAR, -YEAR))),
    changes: changesOf("", question, months, reach(all.map(({ records }) => records)), statistics),
    times: await readCaseTimes(store, { scope }, question, year, zone),
  };
}

/** The same month of many estates as one. */
function atOnce(spans: readonly CountedSpan[]): CountedSpan {
  const [first] = spans;
  if (!first) throw new RangeError("no estate");
  return { ...together(spans), from: first.from, to: first.to };
}

/** How far the records of all estates reach together: a month one of them lacks is not complete. */
function reach(spans: readonly (RecordedSpan | null)[]): RecordedSpan | null {
  const known = spans.filter((span) => span !== null);
  const [one] = known;
  if (!one || known.length < spans.length) return null;
  return {
    ...one,
    first:
      known
        .map(({ first }) => first)
        .toSorted()
        .at(-1) ?? one.first,
    last: known.map(({ last }) => last).toSorted()[0] ?? one.last,
  };
}

async function inTurn<T, R>(items: readonly T[], read: (item: T) => Promise<R>): Promise<readonly R[]> {
  const found: R[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) {
    found.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(read))));
  }
  return found;
}
