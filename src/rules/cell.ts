import type { SecurityEvent } from "../domain/event.ts";
import type { EpochMs } from "../domain/time.ts";
import type { DeviceFacts, Verdict } from "../ports.ts";
import type { Operator } from "./operator.ts";
import type { Rule } from "./rule.ts";
import type { Timed } from "./timers.ts";

/** Where a condition was seen, and what marks the event carried. JSON-safe. */
export interface Sight {
  readonly deviceId: string;
  readonly point?: string;
  readonly placeId?: string;
  readonly late?: true;
  readonly test?: true;
  readonly simulated?: true;
}

/** One device or point in whose state the condition holds. */
interface Member {
  readonly deviceId: string;
  readonly point?: string;
  /** Event time since which it holds. */
  at: EpochMs;
}

/** An episode that goes on. JSON-safe. */
export interface Episode {
  /** Id of the event that began it. */
  readonly id: string;
  readonly began: EpochMs;
  readonly origin: Sight;
  /** Latest event time that spoke for it. */
  seen: EpochMs;
  /** Hub time at which it ends without news. */
  timeOutAt: EpochMs;
  /** Those in which the condition holds; the episode ends when the last one leaves. */
  readonly members: Member[];
}

/** What an operator remembers for one key: JSON-safe and bounded, its own otherwise. */
export type Memory = object;

/** The state of one rule for one key. */
export interface Cell<M extends Memory = Memory> extends Timed {
  readonly rule: Rule;
  readonly key: string;
  readonly estateId: string;
  memory: M;
  episode: Episode | undefined;
  /** Changed since the last checkpoint. */
  dirty: boolean;
}

/** Where an operator says what it found. */
export interface Tell {
  /** Takes verdicts, in order. */
  verdict(verdict: Verdict): void;
  /** Counts something that was lost at a bound, with a sentence. */
  lost(rule: string, at: EpochMs, reason: string): void;
}

/** What an event's sight is. */
export function sightOf(event: SecurityEvent, device: DeviceFacts): Sight {
  const { deviceId, point, flags } = event;
  return {
    deviceId,
    ...(point !== undefined && { point }),
    ...(device.placeId !== undefined && { placeId: device.placeId }),
    ...(flags.includes("late") && { late: true }),
    ...(flags.includes("test") && { test: true }),
    ...(flags.includes("simulated") && { simulated: true }),
  };
}

/** True when a message about `one` also speaks for `other`: a device as a whole, and each of its points. */
export function covers(
  one: Pick<Sight, "deviceId" | "point">,
  other: Pick<Sight, "deviceId" | "point">,
): boolean {
  return (
    one.deviceId === other.deviceId &&
    (one.point === other.point || one.point === undefined || other.point === undefined)
  );
}

/** The state as text; undefined when the cell is idle and need not be kept. */
export function saveCell({ rule, memory, episode }: Cell): string | undefined {
  if (episode === undefined && rule.operator.idle(memory)) return undefined;
  return JSON.stringify({ memory, episode });
}

/** The state from `saveCell`; undefined when the text is something else. */
export function readCell(text: string, operator: Operator): Pick<Cell, "memory" | "episode"> | undefined {
  try {
    const { memory: saved, episode } = JSON.parse(text) as Partial<Pick<Cell, "memory" | "episode">>;
    const memory = operator.read(saved);
    if (memory === undefined) return undefined;
    if (episode !== undefined && (!Array.isArray(episode.members) || !Number.isFinite(episode.timeOutAt)))
      return undefined;
    return { memory, episode };
  } catch {
    return undefined;
  }
}
