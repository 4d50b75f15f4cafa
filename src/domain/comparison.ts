import type { SelectionReason } from "./comparison-input.ts";
import type { Caveat, ComparisonSide, ComparisonWindows, Interval, RateRatio, Simulation } from "./rates.ts";
import type { CaseUnit } from "./recorded-case.ts";
import type { LocalDate } from "./time.ts";

/** What the comparison says; "vs_control" only where a control was used. */
export const COMPARISON_VERDICTS = [
  "not_estimable",
  "inconclusive",
  "decrease_uncontrolled",
  "decrease_vs_control",
  "increase_uncontrolled",
  "increase_vs_control",
] as const;

export type ComparisonVerdict = (typeof COMPARISON_VERDICTS)[number];

/** A quasi-Poisson finding. */
export interface QuasiFinding {
  readonly phi: number;
  /** Null for a φ that was given, which is judged by the normal distribution. */
  readonly df: number | null;
  readonly ci: Interval;
  readonly p: number;
}

/** A ratio with an interval and a two-sided p. */
export interface JudgedRatio {
  readonly ratio: number;
  readonly ci: Interval;
  readonly p: number;
}

/** Before against after, no control. */
export interface ComparisonEffect extends RateRatio {
  /** Null with fewer than six months on a side (unless φ was given), or without any case. */
  readonly quasi: QuasiFinding | null;
  /** Exact and quasi together, limit by limit the wider; null without any case. */
  readonly ciDecision: Interval | null;
  /** The larger p of the two. */
  readonly pDecision: number | null;
}

/** Cases prevented, in cases of the treated estates' window after; above 0 is good. */
export interface PreventedCounts {
  readonly est: number;
  readonly ci: Interval;
  readonly method: "wdd";
}

/** Treated against control. */
export interface ControlledEffect {
  /** Relative incident rate ratio; below 1 is good. Null when it has no finite value. */
  readonly rirr: number | null;
  /** Relative effect size, 1/RIRR; above 1 is good. */
  readonly res: number | null;
  readonly percentChangeRelative: number | null;
  /** Of the RIRR; null when the margins leave one table only. */
  readonly exact: { readonly ci: Interval; readonly pCentral: number; readonly pMid: number } | null;
  /** Of the RIRR. */
  readonly quasi: QuasiFinding | null;
  readonly ciDecision: Interval | null;
  readonly pDecision: number | null;
  /** In the treated estates. */
  readonly preventedCounts: PreventedCounts;
  readonly before: number;
  readonly after: number;
}

/** The effect freed from regression to the mean by untreated estates of the same kind. */
export interface BayesEffect {
  readonly theta: number;
  readonly percentChange: number;
  readonly ci: Interval;
  readonly observedAfter: number;
  readonly expectedAfter: number;
  readonly nReference: number;
  readonly k: number;
}

/** The treated estates one by one, and pooled. */
export interface PooledEffect {
  /** Mantel–Haenszel. */
  readonly mhIrr: number;
  readonly ci: Interval;
  readonly p: number;
  /** DerSimonian–Laird with its own or Knapp–Hartung limits, the wider of them. */
  readonly dl: { readonly ratio: number; readonly ci: Interval | null };
  readonly tau2: number;
  /** Percent. */
  readonly i2: number;
  readonly predictionInterval: Interval | null;
  readonly estates: readonly EstateEffect[];
}

/** One treated estate by itself. */
export interface EstateEffect {
  readonly estateId: string;
  readonly before: number;
  readonly after: number;
  readonly rateRatio: number | null;
  /** Null without any case. */
  readonly p: number | null;
  /** Benjamini–Hochberg over these estates. */
  readonly q: number | null;
}

/** The treated estates' months as one series. */
export interface SeriesEffect {
  readonly step: JudgedRatio & { readonly method: string };
  readonly withoutTrend: Pick<JudgedRatio, "ratio" | "ci">;
  readonly monthsBefore: number;
  readonly monthsAfter: number;
  readonly dispersion: number;
}

