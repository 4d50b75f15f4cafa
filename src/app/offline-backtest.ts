import type { BacktestProgress, BacktestReport } from "../domain/backtest.ts";
import { ZhianError } from "../errors.ts";
import { readRuleFiles, type RuleFiles } from "../rules/rule-files.ts";
import { describeFault } from "../rules/rule.ts";
import { databaseFile } from "./data-folder.ts";
import { inThread } from "./in-thread.ts";
import { periodOf, type WrittenPeriod } from "./period.ts";

/** What somebody at the command line asks. */
interface BacktestRequest extends WrittenPeriod {
  /** Folder of the rules to compare. */
  readonly proposedDir?: string;
}

/** Tries the rules of a configuration's folder on its database, beside the hub or without it. */
export async function offlineBacktest(
  { proposedDir, ...written }: BacktestRequest,
  { dataDir, rulesDir, zone }: { readonly dataDir: string; readonly rulesDir: string; readonly zone: string },
  onProgress: (progress: BacktestProgress) => void,
  signal: AbortSignal,
): Promise<BacktestReport> {
  const job = {
    kind: "backtest",
    database: databaseFile(dataDir),
    zone,
    period: periodOf(written, zone, Date.now()),
    rules: await readRuleFiles(rulesDir),
    ...(proposedDir !== undefined && { proposed: await filesIn(proposedDir) }),
  } as const;
  return inThread(job, signal, onProgress);
}

/** The same request as the API takes it. Throws ZhianError VALIDATION when a file cannot be read. */
export async function hubBacktest({ proposedDir, ...written }: BacktestRequest, zone: string) {
  const { from, to, ...period } = periodOf(written, zone, Date.now());
  const asked = { from: new Date(from).toISOString(), to: new Date(to).toISOString(), ...period };
  if (proposedDir === undefined) return asked;
  const { files, faults } = await filesIn(proposedDir);
  const [fault] = faults;
  if (fault) throw new ZhianError("VALIDATION", describeFault(fault));
  return { ...asked, proposed: Object.fromEntries(files.map(({ name, text }) => [name, text])) };
}

async function filesIn(folder: string): Promise<RuleFiles> {
  const found = await readRuleFiles(folder);
  if (found.files.length === 0 && found.faults.length === 0)
    throw new ZhianError("VALIDATION", `There are no rules in ${folder}.`);
  return found;
}
