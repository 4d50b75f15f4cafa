/**
 * Kulldorff's log likelihood ratio of a zone with `count` of `total` events where `expected` were
 * expected: c ln(c/E) + (N − c) ln((N − c)/(N − E)) when c > E, else 0 (only high rates are looked for).
 * 0 ≤ count ≤ total, 0 ≤ expected ≤ total. Source: Kulldorff 1997, Commun Stat 26:1481, formula 4.
 */
export const scanLikelihood = (count: number, expected: number, total: number): number => {
  if (count <= expected) return 0;
  if (expected <= 0) return Number.POSITIVE_INFINITY;
  const inside = count * Math.log(count / expected);
  return count >= total ? inside : inside + (total - count) * Math.log((total - count) / (total - expected));
};

/** Risk inside over risk outside, (c/E) / ((N − c)/(N − E)); null when nothing lies or is expected outside. */
export const relativeRisk = (count: number, expected: number, total: number): number | null =>
  count >= total || expected <= 0 ? null : (count / expected) * ((total - expected) / (total - count));
