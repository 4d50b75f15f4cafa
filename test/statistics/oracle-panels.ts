import { cohortCounts } from "../../src/statistics/cohort-counts.ts";
import { type CohortMean, meanOutcome, type StaggeredEstate } from "../../src/statistics/cohort-outcome.ts";
import { didPanel } from "../../src/statistics/did-panel.ts";
import { type LogEffect, logEffect } from "../../src/statistics/log-effect.ts";
import { normalCritical } from "../../src/statistics/normal.ts";
import { relativeEffect } from "../../src/statistics/relative-effect.ts";
import {
  type MonthlySeries,
  type SegmentedFit,
  type SegmentedModel,
  segmentedRegression,
} from "../../src/statistics/segmented-regression.ts";
import { staggeredAtt } from "../../src/statistics/staggered-att.ts";
import { studentTwoSided } from "../../src/statistics/student-t.ts";
import { type Method, pair } from "./oracle-method.ts";

/** Columns: estate, month, households, post, count. */
type PanelLine = readonly [number, number, number, number, number];
/** Columns: year, month, cases, time, post, population. */
type MonthLine = readonly [number, number, number, number, number, number];

const effectAnswer = (effect: LogEffect | null) => {
  if (effect === null) throw new Error("the model has no such effect");
  const { beta, se, ratio, ci } = effect;
  return { beta, se, RR: ratio, ci95: pair(ci) };
};

/** The same effect with plain Poisson variance. */
const unscaled = (effect: LogEffect | null, { dispersion }: SegmentedFit): LogEffect => {
  if (effect === null) throw new Error("the model has no such effect");
  return logEffect(effect.beta, effect.se / Math.sqrt(dispersion), normalCritical(0.95), 0.95, "poisson");
};

const estatesOf = (lines: readonly PanelLine[], treated: readonly number[]): readonly StaggeredEstate[] => {
  const from = Math.min(...lines.filter(([, , , post]) => post === 1).map(([, month]) => month));
  return [...new Set(lines.map(([estate]) => estate))].map((estate) => {
    const own = lines.filter(([id]) => id === estate);
    return {
      cohort: treated.includes(estate) ? from : null,
      counts: own.map(([, , , , count]) => count),
      exposures: own.map(([, , households]) => households),
    };
  });
};

/** The methods that need the whole course of a series or a panel. */
export const PANEL_METHODS: Readonly<Record<string, Method>> = {
  did_poisson_panel: {
    elsewhere: [],
    answer: (input) => {
      const { rows, treatedEstates } = input as {
        rows: readonly PanelLine[];
        treatedEstates: readonly number[];
      };
      const from = Math.min(...rows.filter(([, , , post]) => post === 1).map(([, month]) => month));
      const panel = {
        rows: rows.map(([estate, period, exposure, , count]) => ({
          estate: `${estate}`,
          period,
          exposure,
          count,
        })),
        treated: treatedEstates.map((estate) => `${estate}`),
        from,
      };
      const effect = didPanel(panel, 0.95);
      if (typeof effect === "string") return { reason: effect };
      const [cohort] = cohortCounts(
        {
          estates: estatesOf(rows, treatedEstates),
          periods: [...new Set(rows.map(([, month]) => month))],
          control: "never-treated",
        },
        12,
      );
      return {
        logRR: effect.quasi.beta,
        RR: effect.quasi.ratio,
        sePoisson: effect.sePoisson,
        pearsonDispersion: effect.dispersion,
        seQuasi: effect.quasi.se,
        seCluster: effect.clustered?.se,
        ci95Quasi: pair(effect.quasi.ci),
        ci95ClusterT: effect.clustered === null ? null : pair(effect.clustered.ci),
        randomisationP: effect.pRandomisation,
        aggregateRIRR: cohort?.counts ? relativeEffect(cohort.counts, 0.95).rirr : null,
      };
    },
  },
  its_segmented_regression: {
    elsewhere: [],
    answer: (input) => {
      const { rows } = input as { rows: readonly MonthLine[] };
      const series: MonthlySeries = {
        counts: rows.map(([, , cases]) => cases),
        exposures: rows.map((row) => row[5]),
        firstMonth: rows[0]?.[1] ?? Number.NaN,
      };
      const base: SegmentedModel = {
        interruption: rows.findIndex((row) => row[4] === 1),
        trend: true,
        slopeChange: false,
        harmonics: 2,
        variance: "quasi-poisson",
      };
      const fitAs = (model: SegmentedModel) => segmentedRegression(series, model, 0.95);
      const plain = fitAs({ ...base, harmonics: 0 });
      const seasonal = fitAs(base);
      const sloped = fitAs({ ...base, slopeChange: true });
      const bursty = fitAs({ ...base, variance: "negative-binomial" });
      const f = (seasonal.deviance - sloped.deviance) / sloped.dispersion;
      return {
        model1_poisson: {
          step: effectAnswer(unscaled(plain.step, plain)),
          trend: effectAnswer(unscaled(plain.trend, plain)),
        },
        model2_quasipoisson: { dispersion: plain.dispersion, step: effectAnswer(plain.step) },
        model3_quasipoisson_harmonic: {
          dispersion: seasonal.dispersion,
          step: effectAnswer(seasonal.step),
          trend: effectAnswer(seasonal.trend),
          trendPerYear: (seasonal.trend?.ratio ?? Number.NaN) ** 12,
          coef: seasonal.coefficients,
          residualAcf1to3: seasonal.residualAcf,
          neweyWestLag3: { se: seasonal.neweyWest.se, ci95: pair(seasonal.neweyWest.ci) },
          counterfactualPostSum: seasonal.after.expected,
          observedPostSum: seasonal.after.observed,
        },
        model4_step_and_slope: {
          dispersion: sloped.dispersion,
          step: effectAnswer(sloped.step),
          slopeChange: effectAnswer(sloped.slopeChange),
          // F with 1 and df degrees of freedom is the square of t with df
          FtestP: studentTwoSided(Math.sqrt(f), sloped.df),
        },
        negbin_harmonic: { theta: 1 / bursty.overdispersion, step: effectAnswer(bursty.step) },
      };
    },
  },
  did_staggered: {
    elsewhere: [],
    answer: (input) => {
      const { groupYearMeans } = input as {
        groupYearMeans: readonly { group: number; year: number; n: number; mean: number }[];
      };
      const means: readonly CohortMean[] = groupYearMeans.map(({ group, year, n, mean }) => ({
        cohort: group === 0 ? null : group,
        period: year,
        size: n,
        mean,
      }));
      const effects = staggeredAtt(meanOutcome(means), "never-treated");
      return {
        attGT: effects.byPeriod.map(({ cohort, period, att }) => ({ group: cohort, time: period, att })),
        dynamic: {
          eventTime: effects.dynamic.map(({ since }) => since),
          att: effects.dynamic.map(({ att }) => att),
        },
        overallDynamic: effects.overallDynamic,
        groupEffects: {
          group: effects.byCohort.map(({ cohort }) => cohort),
          att: effects.byCohort.map(({ att }) => att),
        },
        overallGroup: effects.overallCohort,
      };
    },
  },
};
