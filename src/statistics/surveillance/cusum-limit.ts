import { demand, unless } from "../checks.ts";
import { averageRunLength, MAX_MEAN, MAX_STATES } from "./average-run-length.ts";
import { spreadFaults } from "./count-masses.ts";
import { type CusumRates, cusumRateFaults, referenceValue } from "./poisson-cusum.ts";

/** The limit chosen for a CUSUM and the run lengths it leads to. */
export interface CusumLimit {
  /** A whole number of events. */
  readonly limit: number;
  /** Mean number of periods between false alarms. */
  readonly inControl: number;
  /** Mean number of periods until a shift to `shifted` is found. */
  readonly outOfControl: number;
}

/** Periods between false alarms: about four years of weeks. */
const LEAST_IN_CONTROL = 200;

/** A finer grid costs time and changes the run length by less than a percent. */
const USUAL_STATES = 400;

/**
 * The smallest whole limit whose mean time between false alarms is 200 periods or more, for periods of
 * exposure 1: scale the rates to the usual exposure of a period. `phi` is the variance of a period's count over
 * its mean, 1 to 100: cases that come in bursts of φ = 2 pass a limit made for 1 several times as often. The reference value is put on the grid of
 * at most 400 states that fits it best (1000 states for wide limits), so work is bounded by ten limits.
 * Throws RangeError naming the fields, also when the rates are too near for any limit up to 1000 events.
 * Source: Lucas 1985, Technometrics 27:129; Brook & Evans 1972, Biometrika 59:539.
 */
export const cusumLimit = (rates: CusumRates, phi = 1): CusumLimit => {
  demand("cusumLimit", [
    ...cusumRateFaults(rates),
    ...unless(!(rates.normal > MAX_MEAN), "normal", `must be at most ${MAX_MEAN}`),
    ...unless(!(rates.shifted > MAX_MEAN), "shifted", `must be at most ${MAX_MEAN}`),
    ...spreadFaults(phi),
  ]);
  const direction = rates.shifted > rates.normal ? "up" : "down";
  const k = referenceValue(rates);
  const lengths = (limit: number): CusumLimit => {
    const { steps, reference } = bestGrid(k, Math.max(1, Math.floor(USUAL_STATES / limit)));
    const chart = { steps, reference, limit: limit * steps, direction } as const;
    return {
      limit,
      inControl: averageRunLength(chart, rates.normal, phi),
      outOfControl: averageRunLength(chart, rates.shifted, phi),
    };
  };
  // false alarms get rarer with the limit, so doubling and halving find the first that suffices
  let low = 0;
  let found = lengths(1);
  while (found.inControl < LEAST_IN_CONTROL) {
    low = found.limit;
    if (low === MAX_STATES) throw new RangeError("cusumLimit: shifted is too near to normal");
    found = lengths(Math.min(2 * low, MAX_STATES));
  }
  while (found.limit - low > 1) {
    const middle = lengths(Math.floor((low + found.limit) / 2));
    if (middle.inControl < LEAST_IN_CONTROL) low = middle.limit;
    else found = middle;
  }
  return found;
};

/** The grid of at most `most` steps an event that has a point nearest to k; the coarsest of equals. */
const bestGrid = (k: number, most: number): { readonly steps: number; readonly reference: number } => {
  let best = { steps: 1, reference: Math.max(1, Math.round(k)) };
  const error = (grid: typeof best): number => Math.abs(grid.reference / grid.steps - k);
  for (let steps = 2; steps <= most; steps += 1) {
    const grid = { steps, reference: Math.max(1, Math.round(k * steps)) };
    if (error(grid) < error(best)) best = grid;
  }
  return best;
};
