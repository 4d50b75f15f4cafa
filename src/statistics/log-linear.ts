import {
  choleskyFactor,
  choleskyInverse,
  choleskySolve,
  crossProduct,
  dot,
  weightedGram,
} from "./linear-algebra.ts";
import type { Matrix, Vector } from "./linear-algebra.ts";
import { deviance as devianceTerm } from "./stirling.ts";

/** Counts to be explained: n counts, n design rows of p columns, n offsets on the log scale. */
export interface CountData {
  readonly counts: Vector;
  /** One row per count; a column of ones is the caller's business. */
  readonly design: Matrix;
  /** ln of the exposure of each count. */
  readonly offsets: Vector;
}

/** A fitted log-linear mean μ = exp(offset + x·β) with variance μ + k μ². */
export interface LogLinearFit {
  /** β, one per column. */
  readonly coefficients: Vector;
  /** (Xᵀ W X)⁻¹ at the solution; the caller multiplies by a dispersion where it wants one. */
  readonly covariance: Matrix;
  /** μ, one per count. */
  readonly fitted: Vector;
  readonly deviance: number;
  /** Σ (y − μ)² / (μ + k μ²). */
  readonly pearson: number;
  /** n − p. */
  readonly df: number;
  readonly iterations: number;
}

const MAX_ITERATIONS = 100;
const MAX_HALVINGS = 40;
const CONVERGED = 1e-12;

/**
 * Maximum likelihood of ln μ = offset + x·β for counts of variance μ + k μ² with a known k ≥ 0 (0 is
 * Poisson): iteratively reweighted least squares with the observed information, under which the likelihood
 * is concave, a step halved while it makes the deviance worse. Stops when a step would change the deviance
 * by less than 1e-12 of itself. A group without any case drives its coefficient towards −∞: it stops
 * where the deviance stands still, with a huge variance.
 * Throws RangeError for misshapen data, dependent columns, or when 100 rounds do not settle it.
 * Source: McCullagh & Nelder 1989, ch. 2.5 and 11.2; Lawless 1987.
 */
export const logLinearFit = (data: CountData, k: number, start?: Vector): LogLinearFit => {
  checkShape(data, k);
  const zero = (data.design[0] ?? []).map(() => 0);
  let position =
    start === undefined
      ? shortened(data, k, { coefficients: zero, deviance: Number.POSITIVE_INFINITY }, firstGuess(data, k))
      : positionAt(data, k, start);
  for (let iteration = 1; iteration <= MAX_ITERATIONS; iteration += 1) {
    const { step, gain } = newtonStep(data, k, position.fitted);
    position = shortened(data, k, position, step);
    if (gain < CONVERGED * (Math.abs(position.deviance) + 0.1)) {
      return finished(data, k, position, iteration);
    }
  }
  throw new RangeError(`logLinearFit: no convergence in ${MAX_ITERATIONS} rounds`);
};

interface Position {
  readonly coefficients: Vector;
  readonly fitted: Vector;
  readonly deviance: number;
}

const checkShape = ({ counts, design, offsets }: CountData, k: number): void => {
  const columns = design[0]?.length ?? 0;
  if (columns === 0 || counts.length < columns) {
    throw new RangeError(`logLinearFit: ${counts.length} counts for ${columns} columns`);
  }
  if (design.length !== counts.length || offsets.length !== counts.length) {
    throw new RangeError("logLinearFit: counts, design rows and offsets differ in number");
  }
  if (design.some((row) => row.length !== columns)) {
    throw new RangeError("logLinearFit: design rows differ in length");
  }
  if (counts.some((y) => !(y >= 0)) || !offsets.every(Number.isFinite) || !(k >= 0)) {
    throw new RangeError("logLinearFit: counts and k must be 0 or more, offsets finite");
  }
};

const positionAt = ({ counts, design, offsets }: CountData, k: number, coefficients: Vector): Position => {
  const fitted = design.map((row, i) => Math.exp((offsets[i] ?? 0) + dot(row, coefficients)));
  return { coefficients, fitted, deviance: devianceOf(counts, fitted, k) };
};

/** Weighted least squares on the logarithms of the counts themselves, moved off zero. */
const firstGuess = ({ counts, design, offsets }: CountData, k: number): Vector => {
  const moved = counts.map((y) => y + 0.1);
  const weights = moved.map((mu) => mu / (1 + k * mu));
  const working = moved.map((mu, i) => (weights[i] ?? 0) * (Math.log(mu) - (offsets[i] ?? 0)));
  return choleskySolve(choleskyFactor(weightedGram(design, weights)), crossProduct(design, working));
};

/** The next step from the means `fitted`, and the fall of the deviance it promises. */
const newtonStep = ({ counts, design }: CountData, k: number, fitted: Vector) => {
  const score = crossProduct(
    design,
    fitted.map((mu, i) => ((counts[i] ?? 0) - mu) / (1 + k * mu)),
  );
  const information = fitted.map((mu, i) => (mu * (1 + k * (counts[i] ?? 0))) / (1 + k * mu) ** 2);
  const step = choleskySolve(choleskyFactor(weightedGram(design, information)), score);
  return { step, gain: dot(step, score) };
};

/** The position a step further, the step halved until the deviance is finite and no worse than before. */
const shortened = (
  data: CountData,
  k: number,
  from: Pick<Position, "coefficients" | "deviance">,
  step: Vector,
): Position => {
  const allowed = from.deviance + CONVERGED * (Math.abs(from.deviance) + 0.1);
  let share = 1;
  for (let halving = 0; halving <= MAX_HALVINGS; halving += 1) {
    const reach = share;
    const to = positionAt(
      data,
      k,
      from.coefficients.map((value, j) => value + reach * (step[j] ?? 0)),
    );
    if (Number.isFinite(to.deviance) && to.deviance <= allowed) return to;
    share /= 2;
  }
  throw new RangeError("logLinearFit: the fit runs away; check the design and the offsets");
};

const devianceOf = (counts: Vector, fitted: Vector, k: number): number =>
  2 * counts.reduce((sum, y, i) => sum + unitDeviance(y, fitted[i] ?? Number.NaN, k), 0);

/**
 * Half the deviance of one count: D(y, μ) − D(1 + k y, 1 + k μ)/k with D(x, m) = x ln(x/m) + m − x, which
 * does not cancel near a perfect fit; for k y > 1 the same in two logarithms, as the two D's grow alike.
 */
const unitDeviance = (y: number, mu: number, k: number): number => {
  if (k === 0) return y === 0 ? mu : devianceTerm(y, mu);
  if (y === 0) return Math.log1p(k * mu) / k;
  if (k * y <= 1) return devianceTerm(y, mu) - devianceTerm(1 + k * y, 1 + k * mu) / k;
  return y * Math.log1p((y - mu) / mu / (1 + k * y)) - Math.log1p((k * (y - mu)) / (1 + k * mu)) / k;
};

const finished = (data: CountData, k: number, at: Position, iterations: number): LogLinearFit => {
  const weights = at.fitted.map((mu) => mu / (1 + k * mu));
  const pearson = at.fitted.reduce((sum, mu, i) => {
    const residual = (data.counts[i] ?? 0) - mu;
    // a mean that ran to zero explains its zero count wholly
    return residual === 0 || mu === 0 ? sum : sum + residual ** 2 / (mu + k * mu * mu);
  }, 0);
  return {
    ...at,
    covariance: choleskyInverse(choleskyFactor(weightedGram(data.design, weights))),
    pearson,
    df: data.counts.length - (data.design[0]?.length ?? 0),
    iterations,
  };
};
