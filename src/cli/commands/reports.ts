import { writeFile } from "node:fs/promises";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { CliActions, CliOutput } from "../actions.ts";
import type { CallInput } from "../api-client.ts";
import { CALLS } from "../calls.ts";
import { CliFailure } from "../failure.ts";
import { examples, sessionOf } from "../session.ts";
import { clean } from "../table.ts";

interface ReportOptions {
  readonly month: string;
  readonly lang: string;
  readonly format: string;
  readonly unit: string;
  readonly category?: string;
  readonly types?: string;
  readonly out?: string;
}

/** report estate, report district: the monthly bulletin. */
export function addReportCommands(program: Command, actions: CliActions, output: CliOutput): void {
  const report = program.command("report").description("The monthly bulletin, to print or as CSV");

  withOptions(report.command("estate"))
    .description("Of one estate: rate by month, last year, hours, before and after the installation")
    .argument("<id>")
    .addHelpText(
      "after",
      examples(
        "report estate taoxi-3 --month 2026-10 --out taoxi-3.html",
        "report estate taoxi-3 --month 2026-10 --lang en --format csv --out taoxi-3.csv",
      ),
    )
    .action(async (estateId: string, options: ReportOptions, command: Command) => {
      await deliver(command, options, (client, query) =>
        client.call(CALLS.estateReport, { params: { estateId }, query }),
      );
    });

  withOptions(report.command("district"))
    .description("Of all estates you may see, side by side")
    .addHelpText("after", examples("report district --month 2026-10 --out district.html"))
    .action(async (options: ReportOptions, command: Command) => {
      await deliver(command, options, (client, query) => client.call(CALLS.districtReport, { query }));
    });

  async function deliver(
    command: Command,
    { out: file, month, lang, format, unit, category, types }: ReportOptions,
    ask: (
      client: ReturnType<CliActions["connect"]>,
      query: NonNullable<CallInput["query"]>,
    ) => Promise<string>,
  ): Promise<void> {
    const { client, show, remark } = sessionOf(command, actions, output);
    const text = await ask(client, { month, lang, format, unit, category, types });
    if (file === undefined) {
      show(text, () => [text.trimEnd()]);
      return;
    }
    await writeFile(file, text).catch((error: unknown) => {
      throw new CliFailure(`cannot write ${clean(file)}: ${error instanceof Error ? error.message : ""}`);
    });
    remark(`written to ${file}`);
  }
}

function withOptions(command: Command): Command {
  return command
    .requiredOption("--month <YYYY-MM>", "the month; it must be over", monthText)
    .addOption(new Option("--lang <lang>", "language").choices(["zh", "en"]).default("zh"))
    .addOption(new Option("--format <format>", "what for").choices(["html", "csv"]).default("html"))
    .addOption(new Option("--unit <unit>", "what is counted").choices(["call", "case"]).default("call"))
    .option("--category <category>", "codes of a category (default: preventable_crime)")
    .option("--types <codes>", "these codes, with commas between")
    .option("--out <file>", "write it there; without this it is printed");
}

function monthText(text: string): string {
  if (/^\d{4}-(?:0[1-9]|1[0-2])$/u.test(text)) return text;
  throw new InvalidArgumentError("It must be a month, such as 2026-10.");
}
