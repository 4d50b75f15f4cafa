/** Tails of a count X around k, and their derivatives by the natural parameter (a log-odds). */
export interface DiscreteTails {
  /** P(X ≥ k). */
  readonly atLeast: number;
  /** P(X > k). */
  readonly above: number;
  /** P(X ≤ k). */
  readonly atMost: number;
  /** P(X < k). */
  readonly below: number;
  /** Derivative of `atLeast`; of `below` with the sign turned. */
  readonly atLeastSlope: number;
  /** Derivative of `above`; of `atMost` with the sign turned. */
  readonly aboveSlope: number;
}

/** P(X < k) + P(X = k) / 2. */
export const midLower = (tails: DiscreteTails): number => (tails.below + tails.atMost) / 2;

/** P(X > k) + P(X = k) / 2. */
export const midUpper = (tails: Pick<DiscreteTails, "above" | "atLeast">): number =>
  (tails.above + tails.atLeast) / 2;

/** Derivative of `midUpper`; of `midLower` with the sign turned. */
export const midSlope = (tails: DiscreteTails): number => (tails.atLeastSlope + tails.aboveSlope) / 2;

/** min(1, 2 min(P(X ≤ k), P(X ≥ k))): the two-sided p that agrees with the central interval. */
export const centralP = (tails: DiscreteTails): number =>
  Math.min(1, 2 * Math.min(tails.atMost, tails.atLeast));

/** `centralP` with half of P(X = k) in each tail. */
export const midP = (tails: DiscreteTails): number =>
  Math.min(1, 2 * Math.min(midLower(tails), midUpper(tails)));
