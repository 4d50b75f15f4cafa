import type { Interval } from "./rates.ts";

/** A printed percentage: "decreased by 61.11 %". */
export interface PrintedClaim {
  /** From 0 to 100, with no more decimals than `decimals`. */
  readonly percentDecrease: number;
  /** Decimals printed, 0 to 6. */
  readonly decimals: number;
  /** Greatest count before that is thought possible, 1 to 10,000. */
  readonly maxBefore: number;
}

/** A pair of counts that would be printed as the claim, with what it proves at equal exposure. */
export interface ConsistentPair {
  readonly before: number;
  readonly after: number;
  /** Exact central p that the rates are equal. */
  readonly pCentral: number;
  /** Of the rate ratio after/before. */
  readonly ci: Interval;
}

/** All that a percentage without counts leaves open. */
export interface ClaimCheck {
  readonly pairCount: number;
  /** The pairs with the smallest counts, at most six. */
  readonly smallestPairs: readonly ConsistentPair[];
}

/** What is known before the result of an installation is. */
export interface PowerQuestion {
  /** Count in the window before, 0 to 100,000. */
  readonly beforeCount: number;
  /** Exposure after ÷ exposure before, 0.01 to 100. */
  readonly exposureRatio: number;
  /** Variance ÷ mean of the counts, 1 to 20: 1 when the cases come singly, more when in bursts. */
  readonly phi: number;
}

/** What such a count before can ever show. */
export interface PowerAnswer {
  /** Largest count after that would be a significant decrease; null when not even zero would be. */
  readonly largestSignificantAfter: number | null;
  /** The decrease of the rate that count stands for, percent; null with it. */
  readonly smallestSignificantDecrease: number | null;
  /** Chance (0 to 1) that a true reduction is found, if the count before is its own expectation. */
  readonly chances: readonly { readonly reductionPercent: number; readonly power: number }[];
}

/** An installation that is planned. */
export interface StudyQuestion {
  /** Households of one estate, above 0. */
  readonly households: number;
  /** Cases per 1,000 household-years before, above 0. */
  readonly rate: number;
  /** The true reduction that shall be seen, percent, 1 to 99. */
  readonly reductionPercent: number;
  readonly phi: number;
  /** The chance to see it, 0.5 to 0.99. */
  readonly power: number;
}

/** What has to be observed, and what it is expected to count. */
export interface StudySize {
  /** Months before, and as many after. */
  readonly months: number;
  readonly estates: number;
  readonly expectedBefore: number;
  readonly expectedAfter: number;
  /** The chance that the reduction is found. */
  readonly power: number;
}

/** How long, or at how many estates, an installation must be watched. */
export interface StudyPlan {
  /** One estate, as many months as it takes; null when ten years on either side do not do. */
  readonly oneEstate: StudySize | null;
  /** Twelve months on either side, as many such estates as it takes; null beyond 10,000. */
  readonly oneYear: StudySize | null;
  /** What the usual twelve months of one estate can show. */
  readonly usual: StudySize;
}
