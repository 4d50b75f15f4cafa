import { type DiscreteTails, midLower, midSlope, midUpper } from "./discrete-tails.ts";
import { tailRoot } from "./tail-root.ts";

/** Whether the observed point belongs to the tail wholly (exact) or by half (mid-p). */
export type PointShare = "whole" | "half";

/** Tails around the observed count as a function of the natural parameter u of its distribution. */
export type TailsAt = (u: number) => DiscreteTails;

/**
 * The u at which the tail from the observed count upwards holds `p`: the lower confidence limit of u.
 * There is none (−∞) when the observed count is the least possible; that is the caller's to see.
 */
export const lowerLimit = (tailsAt: TailsAt, p: number, share: PointShare, start: number): number =>
  tailRoot(
    (u) => {
      const tails = tailsAt(u);
      return share === "half"
        ? { tail: midUpper(tails), slope: midSlope(tails) }
        : { tail: tails.atLeast, slope: tails.atLeastSlope };
    },
    p,
    "rising",
    start,
  );

/** The u at which the tail from the observed count downwards holds `p`: the upper confidence limit. */
export const upperLimit = (tailsAt: TailsAt, p: number, share: PointShare, start: number): number =>
  tailRoot(
    (u) => {
      const tails = tailsAt(u);
      return share === "half"
        ? { tail: midLower(tails), slope: -midSlope(tails) }
        : { tail: tails.atMost, slope: -tails.aboveSlope };
    },
    p,
    "falling",
    start,
  );
