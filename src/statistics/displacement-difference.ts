import type { Interval } from "../domain/rates.ts";
import { demand, levelFaults, observedFaults } from "./checks.ts";
import type { BeforeAfter } from "./controlled-counts.ts";
import { normalCritical, normalTwoSided } from "./normal.ts";
import type { Observed } from "./rate-ratio.ts";

/** A difference in counts with its standard error: below 0 is fewer cases than expected. */
export interface CountDifference {
  readonly estimate: number;
  readonly se: number;
}

/** A difference with its test and interval. */
export interface TestedDifference extends CountDifference {
  /** estimate / se; null when nothing at all was counted. */
  readonly z: number | null;
  /** Two-sided, normal; null where `z` is. */
  readonly p: number | null;
  readonly ci: Interval;
}

/** Counts for the weighted displacement difference. `exposure` is a relative weight, time × area. */
export interface DisplacementCounts {
  readonly treated: BeforeAfter;
  readonly control: BeforeAfter;
  /** Areas beside the treated and the control area, into which cases may have moved. */
  readonly displacement?: { readonly treated: BeforeAfter; readonly control: BeforeAfter };
}

/** Effect in the treated area, in the one beside it, and of both together; below 0 is cases prevented. */
export interface DisplacementDifference {
  readonly local: CountDifference;
  /** Null when no displacement areas were given. */
  readonly displacement: CountDifference | null;
  readonly total: TestedDifference;
}

/**
 * Weighted displacement difference WDD = (T₁ − T₀) − (C₁ − C₀) + (D₁ − D₀) − (Cd₁ − Cd₀), in cases per unit
 * of weight, with variance Σ count / weight² and normal limits. Safe with zeros; trust it from about ten
 * cases a cell. Throws RangeError for bad cells or level.
 * Source: Wheeler & Ratcliffe 2018, Crime Science 7:11; weights: Wheeler's ptools.
 */
export const displacementDifference = (counts: DisplacementCounts, level: number): DisplacementDifference => {
  const { treated, control, displacement } = counts;
  demand("displacementDifference", [
    ...levelFaults(level),
    ...faultsOf("treated", treated),
    ...faultsOf("control", control),
    ...(displacement === undefined
      ? []
      : [
          ...faultsOf("displacement.treated", displacement.treated),
          ...faultsOf("displacement.control", displacement.control),
        ]),
  ]);
  const local = contrast(treated, control);
  const beside = displacement === undefined ? null : contrast(displacement.treated, displacement.control);
  const total =
    beside === null
      ? local
      : { estimate: local.estimate + beside.estimate, se: Math.hypot(local.se, beside.se) };
  return { local, displacement: beside, total: tested(total, level) };
};

/**
 * Harm-weighted sum over crime types: Σ w · estimate with variance Σ w² se², the types independent.
 * `weight` is the harm of one case, > 0 (days of sentence, say). Throws RangeError for other weights.
 * Source: Wheeler 2020, harm weights in the WDD (ptools).
 */
export const harmWeightedDifference = (
  types: readonly { readonly difference: CountDifference; readonly weight: number }[],
  level: number,
): TestedDifference => {
  demand("harmWeightedDifference", levelFaults(level));
  if (types.some(({ weight }) => !(weight > 0 && Number.isFinite(weight)))) {
    throw new RangeError("harmWeightedDifference: a weight is no number above 0");
  }
  const estimate = types.reduce((sum, { difference, weight }) => sum + weight * difference.estimate, 0);
  const se = Math.hypot(...types.map(({ difference, weight }) => weight * difference.se));
  return tested({ estimate, se }, level);
};

const perWeight = ({ count, exposure }: Observed): number => count / exposure;

const contrast = (area: BeforeAfter, control: BeforeAfter): CountDifference => ({
  estimate:
    perWeight(area.after) - perWeight(area.before) - (perWeight(control.after) - perWeight(control.before)),
  se: Math.hypot(
    ...[area.before, area.after, control.before, control.after].map(
      ({ count, exposure }) => Math.sqrt(count) / exposure,
    ),
  ),
});

const tested = ({ estimate, se }: CountDifference, level: number): TestedDifference => {
  const z = se === 0 ? null : estimate / se;
  const reach = normalCritical(level) * se;
  return {
    estimate,
    se,
    z,
    p: z === null ? null : normalTwoSided(z),
    ci: { lo: estimate - reach, hi: estimate + reach, level, method: "wdd" },
  };
};

const faultsOf = (field: string, { before, after }: BeforeAfter) => [
  ...observedFaults(`${field}.before`, before),
  ...observedFaults(`${field}.after`, after),
];
