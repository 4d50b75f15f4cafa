import type { StudyEffect } from "./study-effect.ts";

const MAX_ITERATIONS = 500;

/**
 * τ² between studies by restricted maximum likelihood, never below 0: Fisher scoring from `start`,
 * τ² ← τ² + [Σ w² (y − μ)² − tr P] / tr(P P), w = 1/(v + τ²), kept inside a bracket of the maximum and
 * replaced by bisection where it does not at least halve its step (it can run in circles).
 * Throws RangeError when 500 rounds do not settle it.
 * Source: Viechtbauer 2005, J Educ Behav Stat 30:261.
 */
export const restrictedTau2 = (studies: readonly StudyEffect[], start: number): number => {
  if (studies.length === 1) return 0;
  const step = (tau2: number): number => scoringStep(studies, tau2);
  let lo = step(0) > 0 ? 0 : start;
  if (step(lo) <= 0) return 0;
  const scale = Math.min(...studies.map(({ variance }) => variance));
  let hi = 2 * start + scale;
  while (step(hi) > 0) {
    lo = hi;
    hi *= 2;
  }
  let tau2 = Math.min(hi, Math.max(lo, start));
  let last = hi - lo;
  for (let i = 0; i < MAX_ITERATIONS; i += 1) {
    const change = step(tau2);
    if (change > 0) lo = tau2;
    else hi = tau2;
    const scored = tau2 + change;
    const next = scored > lo && scored < hi && Math.abs(change) <= last / 2 ? scored : (lo + hi) / 2;
    last = Math.abs(next - tau2);
    tau2 = next;
    if (last <= 1e-14 * (tau2 + scale)) return tau2;
  }
  throw new RangeError(`restrictedTau2: no convergence in ${MAX_ITERATIONS} rounds`);
};

const scoringStep = (studies: readonly StudyEffect[], tau2: number): number => {
  let w1 = 0;
  let w2 = 0;
  let w3 = 0;
  let weighted = 0;
  for (const { effect, variance } of studies) {
    const w = 1 / (variance + tau2);
    w1 += w;
    w2 += w * w;
    w3 += w * w * w;
    weighted += w * effect;
  }
  const mean = weighted / w1;
  const spread = studies.reduce(
    (sum, { effect, variance }) => sum + ((effect - mean) / (variance + tau2)) ** 2,
    0,
  );
  // P = W − W11ᵀW/Σw: its trace, and the trace of its square
  const trace = w1 - w2 / w1;
  const traceOfSquare = w2 - (2 * w3) / w1 + (w2 / w1) ** 2;
  return (spread - trace) / traceOfSquare;
};
