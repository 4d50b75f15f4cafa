import type { Caveat, Interval, RecordedSpan, Simulation } from "./rates.ts";
import type { CaseUnit } from "./recorded-case.ts";

/** A count and the exposure it arose in, household-days. */
interface Counted {
  readonly count: number;
  readonly exposure: number;
}

/** One calendar month `YYYY-MM` with its count and exposure in household-days, > 0. */
export interface MonthCount extends Counted {
  readonly month: string;
}

/** A change between two periods, as the news tell it and as the exposure demands it. */
export interface PeriodChange {
  readonly current: Counted;
  readonly base: Counted;
  /** 100 (x − x_base) / x_base; null when the base is 0. */
  readonly rawPercent: number | null;
  /** The same of the rates; null when the base is 0. */
  readonly ratePercent: number | null;
  /** Exact interval of `ratePercent`; null when both counts are 0. */
  readonly rateCi: Interval | null;
}

/** 同比 and 环比 of one month. A change is null when a month it needs was not given. */
export interface PeriodChanges {
  /** 同比: against the same month of the year before. */
  readonly yearOnYear: PeriodChange | null;
  /** 环比: against the month before. */
  readonly monthOnMonth: PeriodChange | null;
  /**
   * January and February together against the same two months of the year before; given for February.
   * The Spring Festival moves between the two, so that neither month alone is comparable.
   */
  readonly janFebYearOnYear: PeriodChange | null;
  /** True for a January or February: `yearOnYear` of the single month needs the caveat. */
  readonly springFestival: boolean;
}

/** Why a change is not told. */
export type NoChange = "not_recorded" | "no_exposure" | "told_for_february";

/** 同比 and 环比 of one estate's month, with all that has to be known to read them. */
export interface PeriodAnswer {
  readonly estateId: string;
  readonly unit: CaseUnit;
  readonly types: readonly string[];
  /** `YYYY-MM`. */
  readonly month: string;
  readonly changes: PeriodChanges;
  /** Of every change that is null. */
  readonly reasons: Readonly<Partial<Record<ChangeName, NoChange>>>;
  readonly simulated: Simulation;
  readonly records: RecordedSpan | null;
  readonly caveats: readonly Caveat[];
}

/** Names of the changes. */
export type ChangeName = Exclude<keyof PeriodChanges, "springFestival">;
