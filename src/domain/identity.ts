import { hash } from "node:crypto";
import type { EpochMs } from "./time.ts";

const TIME_DIGITS = 12;
const HASH_DIGITS = 20;

/**
 * An id that the same input always makes again: 12 hexadecimal digits of time, 20 of SHA-256.
 * Ids of one hour stand side by side in an index, so inserting them costs about as much as appending,
 * and the index that removes duplicates is the only one the event table needs for time order.
 * `at` of an event with a time or key of its own must come from the message (0 when it gives no time),
 * never from the receiving clock: a resent message arrives at another time.
 */
export function timedId(at: EpochMs, key: string): string {
  const time = Math.max(0, Math.trunc(at)).toString(16).padStart(TIME_DIGITS, "0");
  return time + hash("sha256", key, "hex").slice(0, HASH_DIGITS);
}
