import { demand, exposureFaults, unless } from "../checks.ts";
import { countSeriesFaults } from "../series-checks.ts";

/** How an EWMA chart is set: weight of the newest count (0 to 1] and width in standard errors. */
export interface EwmaSetting {
  readonly weight: number;
  readonly width: number;
}

/** One value per period, in order. */
export interface EwmaPath {
  readonly means: readonly number[];
  /** Upper limits; they widen towards their final value. */
  readonly limits: readonly number[];
  readonly alarms: readonly boolean[];
}

/** The setting of the paper's example, which finds moderate shifts soonest. */
const DEFAULT_EWMA: EwmaSetting = { weight: 0.2, width: 2.7 };

/**
 * Poisson EWMA for counts of equal exposure with mean `normal`: z₀ = normal, z = w x + (1 − w) z;
 * upper limit normal + L √(normal · w/(2 − w) · (1 − (1 − w)^2t)); an alarm while z is above it.
 * Throws RangeError naming the fields. Source: Borror, Champ & Rigdon 1998, J Qual Technol 30:352.
 */
export const poissonEwma = (
  normal: number,
  counts: readonly number[],
  { weight, width }: EwmaSetting = DEFAULT_EWMA,
): EwmaPath => {
  demand("poissonEwma", [
    ...exposureFaults("normal", normal),
    ...unless(weight > 0 && weight <= 1, "weight", "must be above 0 and at most 1"),
    ...exposureFaults("width", width),
    ...countSeriesFaults("counts", counts),
  ]);
  let mean = normal;
  const means = counts.map((count) => {
    mean = weight * count + (1 - weight) * mean;
    return mean;
  });
  const limits = counts.map(
    (_, i) =>
      normal + width * Math.sqrt(normal * (weight / (2 - weight)) * (1 - (1 - weight) ** (2 * (i + 1)))),
  );
  return { means, limits, alarms: means.map((value, i) => value > (limits[i] ?? Number.NaN)) };
};
