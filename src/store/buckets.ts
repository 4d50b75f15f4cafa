import { DAY, type EpochMs, type LocalDate } from "../domain/time.ts";
import { createZoneClock } from "../domain/zone.ts";

/** One estate-local day, week (from Monday) or month, with the part of it that is counted. */
export interface Bucket {
  /** First day of the bucket. */
  readonly day: LocalDate;
  /** Inclusive. */
  readonly from: EpochMs;
  /** Exclusive. */
  readonly to: EpochMs;
}

const EPOCH_WEEKDAY = 3; // 1970-01-01 was a Thursday; Monday is 0.

/**
 * The buckets that touch the local days `from` (inclusive) to `to` (exclusive). The first and the last
 * are counted only within these days. A local day begins when the zone's clock says so: it has 23 or 25
 * hours where the clock changes.
 */
export function bucketsOf(
  from: LocalDate,
  to: LocalDate,
  size: "day" | "week" | "month",
  zone: string,
): Bucket[] {
  const clock = createZoneClock(zone);
  const first = dayNumber(from);
  const end = dayNumber(to);
  const buckets: Bucket[] = [];
  for (let start = startOf(first, size); start < end;) {
    const next = startOf(start + (size === "day" ? 1 : size === "week" ? 7 : 31), size);
    buckets.push({
      day: new Date(start * DAY).toISOString().slice(0, 10),
      from: clock.instantOf(Math.max(start, first) * DAY),
      to: clock.instantOf(Math.min(next, end) * DAY),
    });
    start = next;
  }
  return buckets;
}

/** Days since 1970-01-01; not a number when `date` is no day of the calendar. */
export function dayNumber(date: LocalDate): number {
  const midnight = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  const exists = !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(date);
  return exists ? midnight / DAY : Number.NaN;
}

function startOf(day: number, size: "day" | "week" | "month"): number {
  if (size === "day") return day;
  if (size === "week") return day - ((((day + EPOCH_WEEKDAY) % 7) + 7) % 7);
  const date = new Date(day * DAY);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) / DAY;
}
