import type { SecurityEvent } from "../domain/event.ts";
import type { EpochMs } from "../domain/time.ts";
import { covers, sightOf, type Cell, type Sight, type Tell } from "./cell.ts";
import { leave, meet, memberOf, prolong } from "./episode.ts";
import type { Operator } from "./operator.ts";
import { waitsFor } from "./standing.ts";

/** Kept per key; beyond that the oldest is forgotten. Holds only the accuracy of out-of-order events. */
const PAST_LIMIT = 16;
/** Conditions that may be waiting at once for one key, one per device and point as a rule. */
const WAIT_LIMIT = 64;

/** What `occurs` and `holds` remember of a key. */
export interface LastingMemory {
  /** Conditions that began and have not lasted long enough yet. */
  waits: Wait[];
  /** Recent ends, for a beginning that is told after its end. */
  pasts: Past[];
}

type LastingCell = Cell<LastingMemory>;

interface Wait {
  /** Id of the event that began it. */
  readonly id: string;
  readonly at: EpochMs;
  /** Hub time at which it is decided. */
  readonly due: EpochMs;
  readonly limit: number;
  readonly sight: Sight;
  /** Earliest known end, event time. */
  overAt?: EpochMs;
}

interface Past {
  readonly deviceId: string;
  readonly point?: string;
  /** Event time of the end. */
  readonly at: EpochMs;
  /** Since when the condition had held, when that was known. */
  readonly since?: EpochMs;
  /** Hub time at which it is forgotten. */
  readonly forgetAt: EpochMs;
}

/** How `occurs` and `holds` differ. */
export interface LastingOptions {
  /** How long the condition must last, milliseconds; 0: it counts at once. */
  readonly limit: (at: EpochMs, zone: string) => number;
  /** A state told as present, not as changed, begins the condition too. */
  readonly fromInitial: boolean;
  /** Whether an end in this code is remembered, for a beginning that arrives after it. */
  readonly remembers: (code: string) => boolean;
  /** How long an end is remembered, milliseconds of hub time. */
  readonly remember: number;
}

/**
 * A condition that begins (role `from`) and may end (role `until`), per device and point.
 *
 *     from ── limit ──▶ met ──────── until ──▶ ended           event time decides how long it lasted,
 *       └── until before the limit: nothing                    hub time when it is decided
 *
 * The decision falls at max(event time, hub time) + limit, so that replayed data waits for its own end
 * instead of firing as if it were happening now. Until then the order in which events arrive makes no
 * difference: what was too short is dropped, what ended but lasted long enough is told as already over.
 */
export function createLasting(options: LastingOptions): Operator<LastingMemory> {
  const { limit, fromInitial, remembers, remember } = options;

  function end(cell: LastingCell, event: SecurityEvent, sight: Sight, tell: Tell): void {
    const { id, occurredAt: at, receivedAt } = event;
    endWaits(cell, (wait) => covers(sight, wait.sight), at);
    const since = leave(cell, at, receivedAt, sight, id, tell);
    if (!wakes("until", event)) return;
    const { pasts } = cell.memory;
    if (pasts.length >= PAST_LIMIT) pasts.shift();
    const { deviceId, point } = sight;
    pasts.push({
      deviceId,
      ...(point !== undefined && { point }),
      at,
      ...(since !== undefined && { since }),
      forgetAt: receivedAt + remember,
    });
    cell.dirty = true;
  }

  function wakes(role: string, { transition, code }: SecurityEvent): boolean {
    if (role === "until") return transition !== "initial" && remembers(code);
    return transition === "edge" || (transition === "initial" && fromInitial);
  }

  return {
    start: () => ({ waits: [], pasts: [] }),

    read(json) {
      const { waits, pasts } = (json ?? {}) as Partial<LastingMemory>;
      return Array.isArray(waits) && Array.isArray(pasts) ? { waits, pasts } : undefined;
    },

    idle: ({ waits, pasts }) => waits.length === 0 && pasts.length === 0,

    wakes: ({ role, event }) => wakes(role, event),

    fold(cell, { role, event, device }, tell) {
      if (role === "until") return end(cell, event, sightOf(event, device), tell);
      if (wakes(role, event)) {
        return begin(cell, event, sightOf(event, device), limit(event.occurredAt, device.zone), tell);
      }
      // The condition is said to go on, which is news for the time-out only.
      if (memberOf(cell, event)) prolong(cell, event.occurredAt, event.receivedAt);
    },

    fire(cell, now, tell) {
      const { memory } = cell;
      const ripe = memory.waits.filter(({ due }) => due <= now);
      if (ripe.length > 0) memory.waits = memory.waits.filter(({ due }) => due > now);
      if (memory.pasts.some(({ forgetAt }) => forgetAt <= now))
        memory.pasts = memory.pasts.filter(({ forgetAt }) => forgetAt > now);
      cell.dirty = true;
      for (const { id, at, sight, overAt } of ripe.toSorted(byDue)) {
        meet(cell, { id, at, detectedAt: now, sight, ...(overAt !== undefined && { overAt }) }, tell);
      }
    },

    standing: ({ memory: { waits } }) => waitsFor(waits.map(({ due }) => due)),

    due({ memory }) {
      let due = Infinity;
      for (const wait of memory.waits) if (wait.due < due) due = wait.due;
      for (const past of memory.pasts) if (past.forgetAt < due) due = past.forgetAt;
      return due;
    },
  };
}

