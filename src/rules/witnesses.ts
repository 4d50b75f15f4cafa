import type { Verification } from "../domain/incident.ts";
import type { EpochMs } from "../domain/time.ts";
import { hasMoment, withMoment, type Stretch } from "./stretches.ts";

/** Witnesses kept of a key in each list. */
const KEPT = 8;

/** Who says something, and in what way. JSON-safe. */
export interface Witness {
  readonly deviceId: string;
  readonly point?: string;
  /** The code in which it says so; absent: that of the rule's own condition. */
  readonly way?: string;
  /** What is only a test or simulated confirms nothing else, and nothing else confirms it. */
  readonly mark?: string;
}

/** A witness, and when it said so: stretches of moments no further apart than twice the time asked for. */
export interface Testimony extends Witness {
  readonly stretches: readonly Stretch[];
}

/**
 * How sure two witnesses make it: 2 for two devices, 1 for one device in two ways or at two points, 0 for
 * the same said again. A recorder or a panel is one device, with a point for each camera or zone: one fault
 * of it speaks at all of them. Two devices behind one gateway are two.
 */
function agreement(one: Witness, other: Witness): Verification {
  if (one.mark !== other.mark) return 0;
  if (one.deviceId !== other.deviceId) return 2;
  // A device as a whole and a point of it are no two points.
  const elsewhere = one.point !== undefined && other.point !== undefined && one.point !== other.point;
  return elsewhere || one.way !== other.way ? 1 : 0;
}

/** The most that any of the testimonies within `within` of a moment adds to a witness. */
export function surestOf(
  testimonies: readonly Testimony[],
  witness: Witness,
  at: EpochMs,
  within: number,
): Verification {
  let surest: Verification = 0;
  for (const testimony of testimonies) {
    const level = agreement(testimony, witness);
    if (level > surest && hasMoment(testimony.stretches, at - within, at + within)) surest = level;
  }
  return surest;
}

/** Adds what a witness said at `at`. Beyond the bound another is forgotten. */
export function withTestimony(
  testimonies: readonly Testimony[],
  witness: Witness,
  at: EpochMs,
  heard: EpochMs,
  within: number,
): readonly Testimony[] {
  const index = testimonies.findIndex((known) => isSame(known, witness));
  const known = testimonies[index];
  if (known) {
    const stretches = withMoment(known.stretches, at, heard, 2 * within);
    return testimonies.with(index, { ...witness, stretches });
  }
  const all = [...testimonies, { ...witness, stretches: [{ from: at, to: at, heard }] }];
  return all.length > KEPT ? withoutLeast(all) : all;
}

/** What was heard after `since`, by hub time. */
export function heardSince(testimonies: readonly Testimony[], since: EpochMs): readonly Testimony[] {
  const fresh = ({ heard }: Stretch): boolean => heard > since;
  // Nearly always, and asked with every event.
  if (testimonies.every(({ stretches }) => stretches.every(fresh))) return testimonies;
  return testimonies
    .map((testimony) => ({ ...testimony, stretches: testimony.stretches.filter(fresh) }))
    .filter(({ stretches }) => stretches.length > 0);
}

/** Hub time of the latest testimony. */
export function latestHeard(testimonies: readonly Testimony[]): EpochMs {
  return Math.max(-Infinity, ...testimonies.flatMap(({ stretches }) => stretches.map(({ heard }) => heard)));
}

/**
 * Forgets the one that was silent longest, of a device that has several if there is one: while events
 * arrive in order, those that are left answer as well.
 */
function withoutLeast(testimonies: readonly Testimony[]): readonly Testimony[] {
  const several = testimonies.filter((one) =>
    testimonies.some((other) => other !== one && other.deviceId === one.deviceId),
  );
  const [least] = (several.length > 0 ? several : testimonies).toSorted(
    (one, other) => latestHeard([one]) - latestHeard([other]),
  );
  return testimonies.filter((one) => one !== least);
}

function isSame(one: Witness, other: Witness): boolean {
  return (
    one.deviceId === other.deviceId &&
    one.point === other.point &&
    one.way === other.way &&
    one.mark === other.mark
  );
}
