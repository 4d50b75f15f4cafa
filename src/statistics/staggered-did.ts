import { demand, unless } from "./checks.ts";
import { logRateOutcome, type StaggeredEstate } from "./cohort-outcome.ts";
import { type Replication, replicationFaults, seededRandom } from "./seeded-random.ts";
import { type StaggeredEffects, staggeredAtt } from "./staggered-att.ts";
import { staggeredFaults, type StaggeredPanel } from "./staggered-panel.ts";

/** Standard errors beside the effects of the same shape; null where there is no effect or too little to vary. */
export interface StaggeredResult {
  /** Logarithms of rate ratios. */
  readonly effects: StaggeredEffects;
  readonly errors: StaggeredEffects;
}

/** A replicate without some effect has lost a whole cohort; an error needs at least this share that have it. */
const ENOUGH = 0.95;

/** Replicates × estates × periods: about ten seconds. */
const MAX_WORK = 2e7;

/**
 * Staggered adoption for counts: the group-time contrasts of ln(Σ count / Σ exposure), with standard errors
 * by drawing whole estates anew. Few estates in a cohort give a null error, never a small one: a draw
 * often misses them all. Work is bounded: replicates × estates × periods ≤ 2e7.
 * Throws RangeError naming the fields. Source: Callaway & Sant'Anna 2021; Efron & Tibshirani 1993, ch. 6.
 */
export const staggeredDid = (panel: StaggeredPanel, replication: Replication): StaggeredResult => {
  const { estates, periods, control } = panel;
  demand("staggeredDid", [
    ...staggeredFaults(panel),
    ...replicationFaults(replication),
    ...unless(
      replication.replicates * estates.length * periods.length <= MAX_WORK,
      "replicates",
      "has too much work",
    ),
  ]);
  const effectsOf = (sample: readonly StaggeredEstate[]): StaggeredEffects =>
    staggeredAtt(logRateOutcome(sample, periods), control);
  const effects = effectsOf(estates);
  const random = seededRandom(replication.seed);
  const draws = Array.from({ length: replication.replicates }, () =>
    valuesOf(
      effectsOf(estates.map(() => estates[random.index(estates.length)]).filter((e) => e !== undefined)),
    ),
  );
  return { effects, errors: mapEffects(effects, (key, att) => (att === null ? null : errorOf(draws, key))) };
};

/** Every effect by a name that is the same in all replicates. */
const valuesOf = (effects: StaggeredEffects): ReadonlyMap<string, number | null> => {
  const values = new Map<string, number | null>();
  mapEffects(effects, (key, att) => {
    values.set(key, att);
    return att;
  });
  return values;
};

const mapEffects = (
  effects: StaggeredEffects,
  to: (key: string, att: number | null) => number | null,
): StaggeredEffects => ({
  byPeriod: effects.byPeriod.map(({ cohort, period, att }) => ({
    cohort,
    period,
    att: to(`period ${cohort} ${period}`, att),
  })),
  dynamic: effects.dynamic.map(({ since, att }) => ({ since, att: to(`since ${since}`, att) })),
  overallDynamic: to("dynamic", effects.overallDynamic),
  byCohort: effects.byCohort.map(({ cohort, att }) => ({ cohort, att: to(`cohort ${cohort}`, att) })),
  overallCohort: to("cohorts", effects.overallCohort),
});

const errorOf = (draws: readonly ReadonlyMap<string, number | null>[], key: string): number | null => {
  const values = draws.map((draw) => draw.get(key) ?? null).filter((value) => value !== null);
  if (values.length < ENOUGH * draws.length) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
};