function begin(cell: LastingCell, event: SecurityEvent, sight: Sight, needed: number, tell: Tell): void {
  const { id, occurredAt: at, receivedAt } = event;
  const { memory, episode } = cell;
  const member = memberOf(cell, sight);
  const continues = member !== undefined && member.at <= at && at <= (episode?.seen ?? 0) + cell.rule.timeOut;
  if (continues && needed > 0) return prolong(cell, at, receivedAt);
  if (memory.pasts.some((past) => covers(past, sight) && (past.since ?? Infinity) <= at && at < past.at))
    return;

  const overAt = earliestEnd(cell, sight, at);
  if (overAt !== undefined && overAt - at < needed) return;
  if (needed === 0) {
    const hit = { id, at, eventId: id, detectedAt: receivedAt, sight };
    return meet(cell, overAt === undefined || continues ? hit : { ...hit, overAt }, tell);
  }
  // The state cannot begin twice: an earlier beginning at the same spot had ended by now.
  endWaits(cell, (wait) => sameSpot(wait.sight, sight), at);
  if (memory.waits.length >= WAIT_LIMIT) makeRoom(cell, receivedAt, tell);
  const due = Math.max(at, receivedAt) + needed;
  memory.waits.push({ id, at, due, limit: needed, sight, ...(overAt !== undefined && { overAt }) });
  cell.dirty = true;
}

/** At the bound what is over already is decided early; only if all go on the oldest is lost, and counted. */
function makeRoom(cell: LastingCell, now: EpochMs, tell: Tell): void {
  const { waits } = cell.memory;
  const over = waits.findIndex(({ overAt }) => overAt !== undefined);
  const [wait] = waits.splice(Math.max(over, 0), 1);
  if (wait?.overAt === undefined) {
    tell.lost(cell.rule.id, now, `More than ${WAIT_LIMIT} conditions wait for ${cell.key}.`);
  } else {
    meet(cell, { id: wait.id, at: wait.at, detectedAt: now, sight: wait.sight, overAt: wait.overAt }, tell);
  }
}

/** The earliest end known for a condition that began at `at`; undefined when it seems to go on. */
function earliestEnd({ memory, episode }: LastingCell, sight: Sight, at: EpochMs): EpochMs | undefined {
  let end = Infinity;
  for (const past of memory.pasts) if (past.at > at && past.at < end && covers(past, sight)) end = past.at;
  for (const wait of memory.waits)
    if (wait.at > at && wait.at < end && sameSpot(wait.sight, sight)) end = wait.at;
  for (const member of episode?.members ?? [])
    if (member.at > at && member.at < end && sameSpot(member, sight)) end = member.at;
  return end === Infinity ? undefined : end;
}

/** Notes an end for the waiting conditions concerned, and drops those that were too short. */
function endWaits(cell: LastingCell, concerns: (wait: Wait) => boolean, at: EpochMs): void {
  const { memory } = cell;
  let short = false;
  for (const wait of memory.waits) {
    if (wait.at > at || !concerns(wait)) continue;
    wait.overAt = Math.min(wait.overAt ?? at, at);
    short ||= wait.overAt - wait.at < wait.limit;
    cell.dirty = true;
  }
  if (short)
    memory.waits = memory.waits.filter(({ at: from, overAt, limit }) => (overAt ?? Infinity) - from >= limit);
}

function sameSpot(one: Pick<Sight, "deviceId" | "point">, other: Pick<Sight, "deviceId" | "point">): boolean {
  return one.deviceId === other.deviceId && one.point === other.point;
}

function byDue(a: Wait, b: Wait): number {
  return a.due - b.due || a.at - b.at || (a.id < b.id ? -1 : 1);
}
