import type { EpochMs } from "../domain/time.ts";
import { createZoneClock, type ZoneClock } from "../domain/zone.ts";

/** Turns local times into instants. */
export interface ZoneOffsets {
  /** The instant of a local time, given as if it were UTC, in an IANA zone. Throws RangeError for an unknown zone. */
  toUtc(local: EpochMs, zone: string): EpochMs;
}

const ZONES = 100;

/** Makes a reader of zone offsets that keeps a clock per zone; for hours a clock repeats or skips see `ZoneClock`. */
export function createZoneOffsets(): ZoneOffsets {
  const clocks = new Map<string, ZoneClock>();
  return {
    toUtc(local, zone) {
      let clock = clocks.get(zone);
      if (!clock) {
        if (clocks.size >= ZONES) clocks.clear();
        clocks.set(zone, (clock = createZoneClock(zone)));
      }
      return clock.instantOf(local);
    },
  };
}
