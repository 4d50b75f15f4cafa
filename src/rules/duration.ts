import { DAY, HOUR, MINUTE, SECOND } from "../domain/time.ts";

const UNITS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY };
/** How a duration is written. */
export const DURATION = /^([1-9]\d{0,5})(s|m|h|d)$/;

/** Milliseconds of a duration such as `90s`, `5m`, `12h` or `2d`; undefined when it is not one. */
export function parseDuration(text: string): number | undefined {
  const match = DURATION.exec(text.trim());
  if (!match) return undefined;
  return Number(match[1]) * (UNITS[match[2] ?? ""] ?? Number.NaN);
}