/** Effects over time: a panel of one date, or cohorts of several. */
export interface EventStudy {
  readonly kind: "panel" | "staggered";
  /** `method` is that of p; in a panel the limits are the wider of estate-clustered and quasi-Poisson. */
  readonly overall: JudgedRatio & { readonly method: string };
  /** That the treated did not move apart before; null when it cannot be tested, as with very few estates. */
  readonly preTrendP: number | null;
  /** By lot over the estates; panel of fewer than ten estates only. */
  readonly pRandomisation: number | null;
  readonly cohorts: readonly CohortEffect[];
  /** Ratio by quarters since the installation; below 0: before it. */
  readonly dynamic: readonly {
    readonly since: number;
    readonly ratio: number | null;
    readonly ci: Interval | null;
  }[];
}

/** The estates of one installation date against the controls over the same months. */
export interface CohortEffect {
  readonly installedOn: LocalDate;
  readonly estates: number;
  readonly before: number;
  readonly after: number;
  readonly controlBefore: number;
  readonly controlAfter: number;
  readonly rirr: number;
  readonly ci: Interval;
}

/** What happened beside the treated estates. */
export interface DisplacementEffect {
  /** In treated estates and buffer together; null without a control of the buffer. */
  readonly preventedCounts: (PreventedCounts & { readonly p: number | null }) | null;
  /** Null unless the treated estates fared better than the control. */
  readonly wdq: number | null;
  readonly wdqValid: boolean;
  /** Total net effect in cases; above 0 is good. */
  readonly tne: number | null;
  readonly before: number;
  readonly after: number;
}

/** How strong the design is. */
export interface ComparisonDesign {
  /** Maryland scale: 2 before/after only · 3 with control · 4 several units and parallel trends · 5 by lot. */
  readonly smsLevel: 2 | 3 | 4 | 5;
  readonly selectionReason: SelectionReason;
  readonly nTreated: number;
  readonly nControl: number;
  readonly adoption: "single" | "staggered";
  readonly mechanismNote: { readonly zh: string; readonly en: string };
}

/** The blocks that may be null. */
export const COMPARISON_BLOCKS = ["controlled", "eb", "pooled", "its", "eventStudy", "displacement"] as const;

export type ComparisonBlock = (typeof COMPARISON_BLOCKS)[number];

/** The whole answer of a before/after comparison. Never a percentage without its counts. */
export interface Comparison {
  readonly series: "recorded";
  readonly unit: CaseUnit;
  readonly types: readonly string[];
  /** Version of the list that says which code is in which category. */
  readonly definition: string;
  readonly treated: readonly { readonly estateId: string; readonly installedOn: LocalDate }[];
  readonly control: readonly string[];
  readonly design: ComparisonDesign;
  /** Null when the treated estates have several dates, and so windows of their own. */
  readonly windows: ComparisonWindows | null;
  /** Sums over the treated estates. */
  readonly before: ComparisonSide;
  readonly after: ComparisonSide;
  readonly effect: ComparisonEffect;
  readonly controlled: ControlledEffect | null;
  readonly eb: BayesEffect | null;
  readonly pooled: PooledEffect | null;
  readonly its: SeriesEffect | null;
  readonly eventStudy: EventStudy | null;
  readonly displacement: DisplacementEffect | null;
  /** Why each block that is null is. */
  readonly reasons: Readonly<Partial<Record<ComparisonBlock, string>>>;
  /** Largest count after that would be significant at equal exposure; null when none would. */
  readonly minDetectable: number | null;
  /** The block that the verdict rests on. */
  readonly decidedBy: "effect" | "controlled" | "eb" | "eventStudy" | null;
  readonly verdict: ComparisonVerdict;
  readonly simulated: Simulation;
  /** True while a blocking caveat stands. */
  readonly provisional: boolean;
  readonly caveats: readonly Caveat[];
  readonly methods: Readonly<Record<string, string>>;
  readonly seed: number;
}
