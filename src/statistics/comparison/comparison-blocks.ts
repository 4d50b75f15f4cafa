import type { ComparisonInput } from "../../domain/comparison-input.ts";
import type {
  BayesEffect,
  ComparisonEffect,
  ControlledEffect,
  DisplacementEffect,
  EventStudy,
  PooledEffect,
  SeriesEffect,
} from "../../domain/comparison.ts";
import type { BeforeAfter } from "../controlled-counts.ts";
import { totalOf } from "../dispersion.ts";
import { type BinnedPeriods, overdispersedRelativeEffect } from "../overdispersed-relative-effect.ts";
import { bayesEffectOf, type SizedEstate } from "./bayes-effect.ts";
import { binsOf, type ObservedWindows, type TreatedCohort } from "./cohorts.ts";
import { controlledEffectOf } from "./controlled-effect.ts";
import { displacementEffectOf } from "./displacement-effect.ts";
import type { Grid } from "./grid.ts";
import { panelStudyOf } from "./panel-study.ts";
import { pooledEffectOf } from "./pooled-effect.ts";
import { recordedMonths, seriesEffectOf } from "./series-effect.ts";
import { staggeredStudyOf } from "./staggered-study.ts";
import { windowYears } from "./window-years.ts";

/** Each block filled, or the reason why it is not. */
export interface ComparisonBlocks {
  readonly controlled: ControlledEffect | string;
  readonly eb: BayesEffect | string;
  readonly pooled: PooledEffect | string;
  readonly its: SeriesEffect | string;
  readonly eventStudy: EventStudy | string;
  readonly displacement: DisplacementEffect | string;
  /** That treated and control moved alike before; null when nothing tells. */
  readonly parallelP: number | null;
}

const allNull = (reason: string): ComparisonBlocks => ({
  controlled: reason,
  eb: reason,
  pooled: reason,
  its: reason,
  eventStudy: reason,
  displacement: reason,
  parallelP: null,
});

/**
 * The blocks beside the plain effect, each by the engine its situation asks for. Bounded: a panel of 60
 * estates, a million steps of the bootstrap; all else grows with the number of estates.
 */
export const comparisonBlocks = (
  grid: Grid,
  cohorts: readonly TreatedCohort[],
  bins: BinnedPeriods,
  effect: ComparisonEffect,
  recorded: boolean,
  input: ComparisonInput,
): ComparisonBlocks => {
  const [first] = cohorts;
  if (first === undefined || !recorded) return allNull("NO_RECORDS");
  const { level } = input;
  const estates = cohorts.flatMap(({ estates: own, windows }) =>
    own.map((estate) => ({ estateId: estate.estateId, ...windowsOf(grid, [estate], windows) })),
  );
  const pooled =
    estates.length < 2
      ? "ONE_ESTATE"
      : (pooledEffectOf(estates.filter(hasExposure), effect.quasi?.phi ?? 1, level) ??
        "ALL_CASES_ON_ONE_SIDE");
  if (cohorts.length > 1) {
    return {
      ...allNull("SEVERAL_DATES"),
      pooled,
      eventStudy: settled(() => staggeredStudyOf(grid, cohorts, input.control, input)),
    };
  }
  const { windows, installedOn } = first;
  const months = recordedMonths(input.cuts, input.records);
  const single = {
    pooled,
    its: settled(() => seriesEffectOf(grid, input.treated, months, installedOn, level)),
    eb: settled(() => bayes(grid, first, input)),
    eventStudy: settled(() => panelStudyOf(grid, input.treated, input.control, windows, level)),
  };
  const control = binsOf(grid, input.control, windows);
  if (totalOf(control.before).exposure === 0 || totalOf(control.after).exposure === 0) {
    return { ...allNull("NO_CONTROL"), ...single };
  }
  return {
    ...single,
    controlled: controlledEffectOf(bins, control, input),
    displacement: displacement(grid, windows, bins, control, input),
    parallelP: parallel(single.eventStudy, bins, control, level),
  };
};

/** A fit that does not settle is a reason, not a fault of the question. */
const settled = <T>(fit: () => T): T | string => {
  try {
    return fit();
  } catch (error) {
    if (error instanceof RangeError) return "FIT_DID_NOT_SETTLE";
    throw error;
  }
};

const windowsOf = (
  grid: Grid,
  estates: ComparisonInput["control"],
  { before, seen }: ObservedWindows,
): BeforeAfter => ({ before: grid.total(estates, before), after: grid.total(estates, seen) });

const hasExposure = ({ before, after }: BeforeAfter): boolean => before.exposure > 0 && after.exposure > 0;

const bayes = (grid: Grid, { windows }: TreatedCohort, input: ComparisonInput): BayesEffect | string => {
  const sized = (estate: ComparisonInput["control"][number]): readonly SizedEstate[] => {
    const { before, after } = windowsOf(grid, [estate], windows);
    if (!hasExposure({ before, after })) return [];
    const years = windowYears(windows);
    return [
      {
        households: before.exposure / years.before,
        before: { count: before.count, exposure: years.before },
        after: { count: after.count, exposure: years.after },
      },
    ];
  };
  const treated = input.treated.flatMap(sized);
  return bayesEffectOf(treated, input.control.flatMap(sized), input.level);
};

const displacement = (
  grid: Grid,
  windows: ObservedWindows,
  bins: BinnedPeriods,
  control: BinnedPeriods,
  { buffer, bufferControl, level }: ComparisonInput,
): DisplacementEffect | string => {
  if (buffer.length === 0) return "NO_BUFFER";
  const beside = windowsOf(grid, buffer, windows);
  if (!hasExposure(beside)) return "NO_EXPOSURE_IN_BUFFER";
  const besideControl = windowsOf(grid, bufferControl, windows);
  return displacementEffectOf(
    totals(bins),
    totals(control),
    beside,
    hasExposure(besideControl) ? besideControl : null,
    level,
  );
};

const totals = ({ before, after }: BinnedPeriods): BeforeAfter => ({
  before: totalOf(before),
  after: totalOf(after),
});

/** By the panel's trends; else the first half of the months before against the second. */
const parallel = (
  study: EventStudy | string,
  { before: treated }: BinnedPeriods,
  { before: control }: BinnedPeriods,
  level: number,
): number | null => {
  if (typeof study !== "string" && study.preTrendP !== null) return study.preTrendP;
  const half = Math.floor(treated.length / 2);
  if (half === 0) return null;
  const halves = (months: BinnedPeriods["before"]): BinnedPeriods => ({
    before: months.slice(0, half),
    after: months.slice(half),
  });
  return overdispersedRelativeEffect(halves(treated), halves(control), level).decision?.pDecision ?? null;
};
