import { createLocalTime } from "../domain/local-time.ts";
import type { Span } from "../domain/rates.ts";
import type { RecordedCase } from "../domain/recorded-case.ts";
import { createZoneClock } from "../domain/zone.ts";
import type { MonthQuestion, Scope } from "../ports.ts";
import type { BulletinStore } from "./counted-months.ts";

const PAGE = 500;
const DAYS = 7;
const HOURS = 24;
/** A record that has a day only is put at noon when it is imported. */
const NOON = 12 * 60;

/** When and what the cases of a span were. */
export interface CaseTimes {
  readonly span: Span;
  /** Counts by weekday (Monday first) and hour of the local day. */
  readonly hours: readonly (readonly number[])[];
  /** Cases at exactly noon: most of them have a day and no time, so they are in no hour. */
  readonly untimed: number;
  /** Count by code, the most frequent first. */
  readonly types: readonly { readonly type: string; readonly count: number }[];
}

/** Reads the cases of a span, newest first, and stops where it begins. Days are those of `zone`. */
export async function readCaseTimes(
  store: BulletinStore,
  where: { readonly scope: Scope; readonly estateId?: string },
  { unit, types }: MonthQuestion,
  span: Span,
  zone: string,
): Promise<CaseTimes> {
  const clock = createZoneClock(zone);
  const [from, to] = [span.from, span.to].map((day) => clock.instantOf(Date.parse(`${day}T00:00:00Z`)));
  if (from === undefined || to === undefined) throw new RangeError("a span has two ends");
  const wanted = new Set(types);
  const found: RecordedCase[] = [];
  let after: string | undefined;
  do {
    const page = await store.cases({ ...where, unit, limit: PAGE, ...(after !== undefined && { after }) });
    found.push(
      ...page.items.filter(
        ({ type, occurredAt }) => wanted.has(type) && occurredAt >= from && occurredAt < to,
      ),
    );
    const last = page.items.at(-1);
    after = last !== undefined && last.occurredAt < from ? undefined : page.next;
  } while (after !== undefined);
  return tally(found, span, zone);
}

function tally(cases: readonly RecordedCase[], span: Span, zone: string): CaseTimes {
  const local = createLocalTime();
  const hours = Array.from({ length: DAYS }, () => Array.from({ length: HOURS }, () => 0));
  const types = new Map<string, number>();
  let untimed = 0;
  for (const { occurredAt, type } of cases) {
    types.set(type, (types.get(type) ?? 0) + 1);
    const minute = local.minuteOfDay(occurredAt, zone);
    const day = hours[local.weekday(occurredAt, zone) - 1];
    const hour = Math.floor(minute / 60);
    if (minute === NOON && occurredAt % 60_000 === 0) untimed += 1;
    else if (day) day[hour] = (day[hour] ?? 0) + 1;
  }
  return {
    span,
    hours,
    untimed,
    types: [...types]
      .map(([type, count]) => ({ type, count }))
      .toSorted((a, b) => b.count - a.count || (a.type < b.type ? -1 : 1)),
  };
}
