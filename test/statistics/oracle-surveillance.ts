import { negativeBinomialGlm } from "../../src/statistics/negative-binomial-glm.ts";
import { normalCritical, normalQuantile } from "../../src/statistics/normal.ts";
import { dispersionOf } from "../../src/statistics/poisson-glm.ts";
import { studentTwoSided } from "../../src/statistics/student-t.ts";
import { averageRunLength } from "../../src/statistics/surveillance/average-run-length.ts";
import { ears, type EarsStatistic } from "../../src/statistics/surveillance/ears.ts";
import { farrington } from "../../src/statistics/surveillance/farrington.ts";
import { reweightedFit } from "../../src/statistics/surveillance/farrington-baseline.ts";
import { referenceWeeks } from "../../src/statistics/surveillance/farrington-weeks.ts";
import {
  type GammaPrior,
  gammaPriorMoments,
  posteriorMean,
} from "../../src/statistics/surveillance/gamma-prior.ts";
import { knox, type PlacedEvent } from "../../src/statistics/surveillance/knox.ts";
import { nausScan } from "../../src/statistics/surveillance/naus-scan.ts";
import { poissonCusum, referenceValue } from "../../src/statistics/surveillance/poisson-cusum.ts";
import { poissonEwma } from "../../src/statistics/surveillance/poisson-ewma.ts";
import { type BinCounts, rareEvents } from "../../src/statistics/surveillance/rare-events.ts";
import { type CountedPlace, spatialScan } from "../../src/statistics/surveillance/spatial-scan.ts";
import type { Method } from "./oracle-method.ts";

const flags = (alarms: readonly boolean[]): readonly number[] => alarms.map(Number);

/** The cases count days from 1. */
const earsAnswer = ({ first, values, alarms }: EarsStatistic) => ({
  firstIndex: first + 1,
  stat: values,
  alarm: flags(alarms),
});

/** The grid on which the cases' run lengths were computed. */
const GRID = 40;

/** Farrington 1996: the hub's fit without seasons, the threshold on the 2/3 power scale. */
const classicBound = (weekly: readonly number[], at: number, b: number, w: number, alpha: number): number => {
  const weeks = referenceWeeks(weekly, at, { years: b, halfWindow: w, seasons: 1, recentWeeks: w });
  const level = (fit: ReturnType<typeof reweightedFit>) => Math.exp(fit.coefficients[0] ?? Number.NaN);
  const rising = reweightedFit(weeks, 1, true);
  const slopeError = Math.sqrt((rising.covariance[1]?.[1] ?? Number.NaN) * (dispersionOf(rising) ?? 1));
  const significant = studentTwoSided((rising.coefficients[1] ?? 0) / slopeError, rising.df) < 0.05;
  const trend = significant && level(rising) <= Math.max(...weeks.map(({ count }) => count));
  const fit = trend ? rising : reweightedFit(weeks, 1, false);
  const mean = level(fit);
  const phi = Math.max(1, dispersionOf(fit) ?? Number.NaN);
  const tau = phi + mean * phi * (fit.covariance[0]?.[0] ?? Number.NaN);
  const error = Math.sqrt((4 / 9) * Math.cbrt(mean) * tau);
  return (mean ** (2 / 3) + normalCritical(1 - alpha) * error) ** 1.5;
};

