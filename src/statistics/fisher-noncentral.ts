import { type DiscreteTails } from "./discrete-tails.ts";
import { tailRoot } from "./tail-root.ts";

/** Margins of a 2 × 2 table of counts: all that the conditional distribution depends on. */
export interface TableMargins {
  /** Treated counts, before and after together. */
  readonly treated: number;
  /** Control counts, before and after together. */
  readonly control: number;
  /** Counts after, treated and control together. */
  readonly after: number;
}

/** Least and greatest treated count after that the margins allow. */
export interface Support {
  readonly least: number;
  readonly greatest: number;
}

/** Tails of the distribution with its mean and variance. */
export interface NoncentralTails extends DiscreteTails {
  readonly mean: number;
  readonly variance: number;
}

/** Weights below this share of their tail's sum no longer change it. */
const NEGLIGIBLE = 1e-20;
/** Weights below this, relative to the mode, are nothing; far above where a double stops shrinking. */
const SMALLEST = 1e-300;
/** R's allowance for two table probabilities that are equal but for rounding. */
const TIE = 1 + 1e-7;

/** The support given the margins; one point alone means that the table says nothing of the odds ratio. */
export const supportOf = ({ treated, control, after }: TableMargins): Support => ({
  least: Math.max(0, after - control),
  greatest: Math.min(treated, after),
});

/**
 * Tails around k of the treated count after, given the margins: Fisher's non-central hypergeometric
 * distribution P(X = x) ∝ C(treated, x) C(control, after − x) eᵘˣ, u the log odds ratio. Summed from the
 * mode outwards, so that small tails keep their relative precision (to about 1e-300).
 * Source: Fisher 1935, JRSS 98:39; Breslow & Day 1980, ch. 4.2.
 */
export const noncentralTails = (margins: TableMargins, k: number, u: number): NoncentralTails => {
  const mode = modeOf(margins, u);
  const below = { sum: 0, first: 0 };
  const point = { sum: 0, first: 0 };
  const above = { sum: 0, first: 0 };
  let second = 0;
  walk(margins, u, mode, (x, weight) => {
    const part = x < k ? below : x > k ? above : point;
    const distance = x - mode;
    part.sum += weight;
    part.first += weight * distance;
    second += weight * distance * distance;
    // a tail is complete only beyond both the mode and the observed point
    const beyond = x > mode ? x > k : x < k;
    return !(beyond && weight < NEGLIGIBLE * part.sum);
  });
  const total = below.sum + point.sum + above.sum;
  const mean = (below.first + point.first + above.first) / total;
  // the covariance of X with a tail, taken over its smaller side
  const slope = (upper: Part, lower: Part): number =>
    (upper.sum < lower.sum ? upper.first - mean * upper.sum : mean * lower.sum - lower.first) / total;
  const atLeast = added(point, above);
  const atMost = added(below, point);
  return {
    atLeast: atLeast.sum / total,
    above: above.sum / total,
    atMost: atMost.sum / total,
    below: below.sum / total,
    atLeastSlope: slope(atLeast, below),
    aboveSlope: slope(above, atMost),
    mean: mode + mean,
    variance: second / total - mean * mean,
  };
};

/**
 * P of all tables no likelier than the observed one: the two-sided p of R's `fisher.test`. It need not
 * agree with any interval; for comparison only.
 */
export const minimumLikelihoodP = (margins: TableMargins, k: number, u: number): number => {
  const mode = modeOf(margins, u);
  let observed = 0;
  walk(margins, u, mode, (x, weight) => {
    if (x === k) observed = weight;
    return true;
  });
  let total = 0;
  let part = 0;
  walk(margins, u, mode, (_, weight) => {
    total += weight;
    if (weight <= observed * TIE) part += weight;
    return true;
  });
  return Math.min(1, part / total);
};

/**
 * The odds ratio under which the mean is the observed k: the conditional maximum likelihood estimate.
 * 0 at the lower end of the support, null (+Infinity) at the upper.
 */
export const conditionalEstimate = (margins: TableMargins, k: number, start: number): number | null => {
  const { least, greatest } = supportOf(margins);
  if (k === least) return 0;
  if (k === greatest) return null;
  const width = greatest - least;
  // measured from the nearer end, where a distance of one still shows
  const fromBelow = k - least <= greatest - k;
  const at = (u: number) => {
    const { mean, variance } = noncentralTails(margins, k, u);
    return fromBelow
      ? { tail: (mean - least) / width, slope: variance / width }
      : { tail: (greatest - mean) / width, slope: -variance / width };
  };
  const target = Math.min(k - least, greatest - k) / width;
  return Math.exp(tailRoot(at, target, fromBelow ? "rising" : "falling", start));
};

interface Part {
  readonly sum: number;
  readonly first: number;
}

const added = (a: Part, b: Part): Part => ({ sum: a.sum + b.sum, first: a.first + b.first });

/** P(X = x+1) / P(X = x), for x below the greatest. */
const stepUp = ({ treated, control, after }: TableMargins, odds: number, x: number): number =>
  ((treated - x) / (x + 1)) * ((after - x) / (control - after + x + 1)) * odds;

/** The likeliest x: the first from which no step up gains; the steps only ever fall. */
const modeOf = (margins: TableMargins, u: number): number => {
  const odds = Math.exp(u);
  let { least, greatest } = supportOf(margins);
  while (least < greatest) {
    const middle = Math.floor((least + greatest) / 2);
    if (stepUp(margins, odds, middle) > 1) least = middle + 1;
    else greatest = middle;
  }
  return least;
};

/** Visits the mode and all above it, then all below it, while `visit` says so and weights are something. */
const walk = (
  margins: TableMargins,
  u: number,
  mode: number,
  visit: (x: number, weight: number) => boolean,
): void => {
  const odds = Math.exp(u);
  const { least, greatest } = supportOf(margins);
  visit(mode, 1);
  let weight = 1;
  for (let x = mode + 1; x <= greatest; x += 1) {
    weight *= stepUp(margins, odds, x - 1);
    if (weight < SMALLEST || !visit(x, weight)) break;
  }
  weight = 1;
  for (let x = mode - 1; x >= least; x -= 1) {
    weight /= stepUp(margins, odds, x);
    if (weight < SMALLEST || !visit(x, weight)) break;
  }
};
