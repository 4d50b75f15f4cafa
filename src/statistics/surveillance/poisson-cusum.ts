import type { FieldFault } from "../../errors.ts";
import { demand, exposureFaults, unless } from "../checks.ts";
import { countSeriesFaults, exposureSeriesFaults } from "../series-checks.ts";

/** The rates a CUSUM tells apart, in events per exposure: at home on `normal`, tuned to find `shifted`. */
export interface CusumRates {
  readonly normal: number;
  readonly shifted: number;
}

/** One value per period, in order. */
export interface CusumPath {
  readonly sums: readonly number[];
  readonly alarms: readonly boolean[];
}

/** The shift the weekly chart looks for: to double the normal rate, or to half an event more. */
export const upwardRates = (normal: number): CusumRates => ({
  normal,
  shifted: Math.max(2 * normal, normal + 0.5),
});

/** The shift of the mirrored chart, which watches for improvement: to half the normal rate. */
export const downwardRates = (normal: number): CusumRates => ({ normal, shifted: normal / 2 });

/** Faults when the two rates are not both above 0 and different. */
export const cusumRateFaults = ({ normal, shifted }: CusumRates): readonly FieldFault[] => [
  ...exposureFaults("normal", normal),
  ...exposureFaults("shifted", shifted),
  ...unless(normal !== shifted, "shifted", "must differ from normal"),
];

/**
 * The reference value k = (λ₁ − λ₀) / ln(λ₁/λ₀), in events per exposure: what one period may hold without
 * moving the sum. Source: Lucas 1985, Technometrics 27:129.
 */
export const referenceValue = ({ normal, shifted }: CusumRates): number =>
  (shifted - normal) / Math.log(shifted / normal);

/**
 * Poisson CUSUM: C = max(0, C + x − k e) when `shifted` is above `normal`, else the mirrored
 * C = max(0, C + k e − x); an alarm while C ≥ `limit` (in events). `start` is the sum before the first
 * period: 0 after an alarm was acknowledged. Throws RangeError naming the fields. Source: Lucas 1985.
 */
export const poissonCusum = (
  rates: CusumRates,
  limit: number,
  counts: readonly number[],
  exposures: readonly number[],
  start = 0,
): CusumPath => {
  demand("poissonCusum", [
    ...cusumRateFaults(rates),
    ...exposureFaults("limit", limit),
    ...unless(Number.isFinite(start) && start >= 0, "start", "must be a number, 0 or more"),
    ...countSeriesFaults("counts", counts),
    ...exposureSeriesFaults("exposures", exposures, counts),
  ]);
  const k = referenceValue(rates);
  const sign = rates.shifted > rates.normal ? 1 : -1;
  let sum = start;
  const sums = counts.map((count, i) => {
    sum = Math.max(0, sum + sign * (count - k * (exposures[i] ?? Number.NaN)));
    return sum;
  });
  return { sums, alarms: sums.map((value) => value >= limit) };
};
