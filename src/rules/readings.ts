import type { EpochMs } from "../domain/time.ts";
import { isKeptState } from "./kept-state.ts";
import type { Told } from "./operator.ts";

/** One reading of a device or point. JSON-safe. */
export interface Reading {
  /** Id of its event. */
  readonly id: string;
  /** Event time. */
  readonly at: EpochMs;
  /** Hub time of arrival. */
  readonly got: EpochMs;
  readonly value: number;
  readonly late?: true;
  readonly test?: true;
  readonly simulated?: true;
  /** It belongs to a run that was told. */
  told?: true;
}

/** On which side of the limit a reading is; undefined: in between, where nothing changes. */
type Side = "over" | "back" | undefined;

/** Tells the side of the reading at an index, of readings in order of event time. */
export type SideOf = (readings: readonly Reading[], index: number) => Side;

/** Readings over the limit with none back between them. */
export interface Run {
  /** The readings over the limit, in order; at least one. */
  readonly over: readonly [Reading, ...Reading[]];
  /** Event time of the first reading back; undefined: it goes on. */
  readonly overAt?: EpochMs;
}

/** The reading of an event; undefined when it has none, one that is no number, or one that a broker kept. */
export function readingOf({ event, value }: Told): Reading | undefined {
  if (isKeptState(event) || typeof value !== "number" || !Number.isFinite(value)) return undefined;
  const { id, occurredAt: at, receivedAt: got, flags } = event;
  return {
    id,
    at,
    got,
    value,
    ...(flags.includes("late") && { late: true }),
    ...(flags.includes("test") && { test: true }),
    ...(flags.includes("simulated") && { simulated: true }),
  };
}

/** The runs of readings in order of event time. */
export function runsOf(readings: readonly Reading[], sideOf: SideOf): Run[] {
  const runs: Run[] = [];
  let over: [Reading, ...Reading[]] | undefined;
  for (const [index, reading] of readings.entries()) {
    const side = sideOf(readings, index);
    if (side === "over") {
      if (over) over.push(reading);
      else over = [reading];
    } else if (side === "back" && over) {
      runs.push({ over, overAt: reading.at });
      over = undefined;
    }
  }
  if (over) runs.push({ over });
  return runs;
}

/** Puts a reading where it belongs by event time, and by id where that is equal; returns its index. */
export function insert(readings: Reading[], reading: Reading): number {
  const { at, id } = reading;
  const before = readings.findLastIndex((each) => each.at < at || (each.at === at && each.id < id));
  readings.splice(before + 1, 0, reading);
  return before + 1;
}

/** Sides of a limit with hysteresis. `sign` 1: over is above; -1: over is below. */
export function sidesOfLimit(limit: number, clears: number, sign: 1 | -1): SideOf {
  return (readings, index) => {
    const value = (readings[index]?.value ?? Number.NaN) * sign;
    if (value > limit * sign) return "over";
    return value < clears * sign ? "back" : undefined;
  };
}

/** Sides of a change: over is a reading that differs by `by` from one at most `within` milliseconds before it. */
export function sidesOfChange(by: number, within: number, sign: 1 | -1): SideOf {
  return (readings, index) => {
    const reading = readings[index];
    if (!reading) return undefined;
    for (let i = index - 1; i >= 0; i--) {
      const before = readings[i];
      if (!before || reading.at - before.at > within) break;
      if ((reading.value - before.value) * sign >= by) return "over";
    }
    return "back";
  };
}
