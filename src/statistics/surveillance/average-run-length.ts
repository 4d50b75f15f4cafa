import { demand, exposureFaults, unless } from "../checks.ts";
import { wholeFaults } from "../series-checks.ts";
import { countMasses, spreadFaults } from "./count-masses.ts";

/** A Poisson CUSUM whose sum moves on a grid, so that it is a Markov chain. */
export interface GridChart {
  /** Steps of the grid in one event. */
  readonly steps: number;
  /** The reference value in steps: k = reference / steps. */
  readonly reference: number;
  /** The limit in steps. */
  readonly limit: number;
  /** `up` adds counts and takes k off, `down` adds k and takes counts off. */
  readonly direction: "up" | "down";
}

/** States of the chain beyond which it is refused: the work grows with the cube of them. */
export const MAX_STATES = 1000;

/** More events a period than this are refused: a chart of single events has no use there. */
export const MAX_MEAN = 10_000;

/**
 * Mean number of periods until a chart that starts at 0 alarms, when each period's count has `mean` > 0 events
 * and variance `phi` times the mean: Poisson for 1, negative binomial above. Exact for the grid. The chain is reduced state by state without any subtraction, so
 * that even very long run lengths keep their digits; work is limit³/3 steps.
 * Throws RangeError naming the fields.
 * Source: Brook & Evans 1972, Biometrika 59:539; Grassmann, Taksar & Heyman 1985, Oper Res 33:1107.
 */
export const averageRunLength = (
  { steps, reference, limit, direction }: GridChart,
  mean: number,
  phi = 1,
): number => {
  demand("averageRunLength", [
    ...wholeFaults("steps", steps, 1, 1e6),
    ...wholeFaults("reference", reference, 1, 1e9),
    ...wholeFaults("limit", limit, 1, MAX_STATES),
    ...exposureFaults("mean", mean),
    ...unless(!(mean > MAX_MEAN), "mean", `must be at most ${MAX_MEAN}`),
    ...spreadFaults(phi),
  ]);
  const sign = direction === "up" ? 1 : -1;
  const masses = countMasses(mean, phi);
  const moves = Array.from({ length: limit }, (_, from) =>
    transitions(limit, masses, (count) => Math.max(0, from + sign * (count * steps - reference))),
  );
  return timeToAbsorption(moves);
};

interface Moves {
  /** Probability of each state next; staying is never read, it is what does not leave. */
  readonly to: Float64Array;
  /** Probability of an alarm. */
  absorbed: number;
  /** Periods spent here, and in states already removed on the way. */
  time: number;
}

const transitions = (limit: number, masses: Float64Array, next: (count: number) => number): Moves => {
  const to = new Float64Array(limit);
  let absorbed = 0;
  for (const [count, p] of masses.entries()) {
    const state = next(count);
    if (state >= limit) absorbed += p;
    else to[state] = (to[state] ?? 0) + p;
  }
  return { to, absorbed, time: 1 };
};

const timeToAbsorption = (moves: readonly Moves[]): number => {
  for (let last = moves.length - 1; last > 0; last -= 1) {
    const gone = moves[last];
    if (gone === undefined) continue;
    const leaving = gone.to.subarray(0, last).reduce((sum, p) => sum + p, gone.absorbed);
    for (const state of moves.slice(0, last)) {
      const share = (state.to[last] ?? 0) / leaving;
      if (share === 0) continue;
      for (let j = 0; j < last; j += 1) state.to[j] = (state.to[j] ?? 0) + share * (gone.to[j] ?? 0);
      state.absorbed += share * gone.absorbed;
      state.time += share * gone.time;
    }
  }
  const start = moves[0];
  return start === undefined ? Number.NaN : start.time / start.absorbed;
};
