import { z } from "zod";
import { MINUTE, type EpochMs } from "../domain/time.ts";
import { sightOf, type Cell, type Sight } from "./cell.ts";
import { finish, meet } from "./episode.ts";
import { durationOrThreshold, expression, group } from "./expression.ts";
import { isKeptState } from "./kept-state.ts";
import type { OperatorKind } from "./operator-kind.ts";
import type { Operator } from "./operator.ts";
import { waitsFor } from "./standing.ts";

/** A limit is noted in so many parts, so that a restart of the hub finds how long it has listened. */
const PARTS = 24;

/** The latest sign of a key: all that `absent` remembers. */
interface Sign {
  readonly id: string;
  /** Event time. */
  readonly at: EpochMs;
  readonly sight: Sight;
  /** Hub time up to which nothing was missed. */
  listened: EpochMs;
  /** How often `listened` is noted, milliseconds. */
  readonly every: number;
  /** Hub time at which the silence after it is long enough. */
  due: EpochMs;
  /** The silence after it has been told. */
  told?: true;
}

/** What `absent` remembers of a key. */
interface AbsentMemory {
  sign?: Sign;
}

const schema = z
  .strictObject(
    {
      of: expression.meta({ description: "Condition of the events that are signs of life." }),
      for: durationOrThreshold.meta({
        description: "How long there must be none: a duration, or $threshold for what the schedule chooses.",
      }),
    },
    group,
  )
  .meta({ description: "Nothing of a kind for a time, after there was some." });

/** `absent`: nothing of a kind for a time. */
export const absent: OperatorKind<z.output<typeof schema>> = {
  name: "absent",
  schema,
  roles: [{ role: "sign", path: ["of"] }],
  endsItself: true,
  usesSchedule: (written) =>
    typeof written === "object" && written !== null && "for" in written && written.for === "$threshold",
  meaning: ({ for: needed }) => ({ needed }),
  build({ for: needed }, { scheduled }) {
    return createAbsent(typeof needed === "number" || !scheduled ? () => Number(needed) : scheduled);
  },
};

/**
 * Silence after a sign. The first sign arms the key: what was never heard cannot be missed.
 *
 *     sign ── limit ──▶ met ── next sign ──▶ ended, and armed again
 *       └── next sign before the limit: armed anew      └── time-out: forgotten until the next sign
 *
 * The decision falls at max(event time, hub time) of the latest sign + limit. Signs count by their own
 * time, in whichever order they arrive; one that is no newer than the latest says nothing. A repeat and
 * an initial state are signs too, a state that the broker kept is none.
 *
 * It is the present silence that is told: neither the lateness of the last sign nor that it was a test
 * makes it late or a test. What the hub could not hear because it was off is no silence: the decision
 * waits that much longer, and up to a 24th of the limit (or a minute) more, as that is how exactly the
 * hub knows since when it was off.
 *
 * Memory: one sign for a key, nothing is lost at any bound.
 */
function createAbsent(limit: (at: EpochMs, zone: string) => number): Operator<AbsentMemory> {
  return {
    start: () => ({}),

    read: readMemory,

    idle: ({ sign }) => sign === undefined || sign.told === true,

    wakes: ({ event }) => !isKeptState(event),

    fold(cell, { event, device }, tell) {
      if (isKeptState(event)) return;
      const { id, occurredAt: at, receivedAt } = event;
      const before = remembered(cell);
      if (before && at <= before.at) return;
      const { late: _late, test: _test, ...sight } = sightOf(event, device);
      finish(cell, at, receivedAt, sight, id, tell);
      const needed = limit(at, device.zone);
      const every = Math.max(needed / PARTS, MINUTE);
      const due = Math.max(at, receivedAt) + needed;
      cell.memory.sign = { id, at, sight, listened: receivedAt, every, due };
      cell.dirty = true;
    },

    fire(cell, now, tell) {
      const { sign } = cell.memory;
      if (!sign || sign.told || nextOf(sign) > now) return;
      sign.listened = now;
      if (sign.due > now) return;
      sign.told = true;
      const { id, at, sight } = sign;
      meet(cell, { id, at, detectedAt: now, sight }, tell);
    },

    standing: ({ memory: { sign } }) => waitsFor([sign && !sign.told ? sign.due : undefined]),

    due: ({ memory: { sign } }) => (sign && !sign.told ? nextOf(sign) : Infinity),

    resume(cell, now) {
      const { sign } = cell.memory;
      if (!sign || sign.told || sign.listened >= now) return;
      sign.due += now - sign.listened;
      sign.listened = now;
      cell.dirty = true;
    },
  };
}

/** Hub time at which there is something to note or to tell. */
function nextOf({ due, listened, every }: Sign): EpochMs {
  return Math.min(due, listened + every);
}

/** After its time-out an episode leaves nothing behind, whether or not the key was forgotten meanwhile. */
function remembered({ memory: { sign }, episode }: Cell<AbsentMemory>): Sign | undefined {
  return sign?.told && !episode ? undefined : sign;
}

function readMemory(json: unknown): AbsentMemory | undefined {
  if (typeof json !== "object" || json === null) return undefined;
  const { sign } = json as AbsentMemory;
  if (sign === undefined) return {};
  return [sign.at, sign.due, sign.listened, sign.every].every(Number.isFinite) ? { sign } : undefined;
}
