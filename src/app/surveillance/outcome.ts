import type { Cluster, Detector, FoundAnomaly } from "../../domain/surveillance.ts";
import { TAXONOMY, type Category } from "../../domain/taxonomy.ts";
import type { TimeSpan } from "../../domain/exposure.ts";
import { benjaminiHochberg } from "../../statistics/benjamini-hochberg.ts";
import type { Opening, Watch } from "../../store/watch.ts";

/** Version of all detectors and their settings; part of what an incident names as its rule. */
export const METHOD_VERSION = "1";

/** Share of expected false findings among all that one run of a detector opens. */
const MOST_FALSE = 0.05;

/** A span is no data below this share of device-hours: down-time is not quiet. */
const LEAST_COVERAGE = 0.8;

/**
 * Why an estate, or a category of it, was not judged in a run: `noData` it was away in the span ·
 * `shortBaseline` too little data before it · `fewEvents` too few to tell a change · `noLocation` it is not
 * known where it lies · `tooMany` more events than can be worked through ·
 * `noFit` its past follows no baseline.
 */
export type LeftOut = "noData" | "shortBaseline" | "fewEvents" | "noLocation" | "tooMany" | "noFit";

/** What a run found, and how much it looked at. */
export interface Outcome {
  readonly anomalies: readonly FoundAnomaly[];
  readonly clusters: readonly Cluster[];
  /** Things judged: what q allows for. */
  readonly tests: number;
  readonly leftOut: Readonly<Partial<Record<LeftOut, number>>>;
}

/** Counts by reason. */
export interface Tally {
  readonly add: (reason: LeftOut) => void;
  readonly counts: Partial<Record<LeftOut, number>>;
}

/** Makes a tally. */
export function tallyOf(): Tally {
  const counts: Partial<Record<LeftOut, number>> = {};
  return {
    add: (reason) => {
      counts[reason] = (counts[reason] ?? 0) + 1;
    },
    counts,
  };
}

/** An alarm of a detector before all others of its run are known. */
export interface Alarm extends Omit<FoundAnomaly, "evidence" | "version" | "detector"> {
  readonly evidence: { readonly expected: number; readonly observed: number; readonly p: number };
}

/** Something judged: its p, and the alarm if the detector raises one. */
export interface Judged {
  readonly p: number;
  readonly alarm?: Alarm;
}

/**
 * The alarms whose q (Benjamini & Hochberg over all `tests` of the run) is at most 0.05. What was tested and
 * is not among `judged` counts with p = 1, which can only make q larger. `always`: q is told, not decided on.
 */
export function afterAllTests(
  detector: Detector,
  judged: readonly Judged[],
  tests: number,
  always = false,
): readonly FoundAnomaly[] {
  const silent = Math.max(0, tests - judged.length);
  const qs = benjaminiHochberg([...judged.map(({ p }) => p), ...Array.from({ length: silent }, () => 1)]);
  return judged.flatMap(({ alarm }, index) => {
    const q = qs[index] ?? 1;
    if (!alarm || !(always || q <= MOST_FALSE)) return [];
    return [{ ...alarm, detector, version: METHOD_VERSION, evidence: { ...alarm.evidence, q } }];
  });
}

/** The category of a code, when it is one that is watched; what is only information is not. */
export function watchedCategory(type: string): Category | undefined {
  const category = TAXONOMY[type]?.category;
  return category === "info" ? undefined : category;
}

/** The code that stands most often among the openings; the first in the alphabet of equals. */
export function commonestType(openings: readonly Opening[]): string {
  const counts = new Map<string, number>();
  for (const { type } of openings) counts.set(type, (counts.get(type) ?? 0) + 1);
  const [first = ["", 0]] = [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return first[0];
}

/** The observed share of each span, 0 where it is no data: unknown, or below 80 %. */
export async function observedShares(
  watch: Pick<Watch, "coverage">,
  estateId: string,
  spans: readonly TimeSpan[],
): Promise<readonly number[]> {
  const shares = await watch.coverage(estateId, spans);
  return shares.map((share) => (share !== null && share >= LEAST_COVERAGE ? share : 0));
}

/** The spans between ascending bounds. */
export function spansBetween(bounds: readonly number[]): readonly TimeSpan[] {
  return bounds.slice(1).map((to, index) => ({ from: bounds[index] ?? to, to }));
}

/** Index of the span of ascending bounds that `at` lies in; −1 when it lies in none. */
export function spanIndex(bounds: readonly number[], at: number): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((bounds[middle] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low >= bounds.length ? -1 : low - 1;
}
