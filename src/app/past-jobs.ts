import type { BacktestPeriod, BacktestReport } from "../domain/backtest.ts";
import type { Explanation } from "../domain/explanation.ts";
import type { RuleFault, Scope } from "../ports.ts";
import type { RuleFiles } from "../rules/rule-files.ts";
import type { Outcome } from "./surveillance/outcome.ts";
import type { JobPeriod } from "./surveillance/run-job.ts";

/** The database whose past is asked. */
interface Where {
  readonly database: string;
  /** Zone of estates nobody registered, and of periods that are the same for all. */
  readonly zone: string;
}

/** Try rules on stored events. */
export interface BacktestJob extends Where {
  readonly kind: "backtest";
  /** The rules to try; those that are in force by the database when absent. */
  readonly rules?: RuleFiles;
  /** Rules that take the place of those with the same id, or stand beside them. */
  readonly proposed?: RuleFiles;
  readonly period: BacktestPeriod;
}

/** Say how an incident came about. */
export interface ExplainJob extends Where {
  readonly kind: "explain";
  readonly incidentId: string;
  /** The estates whose events may be shown. */
  readonly scope: Scope;
}

/** Say what is wrong with rules. */
export interface CheckJob {
  readonly kind: "check";
  readonly files: RuleFiles;
}

/** Look for the unusual in one finished period. */
export interface SurveillanceJobOrder extends Where, JobPeriod {
  readonly kind: "surveillance";
}

/** What can be done in a thread of its own, by kind, with what comes of it. */
export interface PastJobs {
  readonly backtest: { readonly job: BacktestJob; readonly result: BacktestReport };
  readonly explain: { readonly job: ExplainJob; readonly result: Explanation };
  readonly check: { readonly job: CheckJob; readonly result: CheckedFiles };
  readonly surveillance: { readonly job: SurveillanceJobOrder; readonly result: Outcome };
}

/** What is in files of rules. */
export interface CheckedFiles {
  /** Those that can be used. */
  readonly rules: readonly { readonly id: string; readonly version: string; readonly file: string }[];
  /** Why the others cannot. */
  readonly faults: readonly RuleFault[];
}
