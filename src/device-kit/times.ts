import type { EpochMs } from "../domain/time.ts";
import { numeric } from "./guards.ts";
import { isPlausible, readIso, type Instant } from "./iso-time.ts";
import { compileLocal } from "./local-time.ts";
import type { Scope } from "./scope.ts";
import { compileSource, type Source } from "./sources.ts";
import { createZoneOffsets, type ZoneOffsets } from "./zone-offsets.ts";

/** Whose zone a time without an offset is in: the device's (its configuration, else the estate's) or UTC. */
export type TimeZone = "device" | "utc";

/** How a time is written. Unit and zone are always said, never guessed. */
export type TimeSpec =
  | { readonly unit: "none" }
  | { readonly unit: "seconds" | "milliseconds"; readonly of: Source }
  | { readonly unit: "iso"; readonly of: Source; readonly zone: TimeZone }
  | { readonly unit: "local"; readonly of: Source; readonly pattern: string; readonly zone: TimeZone }
  | { readonly unit: "option"; readonly of: Source }
  | { readonly unit: "first"; readonly of: readonly TimeSpec[] };

/** The message tells no time. */
export const noTime: TimeSpec = Object.freeze({ unit: "none" });
/** Seconds since 1970, whole or with a fraction. */
export const epochSeconds = (of: Source): TimeSpec => ({ unit: "seconds", of });
/** Milliseconds since 1970. */
export const epochMilliseconds = (of: Source): TimeSpec => ({ unit: "milliseconds", of });
/** ISO 8601; `zone` is for texts without an offset. */
export const isoTime = (of: Source, zone: TimeZone): TimeSpec => ({ unit: "iso", of, zone });
/** Local time in a pattern of `yyyy MM dd HH mm ss SSS`. */
export const localTime = (of: Source, pattern: string, zone: TimeZone): TimeSpec => ({
  unit: "local",
  of,
  pattern,
  zone,
});
/** Written as the gateway's binding says (`options.timeUnit`); no time where it says nothing. */
export const optionTime = (of: Source): TimeSpec => ({ unit: "option", of });
/** The first of several that gives a plausible time: for settings that change how a time is written. */
export const firstTime = (...of: TimeSpec[]): TimeSpec => ({ unit: "first", of });

/** True when a time is the very one that another tries first: read once, it serves for both. */
export function leadsTime(lead: TimeSpec | undefined, time: TimeSpec): boolean {
  return lead === time || (time.unit === "first" && lead !== undefined && lead === time.of[0]);
}

/** Reads a time; undefined when there is none or it cannot be meant (years before 2000 or after 2099). */
export type ReadTime = (scope: Scope) => Instant | undefined;

/** Compiles a time. Throws on a malformed pattern. */
export function compileTime(spec: TimeSpec, offsets: ZoneOffsets = createZoneOffsets()): ReadTime {
  switch (spec.unit) {
    case "none":
      return () => undefined;
    case "seconds":
    case "milliseconds": {
      const read = compileSource(spec.of);
      const factor = spec.unit === "seconds" ? 1_000 : 1;
      return (scope) => {
        const value = numeric(read(scope));
        return value === undefined
          ? undefined
          : plausible({ at: Math.round(value * factor), assumed: false });
      };
    }
    case "iso": {
      const read = compileSource(spec.of);
      const { zone } = spec;
      return (scope) => {
        const value = read(scope);
        if (typeof value !== "string") return undefined;
        const instant = readIso(value, () => zoneOf(zone, scope), offsets);
        return plausible(instant && zone === "utc" ? { at: instant.at, assumed: false } : instant);
      };
    }
    case "local": {
      const read = compileSource(spec.of);
      const local = compileLocal(spec.pattern);
      const { zone } = spec;
      return (scope) => {
        const value = read(scope);
        const text = typeof value === "number" ? String(value) : value;
        const at: EpochMs | undefined = typeof text === "string" ? local(text) : undefined;
        if (at === undefined || !isPlausible(at)) return undefined;
        if (zone === "utc") return { at, assumed: false };
        return plausible({ at: offsets.toUtc(at, zoneOf(zone, scope)), assumed: true });
      };
    }
    case "option": {
      const reads = {
        seconds: compileTime(epochSeconds(spec.of)),
        milliseconds: compileTime(epochMilliseconds(spec.of)),
        iso: compileTime(isoTime(spec.of, "device"), offsets),
      };
      return (scope) => {
        const { timeUnit } = scope.input.options;
        return timeUnit && reads[timeUnit](scope);
      };
    }
    case "first": {
      const reads = spec.of.map((each) => compileTime(each, offsets));
      return (scope) => {
        for (const read of reads) {
          const instant = read(scope);
          if (instant) return instant;
        }
        return undefined;
      };
    }
  }
}

function plausible(instant: Instant | undefined): Instant | undefined {
  return instant && isPlausible(instant.at) ? instant : undefined;
}

function zoneOf(zone: TimeZone, scope: Scope): string {
  return zone === "utc" ? "UTC" : (scope.config.zone ?? scope.input.zone);
}
