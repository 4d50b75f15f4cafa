import type { EpochMs } from "../domain/time.ts";

const STAMP = /_(\d\d):(\d\d):(\d\d),(\d\d)-(\d\d)-(\d{4})$/;

/** A time as it ends a message: `_HH:MM:SS,MM-DD-YYYY`, UTC, month first. */
export function writeStamp(at: EpochMs): string {
  const [date = "", time = ""] = new Date(at).toISOString().split("T");
  const [year, month, day] = date.split("-");
  return `_${time.slice(0, 8)},${month}-${day}-${year}`;
}

/** The time at the end of a text; undefined when there is none, or none of the calendar. */
export function readStamp(text: string): EpochMs | undefined {
  const parts = STAMP.exec(text)?.slice(1).map(Number);
  if (!parts) return undefined;
  const [hour = 0, minute = 0, second = 0, month = 0, day = 0, year = 0] = parts;
  const at = Date.UTC(year, month - 1, day, hour, minute, second);
  return writeStamp(at) === STAMP.exec(text)?.[0] ? at : undefined;
}
