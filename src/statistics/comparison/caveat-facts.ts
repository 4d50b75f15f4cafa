import type { ComparisonInput } from "../../domain/comparison-input.ts";
import type {
  ComparisonEffect,
  ComparisonVerdict,
  ControlledEffect,
  PooledEffect,
} from "../../domain/comparison.ts";
import type { Caveat, ComparisonSide } from "../../domain/rates.ts";
import type { ObservedWindows } from "./cohorts.ts";

/** What the caveats of a comparison are decided on. */
export interface CaveatFacts {
  readonly input: ComparisonInput;
  /** The windows of each date; one entry when all estates share theirs. */
  readonly windows: readonly ObservedWindows[];
  readonly before: ComparisonSide;
  /** The observed part of the window after. */
  readonly after: ComparisonSide;
  readonly effect: ComparisonEffect;
  readonly controlled: ControlledEffect | null;
  readonly pooled: PooledEffect | null;
  /** Whether empirical Bayes freed the effect from regression to the mean. */
  readonly eb: boolean;
  /** That treated and control moved alike before; null when nothing tells. */
  readonly parallelP: number | null;
  readonly minDetectable: number | null;
  readonly verdict: ComparisonVerdict;
  /** False when a window has no records: what its count says is then no reason for anything. */
  readonly recorded: boolean;
}

/** A caveat if there is reason for it. */
export type CaveatRule = (facts: CaveatFacts) => Caveat | undefined;

/** A share as people write it. */
export const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** True for a verdict that says something changed. */
export const isFinding = (verdict: ComparisonVerdict): boolean =>
  verdict !== "inconclusive" && verdict !== "not_estimable";
