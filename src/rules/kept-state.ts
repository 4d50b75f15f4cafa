import type { SecurityEvent } from "../domain/event.ts";

/**
 * True for what a broker kept and told again without saying of when it is. Nothing has been heard from
 * the device then, and the event's time is that of the telling.
 */
export function isKeptState({ flags }: Pick<SecurityEvent, "flags">): boolean {
  return flags.includes("retained") && flags.includes("no_device_time");
}
