import { MINUTE, type EpochMs } from "../domain/time.ts";
import type { Cell, Sight, Tell } from "./cell.ts";
import { leave, meet, memberOf, prolong } from "./episode.ts";
import type { Operator } from "./operator.ts";
import { insert, readingOf, runsOf, type Reading, type Run, type SideOf } from "./readings.ts";
import { spotOf, type CrossingMemory, type Spot } from "./spots.ts";
import { waitsFor } from "./standing.ts";

/** Readings kept of one device or point. */
const READING_LIMIT = 64;
/** How long a reading is kept for others that arrive out of order, by hub time. */
const REMEMBER = 10 * MINUTE;

type CrossingCell = Cell<CrossingMemory>;

/** What counts as crossing. */
export interface CrossingOptions {
  readonly sideOf: SideOf;
  /** How long it must last, milliseconds; 0: one reading is enough. */
  readonly needed: number;
  /** How far back a reading is compared with others, milliseconds; 0: not at all. */
  readonly within: number;
}

/**
 * Readings that go over a limit and come back, per device and point.
 *
 *     over ── needed ──▶ met ──────── back ──▶ ended           event time decides how long it lasted,
 *       └── back before that: nothing                          hub time when it is decided
 *
 * A reading stands until the next one. It is news even where the hub calls it a repeat or an initial
 * state: transitions look at code and phase, not at values. Readings may arrive in any order: until a
 * run is told they are read in order of their times; what was told is not taken back.
 *
 * Memory: 64 readings of each of 64 devices and points, and no reading longer than what is compared and
 * ten minutes, but the first of a run that goes on. A device or point that is lost is counted, and so is
 * a reading that would still have been compared.
 */
export function createCrossing({ sideOf, needed, within }: CrossingOptions): Operator<CrossingMemory> {
  const keep = REMEMBER + Math.max(needed, within);

  /** Hub time at which an untold run is decided; Infinity when it was too short. */
  function dueOf({ over, overAt }: Run): EpochMs {
    const [{ at, told }] = over;
    if (told || (overAt ?? Infinity) - at < needed) return Infinity;
    return Math.min(...over.map((reading) => Math.max(reading.at, reading.got))) + needed;
  }

  /** Drops what is too old to matter, and the oldest beyond the bound. */
  function trim(cell: CrossingCell, spot: Spot, runs: readonly Run[], now: EpochMs, tell: Tell): void {
    const last = runs.at(-1);
    // The beginning of what goes on is kept however old it is.
    const anchor = last?.overAt === undefined ? last?.over[0] : undefined;
    // From the front only: what ended a run must not go before the run.
    const fresh = spot.readings.findIndex((reading) => reading !== anchor && reading.got + keep > now);
    const since = fresh < 0 ? Infinity : fresh;
    spot.readings = spot.readings.filter((reading, index) => reading === anchor || index >= since);
    if (spot.readings.length <= READING_LIMIT) return;
    const [gone] = spot.readings.splice(spot.readings[0] === anchor ? 1 : 0, 1);
    const run = runs.find(({ over }) => over[0] === gone);
    if (run && dueOf(run) < Infinity) tellRun(cell, spot, run, now, tell);
    if (gone && (spot.readings.at(-1)?.at ?? 0) - gone.at <= within) {
      tell.lost(cell.rule.id, now, `More than ${READING_LIMIT} readings within the time of ${cell.key}.`);
    }
  }

  /** Takes in a reading at a spot that is followed. */
  function take(cell: CrossingCell, spot: Spot, reading: Reading, tell: Tell): void {
    const { id, at, got } = reading;
    const index = insert(spot.readings, reading);
    if (sideOf(spot.readings, index) === undefined) spot.readings.splice(index, 1);

    const runs = runsOf(spot.readings, sideOf);
    for (const run of runs) {
      if (run.over.some(({ told }) => told)) markTold(run);
      else if (needed === 0) tellRun(cell, spot, run, got, tell, id);
    }
    const last = runs.at(-1);
    spot.on = last !== undefined && last.overAt === undefined;
    if (!spot.on && memberOf(cell, spot.where)) leave(cell, last?.overAt ?? at, got, spot.where, id, tell);
    if (last && spot.on) goOn(cell, spot, last, reading, tell);
    trim(cell, spot, runs, got, tell);
    setDue(spot, runs, got);
  }

  function setDue(spot: Spot, runs: readonly Run[], now: EpochMs): void {
    const due = Math.min(...runs.map(dueOf));
    if (due < Infinity) spot.due = Math.max(due, now);
    else delete spot.due;
  }

  const forgetAt = ({ rule }: CrossingCell, { heard, on }: Spot): EpochMs =>
    heard + (on ? Math.max(keep, rule.timeOut) : keep);

  return {
    start: () => ({ spots: [] }),

    read(json) {
      const { spots } = (json ?? {}) as Partial<CrossingMemory>;
      return Array.isArray(spots) && spots.every(({ readings }) => Array.isArray(readings))
        ? { spots }
        : undefined;
    },

    idle: ({ spots }) => spots.length === 0,

    wakes: (told) => readingOf(told) !== undefined,

    fold(cell, told, tell) {
      const reading = readingOf(told);
      if (!reading) return;
      const spot = spotOf(cell, told, tell);
      take(cell, spot, reading, tell);
      cell.dirty = true;
    },

    fire(cell, now, tell) {
      const ripe: { readonly spot: Spot; readonly run: Run; readonly due: EpochMs }[] = [];
      for (const spot of cell.memory.spots) {
        if (spot.due === undefined || spot.due > now) continue;
        const runs = runsOf(spot.readings, sideOf);
        for (const run of runs) if (dueOf(run) <= now) ripe.push({ spot, run, due: dueOf(run) });
        setDue(
          spot,
          runs.filter((run) => dueOf(run) > now),
          now,
        );
      }
      for (const { spot, run } of ripe.toSorted(byDue)) tellRun(cell, spot, run, now, tell);
      cell.memory.spots = cell.memory.spots.filter(
        (spot) => spot.due !== undefined || forgetAt(cell, spot) > now,
      );
    },

    standing: ({ memory: { spots } }) => waitsFor(spots.map(({ due }) => due)),

    due(cell) {
      let due = Infinity;
      for (const spot of cell.memory.spots) due = Math.min(due, spot.due ?? forgetAt(cell, spot));
      return due;
    },
  };
}

