import {
  displacementDifference,
  harmWeightedDifference,
} from "../../src/statistics/displacement-difference.ts";
import { type CountPair, displacementQuotient } from "../../src/statistics/displacement-quotient.ts";
import { exactRelativeEffect } from "../../src/statistics/exact-relative-effect.ts";
import { overdispersedRateRatio } from "../../src/statistics/overdispersed-rate-ratio.ts";
import { overdispersedRelativeEffect } from "../../src/statistics/overdispersed-relative-effect.ts";
import { poissonETest } from "../../src/statistics/poisson-e-test.ts";
import type { Observed } from "../../src/statistics/rate-ratio.ts";
import { relativeEffect } from "../../src/statistics/relative-effect.ts";
import {
  farringtonCell,
  inflatedCell,
  waldRelativeEffect,
} from "../../src/statistics/wald-relative-effect.ts";
import { bounds, type Method, pair } from "./oracle-method.ts";
import { percentChange } from "../../src/statistics/percent-change.ts";

const at = (count: number, exposure = 1): Observed => ({ count, exposure });
const times = (counts: readonly number[], weights: readonly number[]) => ({
  before: at(counts[0] ?? Number.NaN, weights[0]),
  after: at(counts[1] ?? Number.NaN, weights[1]),
});

interface Bins {
  readonly counts: readonly number[];
  readonly exposures: readonly number[];
}
const binsOf = ({ counts, exposures }: Bins): readonly Observed[] =>
  counts.map((count, i) => at(count, exposures[i]));

