const STEP_MS = 0.01;
const STEPS = 500_000;

/** Counts latencies in steps of 10 µs up to 5 s; percentiles are exact to one step. */
export interface Latency {
  record(ms: number): void;
  /** The latency in milliseconds that `share` (0–1) of the records do not exceed; 0 without records. */
  percentile(share: number): number;
  readonly count: () => number;
  readonly max: () => number;
}

/** Makes an empty histogram. */
export function createLatency(): Latency {
  const steps = new Uint32Array(STEPS);
  let count = 0;
  let max = 0;
  return {
    record(ms) {
      const step = Math.min(STEPS - 1, Math.max(0, Math.floor(ms / STEP_MS)));
      steps[step] = (steps[step] ?? 0) + 1;
      count++;
      if (ms > max) max = ms;
    },
    percentile(share) {
      const wanted = Math.ceil(count * share);
      if (wanted === 0) return 0;
      let seen = 0;
      for (let step = 0; step < STEPS; step++) {
        seen += steps[step] ?? 0;
        if (seen >= wanted) return Math.min(max, (step + 1) * STEP_MS);
      }
      return max;
    },
    count: () => count,
    max: () => max,
  };
}
