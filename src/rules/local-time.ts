import { DAY, DEFAULT_ZONE, HOUR, MINUTE, SECOND, type EpochMs } from "../domain/time.ts";

/** Estate-local time of day and weekday of an instant. */
export interface LocalTime {
  /** Minutes since local midnight, 0–1439. */
  minuteOfDay(at: EpochMs, zone: string): number;
  /** 1 Monday … 7 Sunday. */
  weekday(at: EpochMs, zone: string): number;
}

/** Offsets change at full quarter hours of UTC only, so one lookup serves the whole quarter. */
const QUARTER = 15 * MINUTE;
/** 1970-01-01 was a Thursday. */
const EPOCH_WEEKDAY = 3;

interface Zone {
  readonly format: Intl.DateTimeFormat;
  quarter: number;
  offset: number;
}

/** Makes a local clock. It never throws: a zone nobody knows counts as the default zone. */
export function createLocalTime(): LocalTime {
  const zones = new Map<string, Zone>();

  function local(at: EpochMs, name: string): number {
    let zone = zones.get(name);
    if (!zone) zones.set(name, (zone = { format: formatOf(name), quarter: Number.NaN, offset: 0 }));
    const quarter = Math.floor(at / QUARTER);
    if (zone.quarter !== quarter) {
      zone.quarter = quarter;
      zone.offset = offsetAt(zone.format, at);
    }
    return at + zone.offset;
  }

  return {
    minuteOfDay: (at, zone) => {
      const time = local(at, zone);
      return Math.floor((time - Math.floor(time / DAY) * DAY) / MINUTE);
    },
    weekday: (at, zone) => {
      const day = Math.floor(local(at, zone) / DAY) + EPOCH_WEEKDAY;
      return (((day % 7) + 7) % 7) + 1;
    },
  };
}

function formatOf(zone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
  } catch {
    return new Intl.DateTimeFormat("en-US", { timeZone: DEFAULT_ZONE, timeZoneName: "longOffset" });
  }
}

function offsetAt(format: Intl.DateTimeFormat, at: EpochMs): number {
  const name = format.formatToParts(at).find((part) => part.type === "timeZoneName")?.value ?? "";
  const match = /^GMT([+-])(\d{2}):(\d{2})(?::(\d{2}))?$/.exec(name);
  if (!match) return 0;
  const [, sign, hours, minutes, seconds] = match;
  const offset = Number(hours) * HOUR + Number(minutes) * MINUTE + Number(seconds ?? 0) * SECOND;
  return sign === "-" ? -offset : offset;
}

/** A span of the local day, in minutes since midnight; `from` > `to` spans midnight. */
export interface DaySpan {
  readonly from: number;
  readonly to: number;
}

/** What `night` means in a schedule: 22:00 to 06:00. */
export const NIGHT: DaySpan = { from: 22 * 60, to: 6 * 60 };

/** Reads `night` or `22:30-05:00`; undefined when it is neither. */
export function parseDaySpan(text: string): DaySpan | undefined {
  if (text === "night") return NIGHT;
  const match = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (!match) return undefined;
  const [from, to] = [
    Number(match[1]) * 60 + Number(match[2]),
    Number(match[3]) * 60 + Number(match[4]),
  ] as const;
  return from === to ? undefined : { from, to };
}

/** True when the minute of the day lies in the span; its end is not part of it. */
export function inSpan({ from, to }: DaySpan, minuteOfDay: number): boolean {
  return from < to ? minuteOfDay >= from && minuteOfDay < to : minuteOfDay >= from || minuteOfDay < to;
}
