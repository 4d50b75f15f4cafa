import { MINUTE, type EpochMs } from "../domain/time.ts";
import type { Spell } from "./spell.ts";

/** So soon after another one of its kind and place an incident tells nothing new. */
const DUPLICATE_WITHIN = 10 * MINUTE;

/**
 * The incidents that tell again what an earlier one told: another of the same estate and type, at the
 * same place or else the same device, began at most ten minutes before, by event time.
 */
export function duplicatesIn(found: readonly Spell[]): readonly Spell[] {
  const latest = new Map<string, EpochMs>();
  return found
    .toSorted((a, b) => a.openedAt - b.openedAt || (a.id < b.id ? -1 : 1))
    .filter((one) => {
      const where = whereOf(one);
      const before = latest.get(where);
      latest.set(where, one.openedAt);
      return before !== undefined && one.openedAt - before <= DUPLICATE_WITHIN;
    });
}

function whereOf({ estateId, type, placeId, deviceId }: Spell): string {
  return [estateId, type, placeId === undefined ? `device:${deviceId}` : `place:${placeId}`].join("\n");
}
