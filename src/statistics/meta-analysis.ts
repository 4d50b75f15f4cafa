import type { Interval } from "../domain/rates.ts";
import { demand, levelFaults } from "./checks.ts";
import { gammaTails } from "./incomplete-gamma.ts";
import { normalCritical } from "./normal.ts";
import { studentCritical, studentTwoSided } from "./student-t.ts";
import { restrictedTau2 } from "./restricted-tau2.ts";
import type { StudyEffect } from "./study-effect.ts";

/** A pooled effect on the scale of the studies. */
export interface Pooled {
  readonly estimate: number;
  readonly se: number;
  readonly ci: Interval;
}

/** How much the studies differ beyond chance. */
export interface Heterogeneity {
  /** Cochran's Q. */
  readonly q: number;
  readonly df: number;
  /** Of Q against chi² with `df`; null with one study. */
  readonly p: number | null;
  /** DerSimonian–Laird variance between studies. */
  readonly tau2: number;
  /** Share of the variation that is not chance, in percent. */
  readonly i2: number;
  /** Q / df; null with one study. */
  readonly h2: number | null;
}

/** All pooled answers of one set of studies. */
export interface MetaAnalysis {
  readonly studies: number;
  /** Inverse-variance, one common effect. */
  readonly fixed: Pooled;
  /** The common effect with its error inflated by √max(1, Q/df); null with one study. */
  readonly multiplicative: (Pooled & { readonly phi: number }) | null;
  readonly heterogeneity: Heterogeneity;
  /** Random effects with DerSimonian–Laird's τ². */
  readonly dersimonianLaird: Pooled;
  /** The same estimate with Knapp & Hartung's error and t_{k−1}; null with one study. */
  readonly knappHartung: (Pooled & { readonly t: number; readonly p: number }) | null;
  /** Where the effect of one more estate would lie, with t_{k−2}; null with fewer than three studies. */
  readonly predictionInterval: Interval | null;
  /** Random effects with restricted maximum likelihood's τ². */
  readonly reml: Pooled & { readonly tau2: number };
}

/**
 * Pools effects with known variances: common effect, multiplicative, random effects.
 * τ² = max(0, (Q − df) / (S₁ − S₂/S₁)), Sᵣ = Σ v⁻ʳ; I² = max(0, (Q − df)/Q).
 * Throws RangeError for no study, a variance not above 0, or a bad level.
 * Sources: DerSimonian & Laird 1986, Control Clin Trials 7:177; Knapp & Hartung 2003, Stat Med 22:2693;
 * Higgins, Thompson & Spiegelhalter 2009, JRSS A 172:137 (prediction).
 */
export const metaAnalysis = (studies: readonly StudyEffect[], level: number): MetaAnalysis => {
  demand("metaAnalysis", levelFaults(level));
  if (studies.length === 0) throw new RangeError("metaAnalysis: no study");
  if (studies.some(({ effect, variance }) => !Number.isFinite(effect) || !(variance > 0))) {
    throw new RangeError("metaAnalysis: an effect is no number or a variance not above 0");
  }
  const z = normalCritical(level);
  const fixed = pooled(studies, 0, z, level, "inverse-variance");
  const heterogeneity = heterogeneityOf(studies, fixed.estimate);
  const { tau2, df, h2 } = heterogeneity;
  const random = pooled(studies, tau2, z, level, "dersimonian-laird");
  const restricted = restrictedTau2(studies, tau2);
  return {
    studies: studies.length,
    fixed,
    multiplicative: h2 === null ? null : inflated(fixed, Math.max(1, h2), z, level),
    heterogeneity,
    dersimonianLaird: random,
    knappHartung: df === 0 ? null : knappHartungOf(studies, random.estimate, tau2, level),
    predictionInterval:
      df < 2 ? null : predictionInterval(random, tau2, studentCritical(level, df - 1), level),
    reml: { ...pooled(studies, restricted, z, level, "reml"), tau2: restricted },
  };
};

/** estimate ∓ quantile √(se² + τ²). */
export const predictionInterval = (
  { estimate, se }: Pick<Pooled, "estimate" | "se">,
  tau2: number,
  quantile: number,
  level: number,
): Interval => around(estimate, quantile * Math.sqrt(se * se + tau2), level, "prediction");

const around = (centre: number, reach: number, level: number, method: string): Interval => ({
  lo: centre - reach,
  hi: centre + reach,
  level,
  method,
});

const weightOf =
  (tau2: number) =>
  ({ variance }: StudyEffect): number =>
    1 / (variance + tau2);

const pooled = (
  studies: readonly StudyEffect[],
  tau2: number,
  z: number,
  level: number,
  method: string,
): Pooled => {
  const weight = weightOf(tau2);
  const total = studies.reduce((sum, study) => sum + weight(study), 0);
  const estimate = studies.reduce((sum, study) => sum + weight(study) * study.effect, 0) / total;
  const se = Math.sqrt(1 / total);
  return { estimate, se, ci: around(estimate, z * se, level, method) };
};

const heterogeneityOf = (studies: readonly StudyEffect[], estimate: number): Heterogeneity => {
  const weight = weightOf(0);
  let q = 0;
  let s1 = 0;
  let s2 = 0;
  for (const study of studies) {
    const w = weight(study);
    q += w * (study.effect - estimate) ** 2;
    s1 += w;
    s2 += w * w;
  }
  const df = studies.length - 1;
  if (df === 0) return { q: 0, df, p: null, tau2: 0, i2: 0, h2: null };
  return {
    q,
    df,
    p: gammaTails(df / 2, q / 2).upper,
    tau2: Math.max(0, (q - df) / (s1 - s2 / s1)),
    i2: q === 0 ? 0 : 100 * Math.max(0, (q - df) / q),
    h2: q / df,
  };
};

const inflated = (
  fixed: Pooled,
  phi: number,
  z: number,
  level: number,
): Pooled & { readonly phi: number } => {
  const se = fixed.se * Math.sqrt(phi);
  return { phi, estimate: fixed.estimate, se, ci: around(fixed.estimate, z * se, level, "multiplicative") };
};

const knappHartungOf = (
  studies: readonly StudyEffect[],
  estimate: number,
  tau2: number,
  level: number,
): MetaAnalysis["knappHartung"] => {
  const weight = weightOf(tau2);
  const df = studies.length - 1;
  const total = studies.reduce((sum, study) => sum + weight(study), 0);
  const spread = studies.reduce((sum, study) => sum + weight(study) * (study.effect - estimate) ** 2, 0);
  const se = Math.sqrt(spread / df / total);
  // equal effects leave no spread: then the estimate is taken as certain, and only 0 is no effect
  const t = se === 0 ? (estimate === 0 ? 0 : Math.sign(estimate) * Number.POSITIVE_INFINITY) : estimate / se;
  const ci = around(estimate, studentCritical(level, df) * se, level, "knapp-hartung");
  return { estimate, se, ci, t, p: studentTwoSided(t, df) };
};
