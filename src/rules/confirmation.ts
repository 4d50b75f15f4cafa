import type { SecurityEvent } from "../domain/event.ts";
import type { Verification } from "../domain/incident.ts";
import { MINUTE, type EpochMs } from "../domain/time.ts";
import type { Cell, Sight } from "./cell.ts";
import type { Condition } from "./condition.ts";
import {
  heardSince,
  latestHeard,
  surestOf,
  withTestimony,
  type Testimony,
  type Witness,
} from "./witnesses.ts";

/** Beyond `within` a testimony is kept this long, by hub time, for others that arrive out of order. */
const REMEMBER = 2 * MINUTE;

/** What of other devices confirms what a rule finds. */
export interface ConfirmedBy {
  readonly condition: Condition;
  /** How far, by event time, a confirming event may be from what it confirms, before or after, milliseconds. */
  readonly within: number;
}

/** What a key remembers of who said what. JSON-safe. */
export interface Confirmation {
  /** The rule's `within` while this was gathered: with another one it cannot be continued. */
  readonly within: number;
  /** Where the rule's own condition was met. */
  own: readonly Testimony[];
  /** Where the confirming condition was met. */
  others: readonly Testimony[];
  /** The latest episode. */
  episode?: string;
  /** How sure it is, by mark. */
  told: Readonly<Record<string, Verification>>;
  /** Hub time at which to look for what can be forgotten. */
  forgetAt: EpochMs;
}

/** An episode, and how sure it is by now. */
interface Surer {
  readonly episode: string;
  readonly verification: Verification;
}

/** Something that was said. */
interface Said {
  readonly at: EpochMs;
  /** Hub time. */
  readonly detectedAt: EpochMs;
  readonly sight: Sight;
}

/**
 * Notes that the rule's own condition was met in an episode. Returns how sure it is by now, from devices
 * that said so before; 0 for a rule that nothing confirms.
 */
export function carry(cell: Cell, episode: string, { at, detectedAt, sight }: Said): Verification {
  const { confirmedBy } = cell.rule;
  if (!confirmedBy) return 0;
  const { within } = confirmedBy;
  const memory = memoryOf(cell, within, at, detectedAt);
  const witness = witnessOf(sight, sight);
  const mark = witness.mark ?? "";
  const sooner = memory.episode === episode ? memory.told : {};
  const level = higher(
    sooner[mark],
    higher(surestOf(memory.own, witness, at, within), surestOf(memory.others, witness, at, within)),
  );
  memory.episode = episode;
  memory.told = level === 0 ? sooner : { ...sooner, [mark]: level };
  memory.own = withTestimony(memory.own, witness, at, Math.max(at, detectedAt), within);
  cell.dirty = true;
  return level;
}

/**
 * Notes an event that meets the confirming condition. Returns the episode that it confirms and the level,
 * when that is higher than before. The end of the episode makes no difference: a zone of a panel is quiet
 * again within seconds.
 */
export function confirm(cell: Cell, event: SecurityEvent): Surer | undefined {
  const { confirmedBy, parts } = cell.rule;
  if (!confirmedBy) return undefined;
  const { within } = confirmedBy;
  const { code, flags, occurredAt: at, receivedAt: detectedAt } = event;
  const memory = memoryOf(cell, within, at, detectedAt);
  const isOwn = parts.some(({ role, condition }) => role !== "until" && condition.codes.has(code));
  const marks = { test: flags.includes("test"), simulated: flags.includes("simulated") };
  const witness = witnessOf(event, marks, isOwn ? undefined : code);
  const mark = witness.mark ?? "";
  const { episode, told } = memory;
  const verification = memory.own.length === 0 ? 0 : surestOf(memory.own, witness, at, within);
  memory.others = withTestimony(memory.others, witness, at, Math.max(at, detectedAt), within);
  cell.dirty = true;
  if (episode === undefined || verification <= (told[mark] ?? 0)) return undefined;
  memory.told = { ...told, [mark]: verification };
  return { episode, verification };
}

/** Forgets what is too old to confirm anything. */
export function forget(cell: Cell, now: EpochMs): void {
  const memory = cell.confirmation;
  if (!memory || memory.forgetAt > now) return;
  const since = now - memory.within - REMEMBER;
  memory.own = heardSince(memory.own, since);
  memory.others = heardSince(memory.others, since);
  const heard = Math.max(latestHeard(memory.own), latestHeard(memory.others));
  if (heard === -Infinity) cell.confirmation = undefined;
  else memory.forgetAt = heard + memory.within + REMEMBER;
  cell.dirty = true;
}

/** When there is something to forget, hub time. While an episode goes on its own timers are enough. */
export function forgetDue({ confirmation, episode }: Cell): EpochMs {
  return confirmation && !episode ? confirmation.forgetAt : Infinity;
}

/** A confirmation that was saved as JSON; undefined when it is none or was gathered for another `within`. */
export function readConfirmation(json: unknown, confirmedBy: ConfirmedBy | undefined) {
  const memory = (json ?? {}) as Partial<Confirmation>;
  const whole =
    [memory.own, memory.others].every(Array.isArray) &&
    Number.isFinite(memory.forgetAt) &&
    typeof memory.told === "object";
  return whole && memory.within === confirmedBy?.within ? (memory as Confirmation) : undefined;
}

function memoryOf(cell: Cell, within: number, at: EpochMs, now: EpochMs): Confirmation {
  forget(cell, now);
  if (cell.confirmation) return cell.confirmation;
  // One timer for all that is heard meanwhile: it is moved when it is due, not with every event.
  const forgetAt = Math.max(at, now) + within + REMEMBER;
  cell.confirmation = { within, own: [], others: [], told: {}, forgetAt };
  return cell.confirmation;
}

function witnessOf(
  { deviceId, point }: Pick<Sight, "deviceId" | "point">,
  { test, simulated }: { readonly test?: boolean; readonly simulated?: boolean },
  way?: string,
): Witness {
  const mark = test || simulated ? `${test ? "test" : ""}${simulated ? "simulated" : ""}` : "";
  return {
    deviceId,
    ...(point !== undefined && { point }),
    ...(way !== undefined && { way }),
    ...(mark !== "" && { mark }),
  };
}

function higher(one: Verification = 0, other: Verification = 0): Verification {
  return one > other ? one : other;
}
