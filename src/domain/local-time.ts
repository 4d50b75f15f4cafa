import { DAY, DEFAULT_ZONE, MINUTE, type EpochMs } from "./time.ts";
import { createZoneClock, isZone, type ZoneClock } from "./zone.ts";

/** Estate-local time of day and weekday of an instant. */
export interface LocalTime {
  /** Minutes since local midnight, 0–1439. */
  minuteOfDay(at: EpochMs, zone: string): number;
  /** 1 Monday … 7 Sunday. */
  weekday(at: EpochMs, zone: string): number;
}

/** 1970-01-01 was a Thursday. */
const EPOCH_WEEKDAY = 3;

/** Makes a local clock. It never throws: a zone nobody knows counts as the default zone. */
export function createLocalTime(): LocalTime {
  const clocks = new Map<string, ZoneClock>();

  function local(at: EpochMs, zone: string): number {
    let clock = clocks.get(zone);
    if (!clock) clocks.set(zone, (clock = createZoneClock(isZone(zone) ? zone : DEFAULT_ZONE)));
    return at + clock.offsetAt(at);
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

/** A span of the local day, in minutes since midnight; `from` > `to` spans midnight. */
export interface DaySpan {
  readonly from: number;
  readonly to: number;
}

/** What `night` means in a schedule: 22:00 to 06:00. */
export const NIGHT: DaySpan = { from: 22 * 60, to: 6 * 60 };

/** How a span that has no name is written. */
export const DAY_SPAN = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/;

/** Reads `night` or `22:30-05:00`; undefined when it is neither. */
export function parseDaySpan(text: string): DaySpan | undefined {
  if (text === "night") return NIGHT;
  const match = DAY_SPAN.exec(text);
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
