import { deviance, ROOT_2_PI, stirlingError } from "./stirling.ts";

/** P(X = k) of the Poisson distribution with `mean` > 0, for a whole k ≥ 0. Source: Loader 2000. */
export const poissonMass = (k: number, mean: number): number =>
  k === 0 ? Math.exp(-mean) : Math.exp(-stirlingError(k) - deviance(k, mean)) / (ROOT_2_PI * Math.sqrt(k));
