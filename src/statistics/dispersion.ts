import type { Observed } from "./rate-ratio.ts";

/** How much more the bins of a period vary than Poisson counts would. */
export interface Dispersion {
  /** Pearson's φ: 1 for Poisson, more when the cases come in bursts; not floored. */
  readonly phi: number;
  /** max(1, φ): what an interval is widened by. Bins too regular are no licence to narrow it. */
  readonly phiUsed: number;
  readonly df: number;
}

/**
 * φ = Σ (y − r e)² / (r e) / df over the bins of all groups, r the rate of a bin's own group.
 * df = Σ (bins − 1) over the groups with any case: given its total, a group without a case cannot vary,
 * so it must not thin the bursts of the others. With cases on all sides that is bins − groups.
 * Null when no degree of freedom is left. Source: McCullagh & Nelder 1989, ch. 6.2.3.
 */
export const pearsonDispersion = (groups: readonly (readonly Observed[])[]): Dispersion | null => {
  let chi2 = 0;
  let df = 0;
  for (const bins of groups) {
    const { count, exposure } = totalOf(bins);
    if (count === 0) continue;
    df += bins.length - 1;
    for (const bin of bins) {
      const expected = (count / exposure) * bin.exposure;
      chi2 += (bin.count - expected) ** 2 / expected;
    }
  }
  if (df === 0) return null;
  const phi = chi2 / df;
  return { phi, phiUsed: Math.max(1, phi), df };
};

/** Count and exposure of all bins together. */
export const totalOf = (bins: readonly Observed[]): Observed => ({
  count: bins.reduce((sum, bin) => sum + bin.count, 0),
  exposure: bins.reduce((sum, bin) => sum + bin.exposure, 0),
});
