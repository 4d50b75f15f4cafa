import { DAY, HOUR, MINUTE, type EpochMs } from "../domain/time.ts";
import type { Cell, Tell } from "./cell.ts";
import { endIfOver, noteEnd } from "./ends.ts";
import { meet, memberOf, prolong } from "./episode.ts";
import { byDue, heardAfter, heardAt, markOf, takesPart, type Due, type Mark } from "./mark.ts";
import type { Operator } from "./operator.ts";
import { waitsFor } from "./standing.ts";
import { hasMoment, withMoment, type Stretch } from "./stretches.ts";

/** Thens that wait of a key. */
const KEPT = 16;
/** Stretches of withouts kept of a key. */
const STRETCHES = 32;
/** Beyond `within` and `settle` a `without` is kept this long, by hub time, for what arrives out of order. */
const REMEMBER = 10 * MINUTE;
/** Without news for this long, a key is as if nothing had ever been known of it. */
const FORGOTTEN_AFTER = 7 * DAY;
/** The timer of a key moves only when it gains this much. */
const SLACK = HOUR;

/** What is remembered of a key. */
export interface LackingMemory {
  /** Thens that nothing excuses so far. */
  waits: readonly Due[];
  /** When there were withouts, the latest heard last. */
  withouts: readonly Stretch[];
  /** Recent ends, the latest heard last. */
  ends: readonly Mark[];
  /** Event time of the latest `without` that is forgotten: up to then its absence proves nothing. */
  forgotten?: EpochMs;
  /** How many thens in a row had their `without`, up to `usually`. */
  run: number;
  /** Hub time at which all is forgotten. */
  until: EpochMs;
}

/** What is looked for. */
export interface LackingOptions {
  /** How far back a `without` counts, milliseconds. */
  readonly within: number;
  /** How long a `without` may be on its way, milliseconds. */
  readonly settle: number;
  /** So many thens in a row must have had their `without` before one that has none counts. */
  readonly usually: number;
}

type LackingCell = Cell<LackingMemory>;

/**
 * One thing (role `then`) that lacks what should come before it (role `without`).
 *
 *     ── within ── then ── settle ──▶ hit       event time decides what came before,
 *         └── without: nothing                  hub time when it is decided
 *
 * A `without` in the `within` before a then excuses it, at the edges too, when it arrives less than `settle`
 * after the then. So the order of arrival makes no difference while a then is less than ten minutes late.
 * A then so old that its `without` may be forgotten is counted as lost: it is not held against anybody.
 */
export function createLacking({ within, settle, usually }: LackingOptions): Operator<LackingMemory> {
  const memorable = within + settle + REMEMBER;

  function noteWithout(memory: LackingMemory, at: EpochMs, heard: EpochMs, now: EpochMs): void {
    // Asked for `within` at once, stretches joined over gaps no longer than that answer as exactly.
    const all = withMoment(memory.withouts, at, heard, within);
    memory.withouts = heardAfter(all, now - memorable).slice(-STRETCHES);
    if (memory.withouts.length < all.length) {
      const lost = all.filter((one) => !memory.withouts.includes(one));
      memory.forgotten = Math.max(memory.forgotten ?? -Infinity, ...lost.map(({ to }) => to));
    }
    if (memory.waits.length === 0) return;
    const waits = memory.waits.filter((wait) => !hasMoment(memory.withouts, wait.at - within, wait.at));
    memory.run = Math.min(usually, memory.run + memory.waits.length - waits.length);
    memory.waits = waits;
  }

  function noteThen({ memory, rule, key }: LackingCell, then: Mark, now: EpochMs, tell: Tell): void {
    memory.waits = [...memory.waits, { ...then, due: then.heard + settle }];
    if (memory.waits.length <= KEPT) return;
    memory.waits = memory.waits.slice(1);
    tell.lost(rule.id, now, `More than ${KEPT} thens wait for ${key}.`);
  }

  function decide(cell: LackingCell, { id, at, sight }: Due, now: EpochMs, tell: Tell): void {
    const { memory, rule, key, episode } = cell;
    if (memory.forgotten !== undefined && memory.forgotten >= at - within)
      return tell.lost(rule.id, now, `It is no longer known whether something excuses ${id} of ${key}.`);
    const goesOn = episode !== undefined && at <= episode.seen + rule.timeOut;
    const trusted = memory.run >= usually || goesOn;
    memory.run = 0;
    if (!trusted) return;
    meet(cell, { id, at, eventId: id, detectedAt: now, sight }, tell);
    endIfOver(cell, at, now, tell);
  }

  return {
    start: nothing,

    read(json) {
      const { waits, withouts, ends, run, until } = (json ?? {}) as Partial<LackingMemory>;
      const whole = [waits, withouts, ends].every(Array.isArray) && [run, until].every(Number.isFinite);
      return whole ? (json as LackingMemory) : undefined;
    },

    idle,

    wakes: ({ role, event }) => role !== "until" && takesPart(role, event),

    fold(cell, { role, event, device }, tell) {
      const { memory } = cell;
      const { occurredAt: at, receivedAt: now } = event;
      const heard = heardAt(event);
      if (role === "until") return noteEnd(cell, markOf(event, device), now, tell);
      if (!takesPart(role, event)) {
        if (role === "then" && memberOf(cell, event)) prolong(cell, at, now);
        return;
      }
      if (role === "without") noteWithout(memory, at, heard, now);
      else if (!hasMoment(memory.withouts, at - within, at)) noteThen(cell, markOf(event, device), now, tell);
      // What is excused as usual changes nothing.
      else if (memory.run < usually) memory.run++;
      else return;
      if (memory.until < heard + FORGOTTEN_AFTER) memory.until = heard + FORGOTTEN_AFTER + SLACK;
      cell.dirty = true;
    },

    fire(cell, now, tell) {
      const { memory } = cell;
      const ripe = memory.waits.filter(({ due }) => due <= now);
      memory.waits = memory.waits.filter(({ due }) => due > now);
      for (const wait of ripe.toSorted(byDue)) decide(cell, wait, now, tell);
      if (memory.until <= now) cell.memory = nothing();
    },

    standing: ({ memory: { waits } }) => waitsFor(waits.map(({ due }) => due)),

    due({ memory }) {
      if (idle(memory)) return Infinity;
      let { until } = memory;
      for (const { due } of memory.waits) if (due < until) until = due;
      return until;
    },
  };
}

function nothing(): LackingMemory {
  return { waits: [], withouts: [], ends: [], run: 0, until: 0 };
}

function idle({ waits, withouts, ends, forgotten, run }: LackingMemory): boolean {
  return waits.length + withouts.length + ends.length + run === 0 && forgotten === undefined;
}
