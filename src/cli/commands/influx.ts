import type { Command } from "commander";
import type { CliActions, CliOutput, GlobalOptions } from "../actions.ts";
import { CALLS } from "../calls.ts";
import { CliFailure } from "../failure.ts";
import { examples, list, optionsOf, printer, sessionOf, tableOr, wholeNumber } from "../session.ts";

interface SpanOptions extends GlobalOptions {
  readonly from: string;
  readonly to: string;
}

const FROM = ["--from <day|instant>", "first day, UTC"] as const;
const TO = ["--to <day|instant>", "the day after the last, UTC"] as const;

/** influx setup, rebuild, verify, dead-letters, replay. */
export function addInfluxCommands(program: Command, actions: CliActions, output: CliOutput): void {
  const influx = program.command("influx").description("The time series in InfluxDB");
  const signal = (): AbortSignal => output.signal ?? new AbortController().signal;

  influx
    .command("setup")
    .description("Make buckets, retention, names for InfluxQL and hourly counts; mends what differs")
    .addHelpText("after", `\nThe token must be allowed to do so.\n${examples("influx setup")}`)
    .action(async (_options, command: Command) => {
      const options = optionsOf<GlobalOptions>(command);
      const done = await actions.influxSetup(options);
      printer(options, output)({ done }, () => done);
    });

  influx
    .command("rebuild")
    .description("Ship what is stored of a span once more; the hub may run meanwhile")
    .requiredOption(...FROM)
    .requiredOption(...TO)
    .addHelpText("after", examples("influx rebuild --from 2026-01-01 --to 2026-02-01"))
    .action(async (_options, command: Command) => {
      const options = optionsOf<SpanOptions>(command);
      let told = Date.now();
      const progress = (lines: number): void => {
        if (Date.now() - told < 2_000) return;
        told = Date.now();
        output.err(`${lines} lines`);
      };
      const report = await actions.influxRebuild(options, progress, signal());
      for (const { line, reason } of report.refused) output.err(`refused: ${reason}: ${line}`);
      printer(options, output)(report, () => [
        `${report.lines} lines shipped, ${report.refused.length} refused.`,
      ]);
      if (report.refused.length > 0) throw new CliFailure("InfluxDB refused lines");
      const { from, to } = report;
      const { client } = sessionOf(command, actions, output);
      await client.call(CALLS.rebuiltInflux, { body: { from, to } }).catch(() => {
        output.err("The hub was not told, as it does not answer; its alarm of dropped lines stays.");
      });
    });

  influx
    .command("verify")
    .description("Compare store and InfluxDB by day and estate; exit code 1 when they differ")
    .requiredOption(...FROM)
    .requiredOption(...TO)
    .addHelpText("after", examples("influx verify --from 2026-01-01 --to 2026-02-01"))
    .action(async (_options, command: Command) => {
      const options = optionsOf<SpanOptions>(command);
      const report = await actions.influxVerify(options, signal());
      if (report.waiting > 0) output.err(`${report.waiting} lines wait to be shipped.`);
      printer(options, output)(report, () => [
        ...tableOr(
          report.differences,
          ["measurement", "day", "estateId", "stored", "influx"],
          `${report.points} points; store and InfluxDB agree.`,
        ),
      ]);
      if (report.differences.length > 0) throw new CliFailure("store and InfluxDB differ");
    });

  influx
    .command("dead-letters")
    .description("Lines that InfluxDB refused, newest first")
    .option("--limit <number>", "how many at most", wholeNumber(1, 100_000), 50)
    .addHelpText("after", examples("influx dead-letters"))
    .action(async ({ limit }: { limit: number }, command: Command) => {
      const session = sessionOf(command, actions, output);
      const items = await list(session, CALLS.listLineDeadLetters, {}, limit);
      session.show(items, () =>
        tableOr(items, ["id", "at", "target", "reason", "line", "replayedAt"], "No line was refused."),
      );
    });

  influx
    .command("replay")
    .description("Put the line of a dead letter back into the outbox")
    .argument("<id>", "number of the dead letter")
    .addHelpText("after", examples("influx replay 17"))
    .action(async (letterId: string, _options, command: Command) => {
      const { client, show } = sessionOf(command, actions, output);
      await client.call(CALLS.replayLineDeadLetter, { params: { letterId } });
      show({ letterId }, () => [`${letterId} waits in the outbox again.`]);
    });
}
