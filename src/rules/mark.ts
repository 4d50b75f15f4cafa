import type { SecurityEvent } from "../domain/event.ts";
import type { EpochMs } from "../domain/time.ts";
import type { DeviceFacts } from "../ports.ts";
import { sightOf, type Sight } from "./cell.ts";
import { isKeptState } from "./kept-state.ts";

/** An event as `sequence` remembers it. JSON-safe. */
export interface Mark {
  readonly id: string;
  /** Event time. */
  readonly at: EpochMs;
  /** Hub time of its arrival, or event time when that is later. */
  readonly heard: EpochMs;
  readonly sight: Sight;
}

/** A mark that is decided upon at a hub time. */
export interface Due extends Mark {
  readonly due: EpochMs;
}

/** What is remembered of an event. */
export function markOf(event: SecurityEvent, device: DeviceFacts): Mark {
  return { id: event.id, at: event.occurredAt, heard: heardAt(event), sight: sightOf(event, device) };
}

/** Hub time of the arrival, or event time when that is later: a device whose clock is fast is waited for. */
export function heardAt({ occurredAt, receivedAt }: SecurityEvent): EpochMs {
  return Math.max(occurredAt, receivedAt);
}

/** Those heard after `since`: the list itself, when that is all. */
export function heardAfter<T extends Pick<Mark, "heard">>(list: readonly T[], since: EpochMs): readonly T[] {
  const after = ({ heard }: T): boolean => heard > since;
  return list.every(after) ? list : list.filter(after);
}

/** A first or a then is a change; a `without` only has to be heard of now. */
export function takesPart(role: string, event: SecurityEvent): boolean {
  return role === "without" ? !isKeptState(event) : event.transition === "edge";
}

/** Order of event time, and of id where that is equal. */
export function byTime(a: Mark, b: Mark): number {
  return a.at - b.at || (a.id < b.id ? -1 : 1);
}

/** Order of decision. */
export function byDue(a: Due, b: Due): number {
  return a.due - b.due || byTime(a, b);
}
