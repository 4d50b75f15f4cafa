import type { EpochMs } from "../domain/time.ts";
import type { ZoneOffsets } from "./zone-offsets.ts";

/** An instant read from a message. */
export interface Instant {
  readonly at: EpochMs;
  /** The text had no offset; the zone of the device was assumed. */
  readonly assumed: boolean;
}

const EARLIEST = Date.UTC(2000, 0);
const LATEST = Date.UTC(2100, 0);

/**
 * True for an instant a message may mean. A clock that was never set tells 1970, seconds read as
 * milliseconds too, and milliseconds read as seconds tell a year beyond all plans: none of them is a time.
 */
export function isPlausible(at: number): boolean {
  return at >= EARLIEST && at < LATEST;
}

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:(Z|z)|([+-])(\d\d):?(\d\d)?)?$/;

/**
 * Reads an ISO 8601 date and time, with up to nine decimals. Without an offset it is local time of `zone()`.
 * Undefined when the text is no such time or names an impossible one.
 */
export function readIso(text: string, zone: () => string, offsets: ZoneOffsets): Instant | undefined {
  if (text.length > 40) return undefined;
  const match = ISO.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second = "0", decimals = "0", utc, sign, hours, minutes = "0"] =
    match;
  const local = civil(+(year ?? 0), +(month ?? 0), +(day ?? 0), +(hour ?? 0), +(minute ?? 0), +second);
  if (local === undefined) return undefined;
  const at = local + Math.trunc(+`0.${decimals}` * 1000);
  if (utc !== undefined) return { at, assumed: false };
  if (sign === undefined) return { at: offsets.toUtc(at, zone()), assumed: true };
  const offset = (+(hours ?? 0) * 60 + +minutes) * 60_000;
  return { at: sign === "+" ? at - offset : at + offset, assumed: false };
}

/** Milliseconds of a calendar date and time read as UTC; undefined for the 30th of February and its like. */
export function civil(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): EpochMs | undefined {
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 60) return undefined;
  if (day > 28 && day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return undefined;
  // A leap second is told as the second before it, as the clocks of most devices do.
  return Date.UTC(year, month - 1, day, hour, minute, Math.min(second, 59));
}
