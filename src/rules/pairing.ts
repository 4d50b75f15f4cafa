import { MINUTE, type EpochMs } from "../domain/time.ts";
import type { Cell, Sight, Tell } from "./cell.ts";
import { endIfOver, noteEnd } from "./ends.ts";
import { meet, memberOf, prolong } from "./episode.ts";
import { byDue, byTime, heardAfter, heardAt, markOf, takesPart, type Due, type Mark } from "./mark.ts";
import type { Operator } from "./operator.ts";
import { waitsFor } from "./standing.ts";
import { hasMoment, withMoment, type Stretch } from "./stretches.ts";

/** Firsts and thens kept of a key, of each. */
const KEPT = 16;
/** Withouts kept of a key. */
const WITHOUTS = 32;
/** Beyond `within` and `settle` all is kept this long, by hub time, for what arrives out of order. */
const REMEMBER = 10 * MINUTE;
/** The timer of a key moves only when it gains this much: most keys are idle again when it is due. */
const SLACK = MINUTE;

/** What is remembered of a key; in each list the latest heard stands last. */
export interface PairingMemory {
  firsts: readonly First[];
  thens: readonly Then[];
  withouts: readonly Stretch[];
  ends: readonly Mark[];
  /** Hub time at which all is forgotten. */
  until: EpochMs;
}

interface First extends Mark {
  /** It has begun an episode. */
  begun?: true;
}

/** Without a `due` there is no first for it, or something excuses it. */
type Then = Mark & Partial<Due>;

/** What is looked for. */
export interface PairingOptions {
  /** How far first and then may be apart, milliseconds. */
  readonly within: number;
  /** How long a `without` may be on its way, milliseconds; 0: there is none. */
  readonly settle: number;
}

type PairingCell = Cell<PairingMemory>;

/**
 * One thing after another (roles `first`, `then`), and nothing between that excuses it (role `without`).
 *
 *     first ── within ──▶ then ── settle ──▶ hit      event time decides what came first and what between,
 *           └── without: nothing                      hub time when it is decided
 *
 * A then looks back at the latest first of its key; a `without` between the two excuses it, at the time of
 * either too. It is decided `settle` after the arrival of whichever arrives last. So the order of arrival
 * makes no difference while all arrive within ten minutes, and a `without` within `settle`.
 *
 * Beyond that a pair counts although what excuses it may be forgotten: rather one incident too many.
 * A first that is lost at a bound is counted, and so is a decision.
 */
export function createPairing({ within, settle }: PairingOptions): Operator<PairingMemory> {
  const memorable = within + settle + REMEMBER;

  function follows(then: Mark, first: Mark): boolean {
    return first.at <= then.at && then.at - first.at <= within;
  }

  function dueFrom(then: Then, news: EpochMs): Due {
    const heard = Math.max(then.heard, news);
    return { ...then, heard, due: heard + settle };
  }

  function noteFirst({ memory, rule, key }: PairingCell, first: Mark, now: EpochMs, tell: Tell): void {
    memory.thens = memory.thens.map((then) =>
      then.due === undefined && follows(then, first) ? dueFrom(then, first.heard) : then,
    );
    memory.firsts = [...memory.firsts, first];
    if (memory.firsts.length <= KEPT) return;
    const [oldest] = memory.firsts.toSorted(byTime);
    memory.firsts = memory.firsts.filter((one) => one !== oldest);
    if (oldest && oldest.heard + within > now)
      tell.lost(rule.id, now, `More than ${KEPT} firsts for ${key}.`);
  }

  function noteThen({ memory, rule, key }: PairingCell, then: Mark, now: EpochMs, tell: Tell): void {
    const ready = memory.firsts.some((first) => follows(then, first));
    memory.thens = [...memory.thens, ready ? dueFrom(then, then.heard) : then];
    if (memory.thens.length <= KEPT) return;
    const spare = memory.thens.find(({ due }) => due === undefined) ?? memory.thens[0];
    memory.thens = memory.thens.filter((one) => one !== spare);
    if (spare?.due !== undefined) tell.lost(rule.id, now, `More than ${KEPT} thens wait for ${key}.`);
  }

  /** Forgets what matters only to what is very late. */
  function forget(memory: PairingMemory, now: EpochMs): void {
    const since = now - memorable;
    memory.firsts = heardAfter(memory.firsts, since);
    memory.thens = heardAfter(memory.thens, since);
    memory.withouts = heardAfter(memory.withouts, since);
    memory.ends = heardAfter(memory.ends, since);
  }

  function decide(cell: PairingCell, now: EpochMs, tell: Tell): void {
    const ripe = cell.memory.thens.filter((then): then is Due => (then.due ?? Infinity) <= now);
    for (const then of ripe.toSorted(byDue)) decideOne(cell, then, now, tell);
  }

  function decideOne(cell: PairingCell, then: Due, now: EpochMs, tell: Tell): void {
    const { memory } = cell;
    memory.thens = memory.thens.filter((one) => one !== then);
    const first = memory.firsts
      .filter((one) => follows(then, one))
      .toSorted(byTime)
      .at(-1);
    if (first && !hasMoment(memory.withouts, first.at, then.at)) return hit(cell, first, then, now, tell);
    // A first nearer to it may still be told.
    const { due: _due, ...undecided } = then;
    memory.thens = [...memory.thens, undecided];
  }

  return {
    start: nothing,

    read(json) {
      const { firsts, thens, withouts, ends, until } = (json ?? {}) as Partial<PairingMemory>;
      const whole = [firsts, thens, withouts, ends].every(Array.isArray) && Number.isFinite(until);
      return whole ? (json as PairingMemory) : undefined;
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
      forget(memory, now);
      if (role === "first") noteFirst(cell, markOf(event, device), now, tell);
      else if (role === "then") noteThen(cell, markOf(event, device), now, tell);
      else memory.withouts = withMoment(memory.withouts, at, heard, 0).slice(-WITHOUTS);
      if (memory.until < heard + memorable) memory.until = heard + memorable + SLACK;
      cell.dirty = true;
      if (settle === 0) decide(cell, now, tell);
    },

    fire(cell, now, tell) {
      decide(cell, now, tell);
      if (cell.memory.until <= now) cell.memory = nothing();
    },

    standing: ({ memory: { thens } }) => waitsFor(thens.map(({ due }) => due)),

    due({ memory }) {
      if (idle(memory)) return Infinity;
      let { until } = memory;
      for (const { due } of memory.thens) if (due !== undefined && due < until) until = due;
      return until;
    },
  };
}

function nothing(): PairingMemory {
  return { firsts: [], thens: [], withouts: [], ends: [], until: 0 };
}

function idle({ firsts, thens, withouts, ends }: PairingMemory): boolean {
  return firsts.length + thens.length + withouts.length + ends.length === 0;
}

function hit(cell: PairingCell, first: First, { id, at, sight }: Mark, now: EpochMs, tell: Tell): void {
  // Its first may have begun an episode that is over; each has a name of its own.
  const name = first.begun ? id : first.id;
  const both = { ...sight, ...marksOf(first.sight) };
  meet(cell, { id: name, at, eventId: id, detectedAt: now, sight: both }, tell);
  if (cell.episode?.id === first.id) first.begun = true;
  endIfOver(cell, at, now, tell);
}

/** A pair is late, a test or simulated when either of it is. */
function marksOf({ late, test, simulated }: Sight): Pick<Sight, "late" | "test" | "simulated"> {
  return { ...(late && { late }), ...(test && { test }), ...(simulated && { simulated }) };
}
