import type { SecurityEvent } from "../domain/event.ts";
import { MINUTE, type EpochMs } from "../domain/time.ts";
import { sightOf, type Cell, type Sight, type Tell } from "./cell.ts";
import { finish, meet, type Hit } from "./episode.ts";
import type { Operator, Told } from "./operator.ts";

/** The most that can be asked for. Below `KEPT`, so that what is dropped there never hides a full window. */
export const COUNT_LIMIT = 100;
/** Events kept per key; beyond that the one that matters least goes. */
const KEPT = 128;
/** Beyond the window an event is kept this long, by hub time, for others that arrive out of order. */
const REMEMBER = 10 * MINUTE;

/** What `counts` remembers of a key. */
export interface CountingMemory {
  /** In order of event time, then of id. */
  entries: Entry[];
  /** Event time of the latest end: what was before it and what comes after it are not counted together. */
  endedAt?: EpochMs;
}

interface Entry {
  readonly id: string;
  readonly at: EpochMs;
  /** What it counts as: its value, or itself. */
  readonly as: string | number | boolean;
  readonly sight: Sight;
  /** Hub time at which it is forgotten. */
  readonly forgetAt: EpochMs;
  /** A full window that ends with it has been told. */
  told?: true;
}

/** What is counted. */
export interface CountingOptions {
  /** How many fill the window, 2 to `COUNT_LIMIT`. */
  readonly atLeast: number;
  /** Length of the window, milliseconds; the first and the last may be exactly this far apart. */
  readonly within: number;
  /** Different values are counted; an event without one is not. Otherwise events. */
  readonly byValue: boolean;
}

type CountingCell = Cell<CountingMemory>;

/**
 * Counts events (role `of`) in the window that ends with each of them, by event time; role `until` ends
 * the episode and begins the count anew.
 *
 *     ── e ────── e ── e ─────────── e ──▶        an event completes a window when the `within` before it,
 *        └──── within ─┘ full: hit                itself included, holds `atLeast`
 *
 * Each event that completes a window is told once, at the arrival that shows it to be full: the first
 * opens the episode, the others are evidence. So every order of arrival gives the same completing events;
 * of several that one arrival shows at once, the earliest opens. That holds while events are less than
 * ten minutes late and a key has no more than 128 within `within` and ten minutes; beyond either, what
 * arrives in order is still counted exactly.
 */
export function createCounting({ atLeast, within, byValue }: CountingOptions): Operator<CountingMemory> {
  /** What an event counts as; undefined when it is not counted. */
  function countedAs({ role, event, value }: Told): Entry["as"] | undefined {
    // Something told again, or told as present, has not happened once more.
    if (role !== "of" || event.transition !== "edge") return undefined;
    const as = byValue ? value : event.id;
    return as === "" ? undefined : as;
  }

  function count(cell: CountingCell, { event, device }: Told, as: Entry["as"], tell: Tell): void {
    const { memory } = cell;
    const { id, occurredAt: at, receivedAt } = event;
    const sight = sightOf(event, device);
    const forgetAt = Math.max(at, receivedAt) + within + REMEMBER;
    memory.entries = memory.entries.filter((entry) => entry.forgetAt > receivedAt);
    insert(memory.entries, { id, at, as, sight, forgetAt });
    cell.dirty = true;
    for (const last of memory.entries) {
      if (last.at < at || last.at - at > within || last.told) continue;
      const window = fullWindow(memory, last);
      if (!window) continue;
      last.told = true;
      meet(cell, hitOf(window, last, event, memory.endedAt), tell);
    }
    if (memory.entries.length > KEPT) drop(memory.entries);
  }

  /** What is counted together with `last`. */
  function windowOf({ entries, endedAt = Infinity }: CountingMemory, last: Entry): readonly Entry[] {
    const since = endedAt < last.at ? endedAt : -Infinity;
    return entries
      .slice(0, entries.indexOf(last) + 1)
      .filter(({ at }) => last.at - at <= within && at > since);
  }

  /** What is counted together with `last`; undefined when it is not enough. */
  function fullWindow(memory: CountingMemory, last: Entry): readonly Entry[] | undefined {
    const window = windowOf(memory, last);
    return sizeOf(window) >= atLeast ? window : undefined;
  }

  function hitOf(window: readonly Entry[], last: Entry, heard: SecurityEvent, endedAt = -Infinity): Hit {
    const { receivedAt } = heard;
    const { late, test: _test, simulated: _simulated, ...where } = last.sight;
    // What arrives late may complete a long window that is not over yet.
    const past = heard.flags.includes("late") && receivedAt - last.at > within;
    const sight: Sight = {
      ...where,
      ...((late ?? past) && { late: true }),
      ...(window.every((entry) => entry.sight.test) && { test: true }),
      ...(window.every((entry) => entry.sight.simulated) && { simulated: true }),
    };
    const { id, at } = last;
    return { id, at, eventId: id, detectedAt: receivedAt, sight, ...(endedAt >= at && { overAt: endedAt }) };
  }

  function end(cell: CountingCell, event: SecurityEvent, sight: Sight, tell: Tell): void {
    const { memory, episode } = cell;
    const { id, occurredAt: at, receivedAt } = event;
    if (memory.entries.length > 0 && at > (memory.endedAt ?? -Infinity)) {
      memory.endedAt = at;
      cell.dirty = true;
    }
    if (!episode || at < episode.began) return;
    const goesOn = memory.entries.some((last) => last.at > at && last.told && fullWindow(memory, last));
    if (!goesOn) finish(cell, at, receivedAt, sight, id, tell);
  }

  return {
    start: () => ({ entries: [] }),

    read(json) {
      const { entries, endedAt } = (json ?? {}) as Partial<CountingMemory>;
      if (!Array.isArray(entries)) return undefined;
      return { entries, ...(endedAt !== undefined && { endedAt }) };
    },

    idle: ({ entries }) => entries.length === 0,

    wakes: (told) => countedAs(told) !== undefined,

    fold(cell, told, tell) {
      const { role, event, device } = told;
      const as = countedAs(told);
      if (role === "until") end(cell, event, sightOf(event, device), tell);
      else if (as !== undefined) count(cell, told, as, tell);
    },

    fire(cell, now) {
      const { memory } = cell;
      if (memory.entries.some(({ forgetAt }) => forgetAt > now)) return;
      cell.memory = { entries: [] };
      cell.dirty = true;
    },

    standing({ memory }) {
      const last = memory.entries.at(-1);
      return last ? { counted: { have: sizeOf(windowOf(memory, last)), need: atLeast } } : {};
    },

    // One timer for the whole key; between events it makes no difference what is kept too long.
    due: ({ memory: { entries } }) =>
      entries.length === 0 ? Infinity : Math.max(...entries.map(({ forgetAt }) => forgetAt)),
  };
}

/** How many different ones there are. */
function sizeOf(window: readonly Entry[]): number {
  return new Set(window.map(({ as }) => as)).size;
}

function insert(entries: Entry[], entry: Entry): void {
  const place = entries.findLastIndex(({ at, id }) => at < entry.at || (at === entry.at && id < entry.id));
  entries.splice(place + 1, 0, entry);
}

/** Drops the oldest of those whose value came again; if none did, the oldest. */
function drop(entries: Entry[]): void {
  const later = new Set<Entry["as"]>();
  let least = 0;
  for (let i = entries.length - 1; i >= 0; i--) {
    const { as } = entries[i] ?? { as: "" };
    if (later.has(as)) least = i;
    later.add(as);
  }
  entries.splice(least, 1);
}
