import { DAY, type EpochMs, MINUTE } from "./time.ts";

/** No zone changes its offset within a quarter of an hour of UTC, so one look-up serves all of it. */
const QUARTER = 15 * MINUTE;

/**
 * True for the name of a zone in the IANA database (`Asia/Shanghai`, `UTC`). A bare offset such as
 * `+08:00` is not a zone: it knows no summer time.
 */
export function isZone(text: string): boolean {
  if (!/^[A-Za-z]/.test(text)) return false;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: text }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** Converts between wall clocks of one zone and instants. Remembers offsets; make one for a job, not for a call. */
export interface ZoneClock {
  /** Milliseconds that the zone's wall clock is ahead of UTC at `instant`. */
  offsetAt(instant: EpochMs): number;
  /**
   * The instant of a wall-clock time, given as if it were UTC (`Date.UTC(2024, 2, 1, 12, 30)`).
   * A time that a clock change skips is moved on by the change; one that happens twice means the first.
   */
  instantOf(wallClock: EpochMs): EpochMs;
}

/** Makes a clock for an IANA zone. Throws RangeError when there is no such zone. */
export function createZoneClock(zone: string): ZoneClock {
  const format = new Intl.DateTimeFormat("en", {
    timeZone: zone,
    calendar: "iso8601",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  let quarter = Number.NaN;
  let present = 0;
  const offsetAt = (instant: EpochMs): number => {
    const asked = Math.floor(instant / QUARTER);
    if (asked !== quarter) {
      present = readOffset(asked * QUARTER);
      quarter = asked;
    }
    return present;
  };
  const readOffset = (instant: EpochMs): number => {
    const parts: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(instant)) parts[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second) - instant;
  };
  const midnights = new Map<number, number>();
  const offsetOfDay = (day: number): number => {
    const known = midnights.get(day);
    if (known !== undefined) return known;
    const offset = offsetAt(day * DAY);
    midnights.set(day, offset);
    return offset;
  };
  const instantOf = (wallClock: EpochMs): EpochMs => {
    const day = Math.floor(wallClock / DAY);
    // No zone is more than a day away from UTC, and none changes twice in these three days.
    const before = offsetOfDay(day - 1);
    const after = offsetOfDay(day + 2);
    if (before === after) return wallClock - before;
    for (const offset of [Math.max(before, after), Math.min(before, after)]) {
      if (offsetAt(wallClock - offset) === offset) return wallClock - offset;
    }
    return wallClock - before;
  };
  return { offsetAt, instantOf };
}
