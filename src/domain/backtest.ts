import type { CloseReason } from "./incident.ts";
import type { Severity } from "./taxonomy.ts";
import type { EpochMs, LocalDate } from "./time.ts";

/** Over what rules are tried: what was received from `from` up to, not including, `to`. */
export interface BacktestPeriod {
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** Only this estate; all of them when absent. */
  readonly estateId?: string;
  /** How many officers share the notifications of these estates; unknown when absent. */
  readonly officers?: number;
}

/** What became of the stored incidents that something was compared with. */
export interface Outcomes {
  /** How people, or for P4 and P5 the rules, closed them. */
  readonly closed: Readonly<Record<CloseReason, number>>;
  readonly unclosed: number;
}

/** What one rule would have opened in one estate. */
export interface RuleFigures {
  readonly rule: string;
  readonly estateId: string;
  readonly incidents: number;
  /** Those of them that tell again what another one of the same type and place told within ten minutes. */
  readonly duplicates: number;
  /** Episodes that resumed one of these instead of opening another. */
  readonly resumed: number;
  /** The stored incidents of the same rule and key at the same time. */
  readonly matched: Outcomes;
  /** Incidents that no stored one matches. */
  readonly unmatched: number;
  /** Stored incidents of the rule that it would not have opened. */
  readonly missed: Outcomes;
}

/** Notifications of one estate. */
export interface EstateNotifications {
  readonly estateId: string;
  readonly total: number;
  /** On an average day of the period. */
  readonly perDay: number;
  /** On the worst day, in the estate's zone. */
  readonly most: number;
  readonly on: LocalDate;
}

/**
 * How often officers would be disturbed: each incident of P1 to P3 that is neither late nor a test
 * notifies one officer once.
 */
export interface Notifications {
  readonly total: number;
  /** On an average day of the period, all estates together. */
  readonly perDay: number;
  /** On the worst day, all estates together; each counts by its own calendar. */
  readonly most: number;
  /** The same for one of the officers who share them; absent when nobody said how many there are. */
  readonly perOfficer?: { readonly perDay: number; readonly most: number };
  /** Those with at least one. */
  readonly estates: readonly EstateNotifications[];
}

/** What one set of rules made of the period. */
export interface TrialFigures {
  readonly rules: readonly { readonly id: string; readonly version: string }[];
  /** Rules that could not be loaded, and conditions that failed; sentences. */
  readonly faults: readonly string[];
  readonly incidents: number;
  /** Those of them that tell again what another one of the same type and place told within ten minutes. */
  readonly duplicates: number;
  /** How many of them a simulator made. */
  readonly simulated: number;
  readonly perDay: number;
  /** By rule and estate; only those with an incident, found or missed. */
  readonly figures: readonly RuleFigures[];
  readonly notifications: Notifications;
  /**
   * Incidents beyond the bound of the comparison: counted in `incidents`, `figures` and `notifications`,
   * matched with nothing and looked at for no duplicates.
   */
  readonly notCompared: number;
}

/** An incident that only one of two sets of rules opened. */
export interface OneSided {
  readonly id: string;
  readonly key: string;
  readonly severity: Severity;
  readonly openedAt: EpochMs;
}

/** How two versions of one rule differ in what they opened. */
export interface RuleDifference {
  readonly rule: string;
  /** Absent when the rule is not among the rules in force. */
  readonly inForce?: string;
  /** Absent when the rule is not among the proposed ones. */
  readonly proposed?: string;
  readonly both: number;
  readonly onlyInForce: number;
  readonly onlyProposed: number;
  /** The first ones of each side. */
  readonly examples: {
    readonly onlyInForce: readonly OneSided[];
    readonly onlyProposed: readonly OneSided[];
  };
}

/** What a backtest found. The same data, period and rules give the same report. */
export interface BacktestReport extends BacktestPeriod {
  /** Events that a rule names and that were folded, those of the warm-up included. */
  readonly events: number;
  readonly inForce: TrialFigures;
  readonly proposed?: TrialFigures;
  /** By rule; those whose version or incidents differ. Only with proposed rules. */
  readonly differences?: readonly RuleDifference[];
  /** What the figures do not say; sentences. */
  readonly notes: readonly string[];
}

/** How far a backtest is, in stored events of the period. */
export interface BacktestProgress {
  readonly done: number;
  readonly total: number;
}

/** A backtest as a hub keeps it, for an hour after its end. */
export interface Backtest extends BacktestPeriod {
  readonly id: string;
  readonly status: "running" | "done" | "failed" | "cancelled";
  readonly startedAt: EpochMs;
  readonly endedAt?: EpochMs;
  /** Absent until the first events were read. */
  readonly progress?: BacktestProgress;
  /** When it is done. */
  readonly report?: BacktestReport;
  /** Why it failed; a sentence. */
  readonly failure?: string;
}
