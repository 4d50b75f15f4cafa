import { demand, unless } from "../checks.ts";
import { countSeriesFaults, wholeFaults } from "../series-checks.ts";

/** How the EARS statistics are set. */
export interface EarsSetting {
  /** Days of the moving baseline, 2 to 60. */
  readonly baseline: number;
  /** The least standard deviation, in events, so that a silent week does not alarm at anything. */
  readonly leastDeviation: number;
  /** A statistic above its threshold alarms. */
  readonly thresholds: { readonly c1: number; readonly c2: number; readonly c3: number };
}

/** A statistic from its first day on. */
export interface EarsStatistic {
  /** Index (from 0) in the counts of the first day that has enough days before it. */
  readonly first: number;
  readonly values: readonly number[];
  readonly alarms: readonly boolean[];
}

/** A statistic with the count that would just not alarm, for each day. */
export interface EarsBounded extends EarsStatistic {
  readonly bounds: readonly number[];
}

/** The usual setting: seven days, half an event, three deviations. */
const DEFAULT_EARS: EarsSetting = {
  baseline: 7,
  leastDeviation: 0.5,
  thresholds: { c1: 3, c2: 3, c3: 2 },
};

const GUARD_DAYS = 2;

/**
 * EARS for a young daily series of counts. With mean and standard deviation of the `baseline` days before,
 * C1 = (x − mean) / max(sd, leastDeviation); C2 the same with the last two days left out of the baseline;
 * C3 = Σ over today and the two days before of max(0, C2 − 1).
 * A series too short for a statistic gives no values. Throws RangeError naming the fields.
 * Source: Hutwagner et al. 2003, J Urban Health 80:i89; Fricker, Hegler & Dunfee 2008, Stat Med 27:3407.
 */
export const ears = (
  counts: readonly number[],
  { baseline, leastDeviation, thresholds }: EarsSetting = DEFAULT_EARS,
): { readonly c1: EarsBounded; readonly c2: EarsBounded; readonly c3: EarsStatistic } => {
  demand("ears", [
    ...countSeriesFaults("counts", counts),
    ...wholeFaults("baseline", baseline, 2, 60),
    ...unless(leastDeviation >= 0, "leastDeviation", "must be a number, 0 or more"),
  ]);
  const c2 = shewhart(counts, baseline, GUARD_DAYS, leastDeviation, thresholds.c2);
  const excess = c2.values.map((value) => Math.max(0, value - 1));
  const c3 = excess.slice(GUARD_DAYS).map((_, i) => sumOf(excess.slice(i, i + GUARD_DAYS + 1)));
  return {
    c1: shewhart(counts, baseline, 0, leastDeviation, thresholds.c1),
    c2,
    c3: { first: c2.first + GUARD_DAYS, values: c3, alarms: c3.map((value) => value > thresholds.c3) },
  };
};

const shewhart = (
  counts: readonly number[],
  baseline: number,
  guard: number,
  leastDeviation: number,
  threshold: number,
): EarsBounded => {
  const first = baseline + guard;
  const days = counts.slice(first).map((count, i) => {
    const before = counts.slice(i, i + baseline);
    const mean = sumOf(before) / baseline;
    const sd = Math.sqrt(sumOf(before.map((x) => (x - mean) ** 2)) / (baseline - 1));
    const scale = Math.max(sd, leastDeviation);
    // with no deviation at all the statistic is 0 on an unchanged day and infinite on any other
    return { value: count === mean ? 0 : (count - mean) / scale, bound: mean + threshold * scale };
  });
  return {
    first,
    values: days.map(({ value }) => value),
    alarms: days.map(({ value }) => value > threshold),
    bounds: days.map(({ bound }) => bound),
  };
};

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
