import type { EpochMs, LocalDate } from "./time.ts";

/** A two-sided confidence interval; `hi: null` means +Infinity. */
export interface Interval {
  readonly lo: number;
  readonly hi: number | null;
  readonly level: number;
  readonly method: string;
}

/** A span of estate-local days, `from` inclusive, `to` exclusive. */
export interface Span {
  readonly from: LocalDate;
  readonly to: LocalDate;
}

/** One bucket of a rate series. Rates are per 1,000 household-years. */
export interface RateRow extends Span {
  readonly count: number;
  /** Mean over the days. */
  readonly households: number;
  /** Of the exposure in which the count arose; adjusted where that was asked for. */
  readonly householdYears: number;
  /** Share of device-hours in which devices were observed; null: unknown. */
  readonly coverage: number | null;
  /** Null where there was no exposure: the count is then no zero. */
  readonly rate: number | null;
  readonly ci: Interval | null;
}

/** One side of a before/after comparison. */
export interface ComparisonSide extends RateRow {
  readonly rate: number;
  readonly ci: Interval;
  readonly months: number;
}

/** The before and after windows around an installation, and the washout between them. */
export interface ComparisonWindows {
  readonly before: Span;
  readonly washout: Span;
  readonly after: Span;
}

/** What the comparison uses when nobody says otherwise: a year, 30 days to settle, a year. */
export const WINDOW_DEFAULTS = { beforeMonths: 12, afterMonths: 12, washoutDays: 30 } as const;

/** Shorter comparison windows are refused: they hold half the seasons at most. */
export const MIN_WINDOW_MONTHS = 6;

/** How far the records of one unit reach that a count was made in; days are the asking estate's own. */
export interface RecordedSpan {
  /** Day of the first record. */
  readonly first: LocalDate;
  /** Day of the last record, inclusive. */
  readonly last: LocalDate;
  /** Records in all, and those of them that a simulator made. */
  readonly cases: number;
  readonly simulated: number;
  /** When a file of these sources was last imported, whether it changed anything or not. */
  readonly lastImportAt?: EpochMs;
}

/** Whether what was counted is real, made by a simulator, or both at once. */
export type Simulation = "none" | "all" | "mixed";

/** A reason to read a number with care: a code for programs, sentences for people. */
export interface Caveat {
  readonly code: string;
  readonly severity: "info" | "warning" | "blocking";
  readonly zh: string;
  readonly en: string;
  readonly evidence?: Readonly<Record<string, number | string>>;
}

/** Exact conditional comparison of two Poisson rates. Ratios are after/before. */
export interface RateRatio {
  /** Null when the count before is zero. */
  readonly rateRatio: number | null;
  /** 100 (rateRatio − 1). */
  readonly percentChange: number | null;
  /** Null when both counts are zero. */
  readonly exact: {
    readonly ci: Interval;
    readonly percentCi: Interval;
    readonly pCentral: number;
    readonly pMid: number;
    readonly midpCi: Interval;
  } | null;
}
