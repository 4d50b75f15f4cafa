import type { EpochMs, LocalDate } from "../domain/time.ts";
import type { ZoneClock } from "../domain/zone.ts";
import { shown } from "./cell.ts";

/** A time as read from a cell, or why it is none. */
export type TimeReading =
  | { readonly ok: true; readonly at: EpochMs; readonly dateOnly: boolean }
  | { readonly ok: false; readonly reason: string };

const DATE = String.raw`(?<y>\d{4})(?:(?<mark>[-/.])(?<m>\d{1,2})\k<mark>(?<d>\d{1,2})|年(?<m2>\d{1,2})月(?<d2>\d{1,2})日?)`;
const TIME = String.raw`(?<h>\d{1,2})(?::(?<min>\d{1,2})(?::(?<s>\d{1,2})(?:[.,](?<f>\d{1,9}))?)?|[时点](?:(?<min2>\d{1,2})分?(?:(?<s2>\d{1,2})秒?)?)?)`;
const OFFSET = String.raw`(?<offset>z|[+-]\d{2}:?\d{2})`;
const WRITTEN = new RegExp(`^${DATE}(?:(?:t|\\s+|(?<=日))${TIME}(?:\\s*${OFFSET})?)?$`, "i");
const COMPACT = /^(?<y>\d{4})(?<m>\d{2})(?<d>\d{2})(?:(?<h>\d{2})(?<min>\d{2})(?<s>\d{2})?)?$/;
const NOON = 12;

/**
 * Reads a time by the estate's wall clock: `2024-03-01 12:30`, `2024/3/1 12:30:05`, `2024年3月1日
 * 12时30分`, `20240301123005`, or ISO 8601 with an offset, which then counts. A day without a time is
 * noon of that day, so that it stays in its day, month and year. Dates and times that do not exist,
 * and dates that do not begin with the year, are refused.
 */
export function readTime(cell: string, zone: ZoneClock): TimeReading {
  const text = cell.normalize("NFKC").trim();
  const parts = (WRITTEN.exec(text) ?? COMPACT.exec(text))?.groups;
  if (!parts) return { ok: false, reason: unreadable(text) };
  const day = dayOf(parts);
  if (day === undefined) return { ok: false, reason: `is a day that does not exist: ${shown(text)}` };
  if (parts["h"] === undefined)
    return { ok: true, at: zone.instantOf(day + NOON * 3_600_000), dateOnly: true };

  const hour = Number(parts["h"]);
  const minute = Number(parts["min"] ?? parts["min2"] ?? 0);
  const second = Number(parts["s"] ?? parts["s2"] ?? 0);
  if (hour > 23 || minute > 59 || second > 59) {
    return { ok: false, reason: `is a time of day that does not exist: ${shown(text)}` };
  }
  const fraction = Number((parts["f"] ?? "").slice(0, 3).padEnd(3, "0"));
  const wallClock = day + ((hour * 60 + minute) * 60 + second) * 1_000 + fraction;
  const offset = parts["offset"];
  if (offset === undefined) return { ok: true, at: zone.instantOf(wallClock), dateOnly: false };
  const minutes = offsetMinutes(offset);
  if (minutes === undefined)
    return { ok: false, reason: `has an offset that does not exist: ${shown(text)}` };
  return { ok: true, at: wallClock - minutes * 60_000, dateOnly: false };
}

/** Reads a calendar day (`2024-03-01`, `2024/3/1`, `2024年3月1日`, `20240301`); undefined when it is none. */
export function readDay(cell: string): LocalDate | undefined {
  const text = cell.normalize("NFKC").trim();
  const parts = (WRITTEN.exec(text) ?? COMPACT.exec(text))?.groups;
  if (!parts || parts["h"] !== undefined) return undefined;
  const day = dayOf(parts);
  return day === undefined ? undefined : new Date(day).toISOString().slice(0, 10);
}

function dayOf(parts: Readonly<Record<string, string | undefined>>): EpochMs | undefined {
  const year = Number(parts["y"]);
  const month = Number(parts["m"] ?? parts["m2"]);
  const day = Number(parts["d"] ?? parts["d2"]);
  const at = new Date(Date.UTC(year, month - 1, day));
  const exists = at.getUTCMonth() === month - 1 && at.getUTCDate() === day;
  return exists && year >= 1900 ? at.getTime() : undefined;
}

function offsetMinutes(offset: string): number | undefined {
  if (offset.toLowerCase() === "z") return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(-2));
  if (hours > 14 || minutes > 59) return undefined;
  return (hours * 60 + minutes) * (offset.startsWith("-") ? -1 : 1);
}

function unreadable(text: string): string {
  if (text === "") return "is empty";
  if (/^\d{5}(?:\.\d+)?$/.test(text))
    return `is a spreadsheet's day number (${text}); format the column as a date`;
  if (/^\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}/.test(text))
    return `does not begin with the year (${shown(text)}); day and month could be confused`;
  return `is not a time such as 2024-03-01 12:30: ${shown(text)}`;
}