/** Before and after, with and without a control, and displacement. */
export const EFFECT_METHODS: Readonly<Record<string, Method>> = {
  rate_ratio_overdispersed: {
    elsewhere: [],
    answer: (input) => {
      const { before, after, conf } = input as unknown as { before: Bins; after: Bins; conf: number };
      const found = overdispersedRateRatio(binsOf(after), binsOf(before), conf);
      return {
        rateRatio: found.rateRatio,
        phi: found.quasi?.phi,
        phiUsed: found.quasi?.phiUsed,
        se: found.quasi?.se,
        df: found.quasi?.df,
        ci95: found.quasi && pair(found.quasi.ci),
        pQuasi: found.quasi?.p,
        pExactCentral: found.exact?.pCentral,
        pDecision: found.decision?.pDecision,
      };
    },
  },
  poisson_etest: {
    elsewhere: [],
    answer: (input) => {
      const { k1, k2, n1, n2 } = input as Record<"k1" | "k2" | "n1" | "n2", number>;
      return { p: poissonETest(at(k1, n1), at(k2, n2)) };
    },
  },
  relative_effect_size: {
    elsewhere: [],
    answer: (input) => {
      const { treated, control, conf } = input as unknown as Record<"treated" | "control", CountPair> & {
        conf: number;
      };
      const counts = {
        treated: { before: at(treated.before), after: at(treated.after) },
        control: { before: at(control.before), after: at(control.after) },
      };
      const { wald, exact } = relativeEffect(counts, conf);
      const doubled = waldRelativeEffect(counts, conf, inflatedCell(2));
      const farrington = waldRelativeEffect(counts, conf, farringtonCell);
      return {
        continuityCorrection: wald.continuityCorrection,
        RES: wald.res,
        LRES: wald.logRes,
        varPoisson: wald.variance,
        sePoisson: wald.se,
        ci95Poisson: pair(wald.resCi),
        z: wald.z,
        RIRR: wald.rirr,
        percentChangeRelative: percentChange(wald.rirr),
        RIRRci95Poisson: pair(wald.rirrCi),
        varFarringtonD: farrington.variance,
        ci95FarringtonD: pair(farrington.resCi),
        varPhi2: doubled.variance,
        ci95Phi2: pair(doubled.resCi),
        exactConditional: exact && {
          RIRRcmle: exact.rirrCmle,
          RIRRci95: bounds(exact.rirrCi),
          pCentral: exact.pCentral,
          pMinlike: exact.pMinlike,
          pMid: exact.pMid,
        },
      };
    },
  },
  rirr_exposure: {
    elsewhere: [],
    answer: (input) => {
      const { conf, ...counts } = input as unknown as Parameters<typeof relativeEffect>[0] & { conf: number };
      const exact = exactRelativeEffect(counts, conf);
      const { rirr, wald } = relativeEffect(counts, conf);
      return {
        RIRR: rirr,
        ci95Wald: pair(wald.rirrCi),
        exactCi95: exact && pair(exact.rirrCi),
        exactCmle: exact?.rirrCmle,
      };
    },
  },
  rirr_overdispersed: {
    elsewhere: [],
    answer: (input) => {
      const { rows } = input as unknown as { rows: readonly (readonly [number, number, number, number])[] };
      const bins = (treated: number, post: number) =>
        rows
          .filter((row) => row[0] === treated && row[1] === post)
          .map(([, , count, exposure]) => at(count, exposure));
      const treated = { before: bins(1, 0), after: bins(1, 1) };
      const control = { before: bins(0, 0), after: bins(0, 1) };
      const found = overdispersedRelativeEffect(treated, control, 0.95);
      const sum = (some: readonly Observed[]) => some.reduce((total, { count }) => total + count, 0);
      return {
        RIRR: found.rirr,
        phi: found.quasi?.phi,
        phiUsed: found.quasi?.phiUsed,
        se: found.quasi?.se,
        df: found.quasi?.df,
        ci95: found.quasi && pair(found.quasi.ci),
        pQuasi: found.quasi?.p,
        pExactCentral: found.exact?.pCentral,
        pDecision: found.decision?.pDecision,
        cells: [treated.before, treated.after, control.before, control.after].map(sum),
      };
    },
  },
  weighted_displacement_difference: {
    elsewhere: [],
    answer: (input) => {
      const given = input as unknown as Record<
        "control" | "treated" | "dispControl" | "dispTreated" | "timeWeights" | "areaWeightsCtTCdD",
        readonly number[]
      > & { alpha: number };
      // areas in the order control, treated, displacement of each
      const weights = (area: number) =>
        given.timeWeights.map((time) => time * (given.areaWeightsCtTCdD[area] ?? Number.NaN));
      const { local, displacement, total } = displacementDifference(
        {
          control: times(given.control, weights(0)),
          treated: times(given.treated, weights(1)),
          displacement: {
            control: times(given.dispControl, weights(2)),
            treated: times(given.dispTreated, weights(3)),
          },
        },
        1 - given.alpha,
      );
      return {
        estLocal: local.estimate,
        seLocal: local.se,
        estDisplacement: displacement?.estimate,
        seDisplacement: displacement?.se,
        estTotal: total.estimate,
        seTotal: total.se,
        z: total.z,
        ci: pair(total.ci),
      };
    },
  },
  weighted_displacement_difference_harm: {
    elsewhere: [],
    answer: (input) => {
      const given = input as unknown as {
        treatedBeforeAfterControlBeforeAfter: Readonly<Record<string, readonly number[]>>;
        weights: readonly number[];
        alpha: number;
      };
      const level = 1 - given.alpha;
      const types = Object.values(given.treatedBeforeAfterControlBeforeAfter).map((cells, i) => ({
        weight: given.weights[i] ?? Number.NaN,
        difference: displacementDifference(
          { treated: times(cells.slice(0, 2), [1, 1]), control: times(cells.slice(2), [1, 1]) },
          level,
        ).total,
      }));
      const { estimate, se, z, ci } = harmWeightedDifference(types, level);
      return { harmEst: estimate, harmSe: se, z, ci: pair(ci) };
    },
  },
  wdq_tne: {
    elsewhere: [],
    answer: (input) => {
      const { response, buffer, control } = input as unknown as Record<
        "response" | "buffer" | "control",
        CountPair
      >;
      const found = displacementQuotient(response, buffer, control);
      return {
        GE: found.grossEffect,
        NE: found.netEffect,
        successMeasure: found.successMeasure,
        bufferMeasure: found.bufferMeasure,
        WDQ: found.wdq,
        wdqValid: found.reading !== null,
        TNE: found.totalNetEffect,
      };
    },
  },
};
