import type { SurveillanceJob } from "../../domain/surveillance.ts";
import { DAY, HOUR, MINUTE, type EpochMs } from "../../domain/time.ts";
import type { ZoneClock } from "../../domain/zone.ts";

/** Periods follow the calendar of one zone; a week begins on Monday. */
type PeriodUnit = "hour" | "day" | "week" | "month";

/** What a job looks at, and how many missed periods it makes up for. */
const JOB_PERIODS: Readonly<
  Record<SurveillanceJob, { readonly unit: PeriodUnit; readonly mostMissed: number }>
> = {
  hourly: { unit: "hour", mostMissed: 24 },
  daily: { unit: "day", mostMissed: 7 },
  weekly: { unit: "week", mostMissed: 4 },
  monthly: { unit: "month", mostMissed: 3 },
};

/** A period is left alone for so long after its end: what gateways kept back may still come. */
const SETTLING = 10 * MINUTE;

/** 1970-01-05, the first Monday. */
const FIRST_MONDAY = 4 * DAY;

/** Begin of the period that `at` lies in. */
export function periodStart(unit: PeriodUnit, at: EpochMs, clock: ZoneClock): EpochMs {
  if (unit === "hour") return Math.floor(at / HOUR) * HOUR;
  const wall = at + clock.offsetAt(at);
  const day = Math.floor(wall / DAY) * DAY;
  if (unit === "day") return clock.instantOf(day);
  if (unit === "week")
    return clock.instantOf(day - ((((day - FIRST_MONDAY) % (7 * DAY)) + 7 * DAY) % (7 * DAY)));
  const date = new Date(day);
  return clock.instantOf(Date.UTC(date.getUTCFullYear(), date.getUTCMonth()));
}

/** The `count` periods up to `end`, oldest first, as their begins and then `end`, the end of the last. */
export function periodsUpTo(
  unit: PeriodUnit,
  end: EpochMs,
  count: number,
  clock: ZoneClock,
): readonly EpochMs[] {
  const bounds = [end];
  for (let first = end; bounds.length <= count; bounds.push(first))
    first = periodStart(unit, first - 1, clock);
  return bounds.toReversed();
}

/** Finished periods that a job has not looked at. */
export interface DuePeriods {
  /** Their ends, oldest first. */
  readonly ends: readonly EpochMs[];
  /** Older ones that nobody makes up for. */
  readonly skipped: number;
}

/** What is due at `now` for a job whose mark is the end of its latest period; only the last one without a mark. */
export function periodsDue(
  job: SurveillanceJob,
  mark: EpochMs | undefined,
  now: EpochMs,
  clock: ZoneClock,
): DuePeriods {
  const { unit, mostMissed } = JOB_PERIODS[job];
  const last = periodStart(unit, now - SETTLING, clock);
  if (mark === undefined) return { ends: [last], skipped: 0 };
  const ends: EpochMs[] = [];
  let skipped = 0;
  for (let end = last; end > mark; end = periodStart(unit, end - 1, clock)) {
    if (ends.length < mostMissed) ends.push(end);
    else skipped++;
  }
  return { ends: ends.toReversed(), skipped };
}
