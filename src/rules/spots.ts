import type { EpochMs } from "../domain/time.ts";
import { sightOf, type Cell, type Sight, type Tell } from "./cell.ts";
import type { Told } from "./operator.ts";
import type { Reading } from "./readings.ts";

/** Devices and points followed for one key. */
const SPOT_LIMIT = 64;

/** What `threshold` remembers of a key. */
export interface CrossingMemory {
  spots: Spot[];
}

/** One device or point, and what is known of its readings. JSON-safe. */
export interface Spot {
  /** As the latest reading has it. */
  where: Omit<Sight, "late" | "test" | "simulated">;
  /** Hub time of the latest reading. */
  heard: EpochMs;
  /** In order of event time. */
  readings: Reading[];
  /** The latest readings are over the limit. */
  on: boolean;
  /** Hub time at which a run is decided. */
  due?: EpochMs;
}

/**
 * The spot of an event, followed from now on. Of more than 64 the one is lost, and counted, that was quiet
 * longest, of those with nothing going on if there are any.
 */
export function spotOf(
  { memory, rule, key }: Cell<CrossingMemory>,
  { event, device }: Told,
  tell: Tell,
): Spot {
  const { late: _late, test: _test, simulated: _simulated, ...where } = sightOf(event, device);
  const { receivedAt: heard } = event;
  const known = memory.spots.find(
    (spot) => spot.where.deviceId === where.deviceId && spot.where.point === where.point,
  );
  if (known) return Object.assign(known, { where, heard });
  const spot: Spot = { where, heard, readings: [], on: false };
  if (memory.spots.length >= SPOT_LIMIT) {
    const [gone] = memory.spots.toSorted(
      (a, b) => Number(isBusy(a)) - Number(isBusy(b)) || a.heard - b.heard,
    );
    memory.spots = memory.spots.filter((each) => each !== gone);
    tell.lost(rule.id, heard, `More than ${SPOT_LIMIT} devices or points are followed for ${key}.`);
  }
  memory.spots.push(spot);
  return spot;
}

function isBusy({ on, due }: Spot): boolean {
  return on || due !== undefined;
}
