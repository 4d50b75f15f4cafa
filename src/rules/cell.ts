import type { SecurityEvent } from "../domain/event.ts";
import type { EpochMs } from "../domain/time.ts";
import type { DeviceFacts, Verdict } from "../ports.ts";
import { readChatter, type Chatter } from "./chatter.ts";
import { readConfirmation, type Confirmation } from "./confirmation.ts";
import { readWithheld, type Withheld } from "./explained.ts";
import type { Rule } from "./rule.ts";
import type { Timed } from "./timers.ts";

/** Where a condition was seen, and what marks the event carried. JSON-safe. */
export interface Sight {
  readonly deviceId: string;
  readonly point?: string;
  readonly placeId?: string;
  /** Absent only in a state of the time when every key began with the estate. */
  readonly estateId?: string;
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
  memory: M;
  episode: Episode | undefined;
  /** Who else said so; undefined when nobody did lately, or the rule does not ask. */
  confirmation: Confirmation | undefined;
  /** How often it began and ended lately. */
  chatter: Chatter | undefined;
  /** Through which gateway it was last heard; undefined when nothing explains the rule. */
  gatewayId: string | undefined;
  /** What is not told because the gateway's incident explains it. */
  withheld: Withheld | undefined;
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
  const { estateId, deviceId, point, flags } = event;
  // Made for nearly every event that concerns a rule, so without an object for each part.
  const sight: { -readonly [Part in keyof Sight]: Sight[Part] } = { estateId, deviceId };
  if (point !== undefined) sight.point = point;
  if (device.placeId !== undefined) sight.placeId = device.placeId;
  if (flags.length === 0) return sight;
  if (flags.includes("late")) sight.late = true;
  if (flags.includes("test")) sight.test = true;
  if (flags.includes("simulated")) sight.simulated = true;
  return sight;
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

/** The parts of a cell that are kept. */
type Kept = Pick<Cell, "memory" | "episode" | "confirmation" | "chatter" | "gatewayId" | "withheld">;

/** The state as text; undefined when the cell is idle and need not be kept. */
export function saveCell(cell: Cell): string | undefined {
  const { rule, memory, episode, confirmation, chatter, gatewayId, withheld } = cell;
  const known = [episode, confirmation, chatter, withheld].some((part) => part !== undefined);
  if (!known && rule.operator.idle(memory)) return undefined;
  return JSON.stringify({
    form: rule.stateForm,
    memory,
    episode,
    confirmation,
    chatter,
    gatewayId,
    withheld,
  });
}

/** What `saveCell` writes. The form is absent in a state of the time when rules could not change under it. */
type SavedCell = Partial<Kept> & { readonly form?: string };

/** The state from `saveCell`; undefined when the text is something else, or of a form that is not the rule's. */
export function readCell(text: string, rule: Rule): Kept | undefined {
  try {
    const { form, memory: saved, episode, ...rest } = JSON.parse(text) as SavedCell;
    if (form !== undefined && form !== rule.stateForm) return undefined;
    const memory = rule.operator.read(saved);
    if (memory === undefined) return undefined;
    if (episode !== undefined && (!Array.isArray(episode.members) || !Number.isFinite(episode.timeOutAt)))
      return undefined;
    return {
      memory,
      episode,
      confirmation: readConfirmation(rest.confirmation, rule.confirmedBy),
      chatter: readChatter(rest.chatter),
      gatewayId: typeof rest.gatewayId === "string" ? rest.gatewayId : undefined,
      withheld: readWithheld(rest.withheld),
    };
  } catch {
    return undefined;
  }
}
