import type { CountData, LogLinearFit } from "./log-linear.ts";
import { dot, type Matrix, type Vector } from "./linear-algebra.ts";

/** (y − μ)/(1 + k μ) · x, one row per count: what each count pulls on the coefficients. */
const scoresOf = ({ counts, design }: CountData, { fitted }: LogLinearFit, k: number): Matrix =>
  design.map((row, i) => {
    const mean = fitted[i] ?? Number.NaN;
    const pull = ((counts[i] ?? Number.NaN) - mean) / (1 + k * mean);
    return row.map((x) => x * pull);
  });

/** Each score projected on one coefficient: the row `column` of (Xᵀ W X)⁻¹ times the score. */
const influences = (data: CountData, fit: LogLinearFit, k: number, column: number): Vector => {
  const line = fit.covariance[column] ?? [];
  return scoresOf(data, fit, k).map((score) => dot(line, score));
};

/**
 * Standard error of one coefficient that allows for any dependence inside a cluster: the HC0 sandwich of
 * cluster sums times G/(G − 1), for G ≥ 2 clusters. `clusters` names the cluster of each count; the fit is
 * Poisson. Source: Liang & Zeger 1986, Biometrika 73:13; Cameron & Miller 2015, J Hum Resour 50:317.
 */
export const clusteredError = (
  data: CountData,
  fit: LogLinearFit,
  column: number,
  clusters: readonly string[],
): number => {
  const sums = new Map<string, number>();
  for (const [i, influence] of influences(data, fit, 0, column).entries()) {
    const cluster = clusters[i] ?? "";
    sums.set(cluster, (sums.get(cluster) ?? 0) + influence);
  }
  const groups = sums.size;
  const squares = [...sums.values()].reduce((total, sum) => total + sum ** 2, 0);
  return Math.sqrt((squares * groups) / (groups - 1));
};

/**
 * Standard error of one coefficient for a series in time order whose neighbours are alike: Newey–West with
 * Bartlett weights 1 − l/(lags + 1), no small-sample factor. `k` is the fit's over-dispersion (0: Poisson).
 * Source: Newey & West 1987, Econometrica 55:703; Zeileis 2004, J Stat Softw 11(10).
 */
export const neweyWestError = (
  data: CountData,
  fit: LogLinearFit,
  k: number,
  column: number,
  lags: number,
): number => {
  const series = influences(data, fit, k, column);
  let variance = dot(series, series);
  for (let lag = 1; lag <= lags; lag += 1) {
    variance += 2 * (1 - lag / (lags + 1)) * dot(series.slice(lag), series);
  }
  return Math.sqrt(variance);
};
