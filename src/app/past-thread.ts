/** A thread that does one job on the stored past of one database file and tells how far it is. */
import { constants } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import type { BacktestProgress } from "../domain/backtest.ts";
import { ZhianError, type ErrorCode } from "../errors.ts";
import { compileFiles } from "../rules/load-rules.ts";
import { recallRules } from "../rules/recall-rules.ts";
import type { LoadedRules } from "../rules/read-rules.ts";
import type { RuleFiles } from "../rules/rule-files.ts";
import { describeFault } from "../rules/rule.ts";
import { giveWay } from "../runtime/give-way.ts";
import { openPast, type Past } from "../store/past.ts";
import { explainIncident } from "./explain-incident.ts";
import type { BacktestJob, CheckedFiles, PastJobs } from "./past-jobs.ts";
import { runBacktest } from "./run-backtest.ts";
import { runSurveillanceJob } from "./surveillance/run-job.ts";

/** What the thread tells. */
export type PastNews<K extends keyof PastJobs = keyof PastJobs> =
  | { readonly progress: BacktestProgress }
  | { readonly result: PastJobs[K]["result"] }
  | { readonly refused: { readonly code: ErrorCode; readonly message: string } };

function tell(news: PastNews): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(news);
}

function backtest({ period, rules, proposed }: BacktestJob, past: Past) {
  return runBacktest({
    past,
    period,
    inForce: usable(
      rules ? compileFiles(rules) : { rules: recallRules(past.rulesInForce()), faults: [] },
      "There are no rules in force.",
    ),
    ...(proposed && { proposed: usableFiles(proposed) }),
    onProgress: (progress) => tell({ progress }),
  });
}

function usableFiles(files: RuleFiles): LoadedRules {
  return usable(compileFiles(files), "There are no proposed rules.");
}

function usable(loaded: LoadedRules, otherwise: string): LoadedRules {
  if (loaded.rules.length > 0) return loaded;
  const [first] = loaded.faults.map(describeFault);
  throw new ZhianError("VALIDATION", first ?? otherwise);
}

function check(files: RuleFiles): CheckedFiles {
  const { rules, faults } = compileFiles(files);
  return { rules: rules.map(({ id, version, file }) => ({ id, version, file })), faults };
}

async function resultOf(job: PastJobs[keyof PastJobs]["job"]): Promise<PastJobs[keyof PastJobs]["result"]> {
  if (job.kind === "check") return check(job.files);
  if (job.kind === "surveillance") return runSurveillanceJob(job.database, job, job.zone);
  const past = openPast(job.database, job.zone);
  try {
    return job.kind === "backtest" ? backtest(job, past) : explainIncident(past, job.incidentId, job.scope);
  } finally {
    past.close();
  }
}

giveWay(constants.priority.PRIORITY_LOW);
try {
  tell({ result: await resultOf(workerData as PastJobs[keyof PastJobs]["job"]) });
} catch (error) {
  if (!(error instanceof ZhianError)) throw error;
  tell({ refused: { code: error.code, message: error.message } });
}