/** The methods that watch for anomalies. */
export const SURVEILLANCE_METHODS: Readonly<Record<string, Method>> = {
  gamma_poisson_predictive: {
    elsewhere: [],
    answer: (input) => {
      type Bin = BinCounts & { readonly priorShape: number; readonly priorRate: number };
      const { cases } = input as { cases: readonly Bin[] };
      return {
        cases: cases.map((bin) => {
          const prior: GammaPrior = { shape: bin.priorShape, rate: bin.priorRate };
          const { alarm: _, ...figures } = rareEvents(prior, bin);
          return figures;
        }),
      };
    },
  },
  eb_prior_moments: {
    elsewhere: [],
    answer: (input) => {
      const { counts, exposures } = input as Record<"counts" | "exposures", readonly number[]>;
      const prior = gammaPriorMoments(counts, exposures);
      const ml = negativeBinomialGlm({
        counts,
        design: counts.map(() => [1]),
        offsets: exposures.map(Math.log),
      });
      return {
        mean: prior.mean,
        S2: prior.weightedVariance,
        A: prior.effectiveExposure,
        betweenVariance: prior.betweenVariance,
        shape: prior.shape,
        rate: prior.rate,
        posteriorMeans: counts.map((count, i) => posteriorMean(prior, count, exposures[i] ?? Number.NaN)),
        mlNegbinTheta: 1 / ml.overdispersion,
        mlMean: Math.exp(ml.coefficients[0] ?? Number.NaN),
      };
    },
  },
  poisson_cusum: {
    elsewhere: [],
    answer: (input) => {
      const { lambda0, lambda1, h } = input as Record<"lambda0" | "lambda1" | "h", number>;
      const { counts, exposures } = input as Record<"counts" | "exposures", readonly number[]>;
      const rates = { normal: lambda0, shifted: lambda1 };
      const k = referenceValue(rates);
      const { sums, alarms } = poissonCusum(rates, h, counts, exposures);
      const run = (limit: number, mean: number) =>
        averageRunLength(
          { steps: GRID, reference: Math.round(k * GRID), limit: limit * GRID, direction: "up" },
          mean,
        );
      const limits = [2, 3, 4, 5];
      return {
        k,
        cusum: sums,
        alarm: flags(alarms),
        arlTable: {
          h: limits,
          ARL0: limits.map((limit) => run(limit, lambda0)),
          ARL1: limits.map((limit) => run(limit, lambda1)),
        },
      };
    },
  },
  poisson_ewma: {
    elsewhere: [],
    answer: (input) => {
      const { mu0, lambda, L, counts } = input as {
        mu0: number;
        lambda: number;
        L: number;
        counts: readonly number[];
      };
      const { means, limits, alarms } = poissonEwma(mu0, counts, { weight: lambda, width: L });
      return { z: means, upper: limits, alarm: flags(alarms) };
    },
  },
  ears: {
    elsewhere: [],
    answer: (input) => {
      const { counts, baseline, minSigma, thresholds } = input as {
        counts: readonly number[];
        baseline: number;
        minSigma: number;
        thresholds: Record<"C1" | "C2" | "C3", number>;
      };
      const { c1, c2, c3 } = ears(counts, {
        baseline,
        leastDeviation: minSigma,
        thresholds: { c1: thresholds.C1, c2: thresholds.C2, c3: thresholds.C3 },
      });
      const alpha = 0.001;
      const z = normalQuantile(alpha, "upper");
      const unfloored = ears(counts, { baseline, leastDeviation: 0, thresholds: { c1: z, c2: z, c3: 2 } });
      return {
        C1: earsAnswer(c1),
        C2: earsAnswer(c2),
        C3: earsAnswer(c3),
        surveillanceEarsC: {
          minSigma: 0,
          alpha,
          C1upper: unfloored.c1.bounds,
          C2upper: unfloored.c2.bounds,
        },
      };
    },
  },
  farrington: {
    elsewhere: [],
    answer: (input) => {
      const { weekly, monitorFrom, classic } = input as {
        weekly: readonly number[];
        monitorFrom: number;
        classic: { b: number; w: number; alpha: number };
      };
      const watched = weekly.map((_, i) => i).slice(monitorFrom - 1);
      const flexible = watched.map((at) => farrington(weekly, at));
      const bounds = watched.map((at) => classicBound(weekly, at, classic.b, classic.w, classic.alpha));
      return {
        flexibleUpperbound: flexible.map(({ upperBound }) => upperBound),
        flexibleAlarm: flexible.map(({ alarm }) => Number(alarm)),
        classicUpperbound: bounds,
        classicAlarm: watched.map((at, i) => Number((weekly[at] ?? 0) > (bounds[i] ?? 0))),
      };
    },
  },
  kulldorff_scan: {
    elsewhere: [],
    // the case's note: a Monte Carlo p of 9,999 replicates or more, to 0.01
    tolerances: { pMonteCarlo: { rel: 0, abs: 0.01 } },
    answer: (input) => {
      const { estates } = input as { estates: readonly (CountedPlace & { readonly id: string })[] };
      const { candidateZones, cluster } = spatialScan(estates, { replicates: 9999, seed: 20_260_101 });
      if (cluster === null) return { candidateZones };
      return {
        candidateZones,
        cluster: cluster.places.map((i) => estates[i]?.id),
        observed: cluster.observed,
        expected: cluster.expected,
        llr: cluster.logLikelihoodRatio,
        relativeRisk: cluster.relativeRisk,
        pMonteCarlo: cluster.p,
      };
    },
  },
  knox: {
    elsewhere: [],
    // the case's note: 9,999 permutations or more, to 0.005
    tolerances: { pPermutation: { rel: 0, abs: 0.005 } },
    answer: (input) => {
      const { events, epsSpace, epsTime } = input as {
        events: readonly PlacedEvent[];
        epsSpace: number;
        epsTime: number;
      };
      const near = { metres: epsSpace, days: epsTime };
      const { ratio, pPoisson, ...rest } = knox(events, near, { replicates: 9999, seed: 20_260_101 });
      return { ...rest, knoxRatio: ratio, pPoissonUpper: pPoisson };
    },
  },
  naus_scan: {
    elsewhere: [],
    answer: (input) => {
      const { cases } = input as { cases: readonly Record<"L" | "k" | "mu" | "n", number>[] };
      // the cases' exponent is L − k, Naus' is windows − 2
      const p = cases.map(({ L, k, mu, n }) => nausScan({ windows: L - k + 2, mean: mu, most: n }));
      return { p, pNausFullFormula: p };
    },
  },
};
