import { demand, exposureFaults, unless } from "../checks.ts";
import { poissonTails } from "./count-tails.ts";
import { type Replication, replicationFaults, seededRandom, shuffle } from "../seeded-random.ts";

/** Where and when something happened: metres on a plane, and a day number (fractions allowed). */
export interface PlacedEvent {
  readonly x: number;
  readonly y: number;
  readonly day: number;
}

/** What counts as near: at most this many metres and days apart. */
export interface Nearness {
  readonly metres: number;
  readonly days: number;
}

/** Pairs of events that are near in both respects, against what chance would give. */
export interface KnoxTest {
  /** n (n − 1) / 2. */
  readonly pairs: number;
  readonly closeSpace: number;
  readonly closeTime: number;
  /** Pairs close in both. */
  readonly observed: number;
  /** closeSpace × closeTime / pairs. */
  readonly expected: number;
  /** observed / expected; null when nothing is expected. */
  readonly ratio: number | null;
  /** P(X ≥ observed), X Poisson of mean `expected`: a quick look, too small when pairs come in bursts. */
  readonly pPoisson: number;
  /** (1 + permutations of the days with as many close pairs) / (permutations + 1): decide on this. */
  readonly pPermutation: number;
}

const MAX_EVENTS = 3000;
/** Pairs looked at over all permutations: about ten seconds. */
const MAX_LOOKS = 3e8;

/**
 * Knox test of near repeats: do events follow each other closely in space and time more often than when
 * the days were dealt to the places at random? Work is bounded: at most 3000 events, and permutations look
 * only at the pairs close in space, at most 3e8 looks altogether.
 * Throws RangeError naming the fields. Source: Knox 1964, Appl Stat 13:25; Mantel 1967, Cancer Res 27:209.
 */
export const knox = (events: readonly PlacedEvent[], near: Nearness, replication: Replication): KnoxTest => {
  demand("knox", [
    ...unless(
      events.length >= 2 && events.length <= MAX_EVENTS,
      "events",
      `must be 2 to ${MAX_EVENTS} events`,
    ),
    ...events.flatMap(({ x, y, day }, i) =>
      unless([x, y, day].every(Number.isFinite), `events[${i}]`, "must have finite x, y and day"),
    ),
    ...exposureFaults("metres", near.metres),
    ...exposureFaults("days", near.days),
    ...replicationFaults(replication),
  ]);
  const closePlaces = pairsWithin(events, near.metres);
  const closeSpace = closePlaces.length / 2;
  demand(
    "knox",
    unless(
      closeSpace * replication.replicates <= MAX_LOOKS,
      "replicates",
      `has too much work with ${closeSpace} close pairs`,
    ),
  );
  const days = Float64Array.from(events, ({ day }) => day);
  const pairs = (events.length * (events.length - 1)) / 2;
  const closeTime = countCloseDays(days, near.days);
  const observed = closeInTime(closePlaces, days, near.days);
  const expected = (closeSpace * closeTime) / pairs;
  const random = seededRandom(replication.seed);
  let asMany = 0;
  for (let run = 0; run < replication.replicates; run += 1) {
    shuffle(days, random);
    if (closeInTime(closePlaces, days, near.days) >= observed) asMany += 1;
  }
  return {
    pairs,
    closeSpace,
    closeTime,
    observed,
    expected,
    ratio: expected === 0 ? null : observed / expected,
    pPoisson: expected === 0 ? 1 : poissonTails(observed, expected).atLeast,
    pPermutation: (1 + asMany) / (replication.replicates + 1),
  };
};

/** The index pairs of events at most `metres` apart, one after the other. */
const pairsWithin = (events: readonly PlacedEvent[], metres: number): Int32Array => {
  const pairs: number[] = [];
  for (const [i, one] of events.entries()) {
    for (let j = i + 1; j < events.length; j += 1) {
      const other = events[j];
      if (other !== undefined && Math.hypot(one.x - other.x, one.y - other.y) <= metres) pairs.push(i, j);
    }
  }
  return Int32Array.from(pairs);
};

/** Pairs of days at most `span` apart, among all pairs. */
const countCloseDays = (days: Float64Array, span: number): number => {
  const sorted = days.toSorted();
  let close = 0;
  let first = 0;
  for (const [i, day] of sorted.entries()) {
    while (day - (sorted[first] ?? day) > span) first += 1;
    close += i - first;
  }
  return close;
};

const closeInTime = (pairs: Int32Array, days: Float64Array, span: number): number => {
  let close = 0;
  for (let i = 0; i < pairs.length; i += 2) {
    if (Math.abs((days[pairs[i] ?? 0] ?? 0) - (days[pairs[i + 1] ?? 0] ?? 0)) <= span) close += 1;
  }
  return close;
};
