/** The period in which a cohort was first treated; null for the estates that never were. */
export type Cohort = number | null;

/** Which estates a cohort is compared with. */
export type ControlGroup = "never-treated" | "not-yet-treated";

/** The outcome of groups of cohorts over time. */
export interface CohortOutcome {
  /** The cohorts, the never treated among them, with their number of estates. */
  readonly cohorts: readonly { readonly cohort: Cohort; readonly size: number }[];
  /** Period numbers, ascending. */
  readonly periods: readonly number[];
  /** The pooled outcome of some cohorts in a period; null when it has no finite value. */
  readonly valueOf: (cohorts: readonly Cohort[], period: number) => number | null;
}

/** The effect on one cohort in one period. */
export interface GroupTimeEffect {
  readonly cohort: number;
  readonly period: number;
  /** Null when a value it needs, or its control group, is missing. */
  readonly att: number | null;
}

/** The effects and their averages; null wherever a part is null, so that gaps never pass for zeros. */
export interface StaggeredEffects {
  readonly byPeriod: readonly GroupTimeEffect[];
  /** By periods since the treatment (below 0 is before it: should be about 0), weighted by cohort size. */
  readonly dynamic: readonly { readonly since: number; readonly att: number | null }[];
  /** Plain mean of `dynamic` from 0 on. */
  readonly overallDynamic: number | null;
  /** Mean over the treated periods of each cohort. */
  readonly byCohort: readonly { readonly cohort: number; readonly att: number | null }[];
  /** Mean of `byCohort`, weighted by cohort size. */
  readonly overallCohort: number | null;
}

/**
 * Group-time effects ATT(g, t) = [Y_g,t − Y_g,b] − [Y_C,t − Y_C,b] without covariates: b is the last period
 * before g for t ≥ g, and the period before t earlier on. C are the never treated, or all not yet treated
 * at max(t, b). A cohort treated from the first period on has no base and is left out.
 * Source: Callaway & Sant'Anna 2021, J Econometrics 225:200.
 */
export const staggeredAtt = (outcome: CohortOutcome, control: ControlGroup): StaggeredEffects => {
  const { periods } = outcome;
  const first = periods[0] ?? Number.POSITIVE_INFINITY;
  const treated = outcome.cohorts
    .flatMap(({ cohort, size }) => (cohort === null || cohort <= first ? [] : [{ cohort, size }]))
    .toSorted((a, b) => a.cohort - b.cohort);
  const byPeriod = treated.flatMap(({ cohort, size }) =>
    periods
      .slice(1)
      .map((period) => ({ cohort, size, period, att: attOf(outcome, control, cohort, period) })),
  );
  const dynamic = [...new Set(byPeriod.map(({ cohort, period }) => period - cohort))]
    .toSorted((a, b) => a - b)
    .map((since) => ({
      since,
      att: weightedMean(byPeriod.filter(({ cohort, period }) => period - cohort === since)),
    }));
  const byCohort = treated.map(({ cohort, size }) => ({
    cohort,
    size,
    att: mean(byPeriod.filter((cell) => cell.cohort === cohort && cell.period >= cohort)),
  }));
  return {
    byPeriod: byPeriod.map(({ cohort, period, att }) => ({ cohort, period, att })),
    dynamic,
    overallDynamic: mean(dynamic.filter(({ since }) => since >= 0)),
    byCohort: byCohort.map(({ cohort, att }) => ({ cohort, att })),
    overallCohort: weightedMean(byCohort),
  };
};

const attOf = (
  { cohorts, periods, valueOf }: CohortOutcome,
  control: ControlGroup,
  cohort: number,
  period: number,
): number | null => {
  const base = periods.findLast((p) => p < Math.min(cohort, period)) ?? Number.NaN;
  const controls = cohorts
    .map((group) => group.cohort)
    .filter(
      (other) =>
        other === null ||
        (control === "not-yet-treated" && other !== cohort && other > Math.max(period, base)),
    );
  if (controls.length === 0) return null;
  const change = (group: readonly Cohort[]): number | null => {
    const now = valueOf(group, period);
    const before = valueOf(group, base);
    return now === null || before === null ? null : now - before;
  };
  const own = change([cohort]);
  const theirs = change(controls);
  return own === null || theirs === null ? null : own - theirs;
};

const mean = (cells: readonly { readonly att: number | null }[]): number | null =>
  weightedMean(cells.map(({ att }) => ({ att, size: 1 })));

const weightedMean = (
  cells: readonly { readonly att: number | null; readonly size: number }[],
): number | null => {
  let sum = 0;
  let weight = 0;
  for (const { att, size } of cells) {
    if (att === null) return null;
    sum += att * size;
    weight += size;
  }
  return weight === 0 ? null : sum / weight;
};
