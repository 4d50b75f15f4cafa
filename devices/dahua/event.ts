import { isFields, type Fields } from "../../src/device-kit/index.ts";
/** One event in the one shape that rules read, whatever message it came in. */
export interface DahuaEvent {
  readonly Code: string;
  readonly Action: string | undefined;
  /** What belongs to the code; an empty object where the sender says nothing. */
  readonly Data: Fields;
  /** Number of the channel, input or door as the vendor's own pages show it, from 1. */
  readonly point: string | undefined;
  /** The device's time, milliseconds since 1970. */
  readonly at: number | undefined;
}

/** Puts an event together; undefined when it names no code. */
export function dahuaEvent(
  code: unknown,
  action: unknown,
  index: unknown,
  data: unknown,
): DahuaEvent | undefined {
  if (typeof code !== "string" || code === "") return undefined;
  const fields = isFields(data) ? data : {};
  return {
    Code: code,
    Action: typeof action === "string" ? action : undefined,
    Data: fields,
    point: pointOf(fields["Door"]) ?? pointOf(index),
    at: timeOf(fields),
  };
}

/** Messages count from 0, people and the vendor's pages from 1; -1 stands for none. */
function pointOf(index: unknown): string | undefined {
  return typeof index === "number" && Number.isSafeInteger(index) && index >= 0
    ? String(index + 1)
    : undefined;
}

/**
 * Newer access controllers write local time into `UTC` and the true one into `RealUTC`. `UTCMS` holds the
 * milliseconds, where there are any.
 */
function timeOf({ RealUTC, UTC, UTCMS }: Fields): number | undefined {
  const seconds = positive(RealUTC) ?? positive(UTC);
  if (seconds === undefined) return undefined;
  return Math.round(seconds * 1_000 + Math.min(positive(UTCMS) ?? 0, 999));
}

/** A number above zero, also where the sender put it between quotes. */
function positive(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) && number > 0 ? number : undefined;
}
