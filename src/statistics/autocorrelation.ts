/**
 * Autocorrelation of a series at lags 1 to `lags`: Σ (x_t − m)(x_{t+l} − m) / Σ (x_t − m)². All 0 for a
 * constant series. Source: Box & Jenkins 1976, § 2.1.
 */
export const autocorrelation = (series: readonly number[], lags: number): readonly number[] => {
  const mean = series.reduce((sum, x) => sum + x, 0) / series.length;
  const offsets = series.map((x) => x - mean);
  const spread = offsets.reduce((sum, x) => sum + x * x, 0);
  return Array.from({ length: lags }, (_, i) => {
    const shifted = offsets.slice(i + 1);
    const together = shifted.reduce((sum, x, t) => sum + x * (offsets[t] ?? 0), 0);
    return spread === 0 ? 0 : together / spread;
  });
};
