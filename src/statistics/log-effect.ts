import type { Interval } from "../domain/rates.ts";
import { logNormalInterval } from "./log-normal-interval.ts";

/** A coefficient of a log-linear model and the ratio it stands for. */
export interface LogEffect {
  readonly beta: number;
  /** Standard error of beta. */
  readonly se: number;
  /** exp(beta): 1 is no effect. */
  readonly ratio: number;
  /** Limits of the ratio: exp(beta ∓ quantile · se). */
  readonly ci: Interval;
}

/** The effect with its interval; `quantile` is the critical value that belongs to `level`. */
export const logEffect = (
  beta: number,
  se: number,
  quantile: number,
  level: number,
  method: string,
): LogEffect => {
  const ratio = Math.exp(beta);
  return { beta, se, ratio, ci: logNormalInterval(ratio, se, quantile, level, method) };
};
