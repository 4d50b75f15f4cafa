import { type CountData, type LogLinearFit, logLinearFit } from "./log-linear.ts";
import type { Vector } from "./linear-algebra.ts";

/** A fit with variance μ + k μ², and the k that was found with it. */
export interface NegativeBinomialFit extends LogLinearFit {
  /** k ≥ 0, the over-dispersion; 1 / k is known as θ. 0 when the counts vary no more than Poisson's. */
  readonly overdispersion: number;
}

/** The likelihood takes one step per event of the largest count. */
const MAX_COUNT = 1_000_000;

/** The search for k ends when ln k is known to this. */
const CONVERGED = 1e-10;
const MAX_ROUNDS = 100;

/** Below this the variance cannot be told from Poisson's for any count of an estate. */
const LEAST_K = 1e-10;
/** Above this a zero and a burst are all the data hold; the likelihood has no top. */
const MOST_K = 1e6;
/** How far the first bracket reaches to either side of a guess, as a factor of k. */
const REACH = 4;

/**
 * Maximum likelihood of the NB2 model ln μ = offset + x·β with variance μ + k μ²: the root, in ln k, of the
 * derivative of the likelihood at the best β for each k. k is 0 when the Poisson fit leaves nothing over.
 * `counts` must be whole numbers up to 1e6. The covariance is that of β with k taken as known (expected
 * information), as in R's glm.nb. Throws RangeError for misshapen data, dependent columns, when a fit does
 * not settle, or when the likelihood rises beyond k = 1e6.
 * Source: Lawless 1987, Can J Stat 15:209; Venables & Ripley 2002, § 7.4.
 */
export const negativeBinomialGlm = (data: CountData): NegativeBinomialFit => {
  if (!data.counts.every((y) => Number.isInteger(y) && y <= MAX_COUNT)) {
    throw new RangeError(`negativeBinomialGlm: counts must be whole numbers up to ${MAX_COUNT}`);
  }
  const tallies = tallyOf(data.counts);
  const poisson = logLinearFit(data, 0);
  if (scoreOf(data.counts, poisson.fitted, tallies, LEAST_K) <= 0) return { ...poisson, overdispersion: 0 };
  // Pearson's χ² equal to its degrees of freedom is a good first guess
  const spread = poisson.fitted.reduce((sum, mean) => sum + mean, 0) / data.counts.length;
  const guess = Math.max(1e-6, poisson.pearson / Math.max(1, poisson.df) - 1) / spread;
  let start = poisson.coefficients;
  const at = (u: number): Point => {
    const k = Math.exp(u);
    const fit = logLinearFit(data, k, start);
    start = fit.coefficients;
    return { u, fit, score: k * scoreOf(data.counts, fit.fitted, tallies, k) };
  };
  const { u, fit } = rootBetween(at, ...bracket(at, Math.log(guess)));
  return { ...fit, overdispersion: Math.exp(u) };
};

/** A trial: u = ln k, the best fit for it, and the derivative of the likelihood by u. */
interface Point {
  readonly u: number;
  readonly fit: LogLinearFit;
  readonly score: number;
}

/** Two points around the top: rising at the first, falling at the second. */
const bracket = (at: (u: number) => Point, guess: number): readonly [Point, Point] => {
  const step = Math.log(REACH);
  const bounded = (u: number): number => Math.min(Math.log(MOST_K), Math.max(Math.log(LEAST_K), u));
  let low = at(bounded(guess - step));
  let high = at(bounded(guess + step));
  while (low.score <= 0 && low.u > Math.log(LEAST_K)) {
    high = low;
    low = at(bounded(low.u - 2 * step));
  }
  while (high.score > 0) {
    if (high.u >= Math.log(MOST_K)) throw new RangeError("negativeBinomialGlm: over-dispersion has no limit");
    low = high;
    high = at(bounded(high.u + step));
  }
  return [low, high];
};

/** The point of score 0 by regula falsi; an end kept twice counts half, so that both close in (Illinois). */
const rootBetween = (at: (u: number) => Point, first: Point, second: Point): Point => {
  let low = { u: first.u, score: first.score };
  let high = { u: second.u, score: second.score };
  let last = Number.NaN;
  let moved: "low" | "high" | null = null;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const middle = at((low.u * high.score - high.u * low.score) / (high.score - low.score));
    if (middle.score === 0 || Math.abs(middle.u - last) <= CONVERGED) return middle;
    last = middle.u;
    if (middle.score > 0) {
      low = middle;
      if (moved === "low") high = { u: high.u, score: high.score / 2 };
      moved = "low";
    } else {
      high = middle;
      if (moved === "high") low = { u: low.u, score: low.score / 2 };
      moved = "high";
    }
  }
  throw new RangeError(`negativeBinomialGlm: no convergence in ${MAX_ROUNDS} rounds`);
};

/** How many counts exceed j, for j = 0, 1, …: Σ over counts of Σ over j < y is one sum over j. */
const tallyOf = (counts: Vector): Vector => {
  const most = counts.reduce((a, b) => Math.max(a, b), 0);
  const above = Array.from({ length: most }, () => 0);
  for (const y of counts) if (y > 0) above[y - 1] = (above[y - 1] ?? 0) + 1;
  for (let j = most - 2; j >= 0; j -= 1) above[j] = (above[j] ?? 0) + (above[j + 1] ?? 0);
  return above;
};

/**
 * The derivative of the log likelihood by k:
 * Σᵢ Σ_{j<yᵢ} j/(1 + k j) + Σᵢ [ln(1 + k μ)/k² − (y + 1/k) μ/(1 + k μ)].
 */
const scoreOf = (counts: Vector, means: Vector, tallies: Vector, k: number): number => {
  let score = 0;
  for (const [j, count] of tallies.entries()) score += (count * j) / (1 + k * j);
  for (const [i, mu] of means.entries()) {
    score += meanTerm(k * mu) * mu * mu - ((counts[i] ?? 0) * mu) / (1 + k * mu);
  }
  return score;
};

/** [ln(1 + z) − z/(1 + z)] / z², by its series where the difference would cancel. */
const meanTerm = (z: number): number =>
  z < 1e-3
    ? 1 / 2 - z * (2 / 3 - z * (3 / 4 - z * (4 / 5 - (5 / 6) * z)))
    : (Math.log1p(z) - z / (1 + z)) / (z * z);