/** A run goes on: the time-out starts again, or what had timed out begins anew. */
function goOn(cell: CrossingCell, spot: Spot, { over }: Run, reading: Reading, tell: Tell): void {
  const { at, got, id } = reading;
  const { episode, rule } = cell;
  const told = over[0].told === true;
  const hasTimedOut = !episode || at > episode.seen + rule.timeOut;
  if (told && hasTimedOut && over.at(-1) === reading) {
    meet(cell, { id, at, eventId: id, detectedAt: got, sight: sightIn(spot, [reading]) }, tell);
  } else if (told || memberOf(cell, spot.where)) {
    prolong(cell, at, got);
  }
}

function tellRun(
  cell: CrossingCell,
  spot: Spot,
  run: Run,
  detectedAt: EpochMs,
  tell: Tell,
  eventId?: string,
): void {
  const { over, overAt } = run;
  const [{ id, at }] = over;
  markTold(run);
  const hit = { id, at, detectedAt, sight: sightIn(spot, over), ...(eventId !== undefined && { eventId }) };
  meet(cell, overAt === undefined ? hit : { ...hit, overAt }, tell);
}

/** A run is late when its first reading is, a test or simulated when all of them are. */
function sightIn({ where }: Spot, over: Run["over"]): Sight {
  return {
    ...where,
    ...(over[0].late && { late: true }),
    ...(over.every(({ test }) => test) && { test: true }),
    ...(over.every(({ simulated }) => simulated) && { simulated: true }),
  };
}

function markTold({ over }: Run): void {
  for (const reading of over) reading.told = true;
}

function byDue(a: { run: Run; due: EpochMs }, b: { run: Run; due: EpochMs }): number {
  return a.due - b.due || a.run.over[0].at - b.run.over[0].at;
}
