import { localHour } from "../day.ts";
import { createRandom, type Random } from "../random.ts";
import type { SimulatedDevice, SimulatedEstate } from "../world.ts";
import { AT_REST, habitsOf, type Habit } from "./habits.ts";
import type { Told } from "./message.ts";
import { weightAt } from "./rhythm.ts";

/** Something a device will tell, at a time of the script: milliseconds since 1970. */
export interface Planned {
  readonly at: number;
  readonly device: SimulatedDevice;
  readonly told: Told;
  /** The scenario it belongs to. */
  readonly scenario: string;
}

export interface ScriptOptions {
  readonly seed: number;
  /** How many hours of estate life an hour holds; 1 is real time. Shortens pauses, never what happens. */
  readonly speed: number;
  /** When the script begins; the hour of the day it starts in follows from it. */
  readonly from: number;
}

type Entry = { readonly at: number } & (
  | { readonly kind: "tell"; readonly planned: Planned }
  | {
      readonly kind: "arrival";
      readonly device: SimulatedDevice;
      readonly habit: Habit;
      readonly random: Random;
    }
);

const DAY_MS = 86_400_000;
/** The first states of the devices are told within this time, as bridges do after a start. */
const SETTLING_MS = 3_000;

/**
 * Everything the devices of an estate will tell, in order and without end. The same options give the
 * same script. A device does one thing at a time; what would begin meanwhile does not happen.
 */
export function* writeScript(estate: SimulatedEstate, options: ScriptOptions): Generator<Planned, never> {
  const { seed, speed, from } = options;
  const queue: Entry[] = [];
  const busyUntil = new Map<string, number>();

  for (const device of estate.devices) {
    const random = createRandom(seed, "script", estate.id, device.id);
    const rest = AT_REST[device.role];
    if (rest) {
      const at = from + random.whole(0, SETTLING_MS);
      insert(queue, tell({ at, device, told: { kind: "zigbee", changes: rest }, scenario: "atRest" }));
    }
    for (const habit of habitsOf(device.role, estate)) {
      const own = createRandom(seed, "script", estate.id, device.id, habit.name);
      insert(queue, { at: from + pause(own, habit), kind: "arrival", device, habit, random: own });
    }
  }

  for (;;) {
    const entry = queue.pop();
    if (!entry) throw new Error(`nothing happens in ${estate.id}`);
    if (entry.kind === "tell") yield entry.planned;
    else arrive(entry);
  }

  /** Mean time to the next candidate; candidates are as frequent as the busiest hour. */
  function pause(random: Random, { perDay, rhythm }: Habit): number {
    return random.exponential(DAY_MS / (perDay * rhythm.peak * speed));
  }

  function arrive(entry: Extract<Entry, { kind: "arrival" }>): void {
    const { at, device, habit, random } = entry;
    insert(queue, { ...entry, at: at + pause(random, habit) });
    const hour = localHour(from + (at - from) * speed);
    const happens = random.chance(weightAt(habit.rhythm, hour) / habit.rhythm.peak);
    if (!happens || at < (busyUntil.get(device.id) ?? 0)) return;
    let when = at;
    for (const { afterMs, told } of habit.scenario(random)) {
      when += afterMs;
      insert(queue, tell({ at: when, device, told, scenario: habit.name }));
    }
    busyUntil.set(device.id, when + 1);
  }
}

function tell(planned: Planned): Entry {
  return { at: planned.at, kind: "tell", planned };
}

/** Keeps the queue in falling order of time, so that the next entry is at its end; equals keep their order. */
function insert(queue: Entry[], entry: Entry): void {
  let low = 0;
  let high = queue.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((queue[middle] as Entry).at > entry.at) low = middle + 1;
    else high = middle;
  }
  queue.splice(low, 0, entry);
}
