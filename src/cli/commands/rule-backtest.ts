import type { Command } from "commander";
import type { BacktestProgress, BacktestReport } from "../../domain/backtest.ts";
import { SECOND } from "../../domain/time.ts";
import type { CliActions, CliOutput, GlobalOptions } from "../actions.ts";
import { backtestJson, backtestLines } from "../backtest-report.ts";
import { CliFailure } from "../failure.ts";
import { backtestOnHub } from "../hub-backtest.ts";
import { examples, optionsOf, printer, wholeNumber } from "../session.ts";
import { clean } from "../table.ts";

interface BacktestOptions extends GlobalOptions {
  readonly from: string;
  readonly to: string;
  readonly estate?: string;
  readonly officers?: number;
  readonly rules?: string;
  readonly hub?: true;
}

const PROGRESS_EVERY_MS = 2 * SECOND;

/** rules backtest: what rules would have found in the stored events of a period. */
export function addRuleBacktest(rules: Command, actions: CliActions, output: CliOutput): void {
  rules
    .command("backtest")
    .description("Try the rules in force, or others beside them, on stored events; the hub may run meanwhile")
    .requiredOption("--from <day|instant>", "first day, in the zone of the configuration")
    .requiredOption("--to <day|instant>", "the day after the last")
    .option("--estate <id>", "only the events of one estate")
    .option("--officers <number>", "how many officers share the notifications", wholeNumber(1, 100_000))
    .option("--rules <folder>", "rules that take the place of those with the same id, or stand beside them")
    .option("--hub", "let the running hub do it; without this, this process reads the data folder")
    .addHelpText(
      "after",
      `
Nothing is stored and nobody is told. A stored incident matches when its rule and key are the same and its
time touches; CONFIRMED, FALSE and OTHERWISE tell how people closed those, MISSED counts stored ones that
would not have been opened, DUPLICATES those that tell again what another one told ten minutes before.
With --url the hub there does it. Ctrl-C calls it off.
${examples(
  "rules backtest --from 2026-01-01 --to 2026-02-01",
  "rules backtest --from 2026-01-01 --to 2026-02-01 --estate taoxi-3 --officers 4 --rules new-rules --json",
  "rules backtest --from 2026-01-01 --to 2026-02-01 --hub",
)}`,
    )
    .action(async (_options, command: Command) => {
      const { signal = new AbortController().signal } = output;
      const options = optionsOf<BacktestOptions>(command);
      const told = progressTo(output.err);
      const report = await reportOf(options, actions, told, signal).catch((error: unknown) => {
        throw signal.aborted ? new CliFailure("called off") : error;
      });
      for (const fault of report.inForce.faults) output.err(`warning: in force: ${clean(fault)}`);
      for (const fault of report.proposed?.faults ?? []) output.err(`warning: proposed: ${clean(fault)}`);
      printer(options, output)(backtestJson(report), () => backtestLines(report));
    });
}

async function reportOf(
  options: BacktestOptions,
  actions: CliActions,
  onProgress: (progress: BacktestProgress) => void,
  signal: AbortSignal,
): Promise<BacktestReport> {
  const { config, from, to, estate, officers, rules: proposedDir, hub, url } = options;
  const asked = {
    from,
    to,
    ...(config !== undefined && { config }),
    ...(estate !== undefined && { estateId: estate }),
    ...(officers !== undefined && { officers }),
    ...(proposedDir !== undefined && { proposedDir }),
  };
  if (hub !== true && url === undefined) return actions.backtest(asked, onProgress, signal);
  const body = await actions.hubBacktest(asked);
  return backtestOnHub(actions.connect(options), body, onProgress, signal);
}

/** Tells now and then how far it is; a short run says nothing. */
function progressTo(err: CliOutput["err"]): (progress: BacktestProgress) => void {
  const start = performance.now();
  let told = start;
  return ({ done, total }) => {
    const now = performance.now();
    if (now - told < PROGRESS_EVERY_MS) return;
    told = now;
    const rate = Math.round((done / (now - start)) * SECOND);
    err(`${done} of ${total} stored events, ${rate} a second`);
  };
}
