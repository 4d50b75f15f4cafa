import type { EpochMs } from "../domain/time.ts";

/** Turns local times into instants. */
export interface ZoneOffsets {
  /** The instant of a local time, given as if it were UTC, in an IANA zone. Throws RangeError for an unknown zone. */
  toUtc(local: EpochMs, zone: string): EpochMs;
}

const QUARTER = 15 * 60_000;
const ZONES = 100;

interface Known {
  readonly format: Intl.DateTimeFormat;
  quarter: number;
  offset: number;
}

/**
 * Makes a reader of zone offsets that remembers, per zone, the formatter and the offset of the latest
 * quarter of an hour: no zone changes its offset within one. A time in the hour a clock is put back over
 * is read as the later one; a time in the hour it skips is moved by the skipped hour.
 */
export function createZoneOffsets(): ZoneOffsets {
  const zones = new Map<string, Known>();

  function offsetAt(at: EpochMs, zone: string): number {
    let known = zones.get(zone);
    if (!known) {
      if (zones.size >= ZONES) zones.clear();
      known = { format: formatter(zone), quarter: Number.NaN, offset: 0 };
      zones.set(zone, known);
    }
    const quarter = Math.floor(at / QUARTER);
    if (known.quarter !== quarter) {
      known.offset = offsetOf(known.format, quarter * QUARTER);
      known.quarter = quarter;
    }
    return known.offset;
  }

  return {
    toUtc(local, zone) {
      const guess = local - offsetAt(local, zone);
      return local - offsetAt(guess, zone);
    },
  };
}

function formatter(zone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
}

function offsetOf(format: Intl.DateTimeFormat, at: EpochMs): number {
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(at)) part[type] = +value;
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - at;
}
