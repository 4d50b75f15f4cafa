import { type CountData, logLinearFit, type LogLinearFit } from "./log-linear.ts";

/**
 * Poisson regression ln μ = offset + x·β by IRLS: coefficients, their Poisson covariance, means,
 * deviance and Pearson's chi². For quasi-Poisson multiply the covariance by `dispersionOf`.
 * Throws RangeError for misshapen data, dependent columns or no convergence.
 * Source: McCullagh & Nelder 1989, ch. 6.
 */
export const poissonGlm = (data: CountData): LogLinearFit => logLinearFit(data, 0);

/** φ = Pearson chi² / (n − p), not floored at 1; null when the model leaves no degree of freedom. */
export const dispersionOf = (fit: Pick<LogLinearFit, "pearson" | "df">): number | null =>
  fit.df > 0 ? fit.pearson / fit.df : null;
