import { type Command, Option } from "commander";
import { SELECTION_REASONS } from "../../domain/comparison-input.ts";
import type { CliActions, CliOutput } from "../actions.ts";
import { CALLS } from "../calls.ts";
import { comparisonReport } from "../comparison-report.ts";
import { examples, sessionOf } from "../session.ts";

interface CompareOptions {
  readonly control?: string;
  readonly unit: string;
  readonly category?: string;
  readonly types?: string;
  readonly before?: string;
  readonly after?: string;
  readonly selectedFor?: string;
}

/** compare. */
export function addCompareCommand(program: Command, actions: CliActions, output: CliOutput): void {
  program
    .command("compare")
    .description("Compare an estate before and after its installation: counts, ratio, verdict, caveats")
    .argument("<estate>")
    .option("--control <ids>", "estates without the system, with commas between")
    .addOption(
      new Option("--unit <unit>", "what is counted; calls and cases are never mixed")
        .choices(["call", "case"])
        .default("case"),
    )
    .option("--category <name>", "category of the taxonomy (default: preventable_crime)")
    .option("--types <codes>", "codes with commas between, instead of a category")
    .option("--before <months>", "window before, such as P12M")
    .option("--after <months>", "window after, such as P12M")
    .addOption(
      new Option("--selected-for <reason>", "why this estate got the system").choices(SELECTION_REASONS),
    )
    .addHelpText(
      "after",
      examples(
        "compare taoxi-3",
        "compare taoxi-3 --control taoxi-5,taoxi-7 --unit call --selected-for high_incidents",
      ),
    )
    .action(async (estateId: string, options: CompareOptions, command: Command) => {
      const { client, show } = sessionOf(command, actions, output);
      const { control, unit, types, before, after, selectedFor: selectionReason } = options;
      const category = types === undefined ? (options.category ?? "preventable_crime") : options.category;
      const answer = await client.call(CALLS.compareRates, {
        params: { estateId },
        query: { unit, category, types, control, before, after, selectionReason },
      });
      show(answer, () => comparisonReport(answer));
    });
}
