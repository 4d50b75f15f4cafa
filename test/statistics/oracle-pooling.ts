import { benjaminiHochberg } from "../../src/statistics/benjamini-hochberg.ts";
import type { PrintedClaim } from "../../src/domain/study.ts";
import { claimCheck } from "../../src/statistics/claim-check.ts";
import { empiricalBayesComparison } from "../../src/statistics/empirical-bayes-comparison.ts";
import { empiricalBayes } from "../../src/statistics/empirical-bayes.ts";
import { metaAnalysis, type Pooled, predictionInterval } from "../../src/statistics/meta-analysis.ts";
import { normalCritical } from "../../src/statistics/normal.ts";
import { periodChanges } from "../../src/statistics/period-change.ts";
import { conditionalRateRatio, mantelHaenszelRateRatio } from "../../src/statistics/pooled-rate-ratio.ts";
import { type Observed, rateRatio } from "../../src/statistics/rate-ratio.ts";
import { logRateRatio, type StudyEffect } from "../../src/statistics/study-effect.ts";
import { type Method, pair } from "./oracle-method.ts";

const at = (count: number, exposure = 1): Observed => ({ count, exposure });

const pooledAnswer = ({ estimate, se, ci }: Pooled) => ({ est: estimate, se, ci95: pair(ci) });

const metaAnswer = (studies: readonly StudyEffect[]) => {
  const pooled = metaAnalysis(studies, 0.95);
  const { heterogeneity: het, multiplicative, knappHartung, reml } = pooled;
  if (multiplicative === null || knappHartung === null) throw new Error("there are several studies");
  // the cases hold metafor's normal version; the hub's own takes t with k − 2 degrees of freedom
  const normal = predictionInterval(pooled.dersimonianLaird, het.tau2, normalCritical(0.95), 0.95);
  return {
    fixed: pooledAnswer(pooled.fixed),
    multiplicativeVariance: {
      phi: multiplicative.phi,
      se: multiplicative.se,
      ci95: pair(multiplicative.ci),
    },
    Q: het.q,
    df: het.df,
    Qp: het.p,
    tau2DL: het.tau2,
    I2: het.i2,
    H2: het.h2,
    dl: { ...pooledAnswer(pooled.dersimonianLaird), predictionInterval95: pair(normal) },
    dlKnappHartung: {
      se: knappHartung.se,
      t: knappHartung.t,
      ci95: pair(knappHartung.ci),
      p: knappHartung.p,
    },
    reml: { tau2: reml.tau2, ...pooledAnswer(reml) },
  };
};

/** Pooling, multiplicity, claims, 同比 and 环比, and empirical Bayes. */
export const POOLING_METHODS: Readonly<Record<string, Method>> = {
  meta_analysis: {
    elsewhere: [],
    answer: (input) => {
      const { yi, vi } = input as { yi: readonly number[]; vi: readonly number[] };
      return metaAnswer(yi.map((effect, i) => ({ effect, variance: vi[i] ?? Number.NaN })));
    },
  },
  meta_analysis_irr: {
    elsewhere: [],
    answer: (input) => {
      const { table } = input as unknown as { table: readonly (readonly [number, number, number, number])[] };
      const estates = table.map(([x1, t1, x2, t2]) => ({ after: at(x1, t1), before: at(x2, t2) }));
      const pooled = mantelHaenszelRateRatio(estates, 0.95);
      const conditional = conditionalRateRatio(estates, 0.95);
      return {
        ...metaAnswer(estates.flatMap((estate) => logRateRatio(estate) ?? [])),
        mantelHaenszelIRR: pooled && {
          IRR: pooled.rateRatio,
          logSe: pooled.logSe,
          ci95: pair(pooled.ci),
        },
        conditionalPoissonFixed: conditional && {
          logIRR: Math.log(conditional.rateRatio),
          se: conditional.logSe,
          IRR: conditional.rateRatio,
        },
      };
    },
  },
  benjamini_hochberg: {
    elsewhere: [],
    answer: (input) => ({ adjusted: benjaminiHochberg((input as { p: readonly (number | null)[] }).p) }),
  },
  claim_check: {
    elsewhere: [],
    answer: (input) => {
      const { pairCount, smallestPairs } = claimCheck(input as unknown as PrintedClaim, 0.95);
      return {
        pairCount,
        smallestPairs: smallestPairs.map(({ before, after, pCentral, ci }) => ({
          before,
          after,
          pCentral,
          rateRatioCi95: [ci.lo, ci.hi],
        })),
      };
    },
  },
  yoy_mom: {
    elsewhere: [],
    answer: (input) => {
      const { monthly } = input as unknown as {
        monthly: readonly { month: string; count: number; days: number; households: number }[];
      };
      const months = monthly.map(({ month, count, days, households }) => ({
        month,
        count,
        exposure: days * households,
      }));
      const { yearOnYear, monthOnMonth } = periodChanges(months, "2024-02", 0.95);
      return {
        yoyRawPct: yearOnYear?.rawPercent,
        momRawPct: monthOnMonth?.rawPercent,
        yoyRatePct: yearOnYear?.ratePercent,
        momRatePct: monthOnMonth?.ratePercent,
      };
    },
  },
  empirical_bayes_estimate: {
    elsewhere: [],
    answer: (input) => {
      const { spfPerKmYr, phiPerKm, lengthKm, years, observed } = input as Record<
        "spfPerKmYr" | "phiPerKm" | "lengthKm" | "years" | "observed",
        number
      >;
      const { weight, estimate, variance } = empiricalBayes({
        observed,
        predicted: spfPerKmYr * lengthKm * years,
        k: 1 / (phiPerKm * lengthKm),
      });
      const sigma = Math.sqrt(variance);
      return { weight, estimate, sigma, perKm: estimate / lengthKm, perKmSigma: sigma / lengthKm };
    },
  },
  empirical_bayes_before_after: {
    // a package's misplaced parenthesis, kept in the case to show how it differs
    elsewhere: ["sePctPackageParenthesisation"],
    answer: (input) => {
      const { sites, yearsBefore, yearsAfter } = input as unknown as {
        yearsBefore: number;
        yearsAfter: number;
        sites: readonly (Parameters<typeof empiricalBayesComparison>[0][number] & {
          overdispersionK: number;
        })[];
      };
      const found = empiricalBayesComparison(
        sites.map((site) => Object.assign({ k: site.overdispersionK }, site)),
        0.95,
      );
      const { observedBefore, observedAfter, expectedAfter, variance } = found;
      // the manual divides Hauer's variance by 1 + v once, not twice
      const manual = 100 * found.se * Math.sqrt(1 + variance / expectedAfter ** 2);
      return {
        weights: found.sites.map(({ weight }) => weight),
        expectedBefore: found.sites.map((site) => site.expectedBefore),
        expectedAfter: found.sites.map((site) => site.expectedAfter),
        varExpectedAfter: found.sites.map((site) => site.variance),
        sumObservedBefore: observedBefore,
        sumObservedAfter: observedAfter,
        sumExpectedAfter: expectedAfter,
        sumVar: variance,
        oddsRatioBiased: found.ratioBiased,
        oddsRatioUnbiased: found.theta,
        effectivenessPct: -found.percentChange,
        seEffectivenessPctHSM: manual,
        seEffectivenessPctHauerSquaredDenominator: 100 * found.se,
        testStatisticHSM: -found.percentChange / manual,
        naiveRateRatio: rateRatio(at(observedAfter, yearsAfter), at(observedBefore, yearsBefore), 0.95)
          .rateRatio,
      };
    },
  },
};
