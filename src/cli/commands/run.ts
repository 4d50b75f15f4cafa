import type { Command } from "commander";
import type { CliActions, CliOutput, GlobalOptions } from "../actions.ts";
import { clean } from "../table.ts";
import { examples, optionsOf, printer, wholeNumber } from "../session.ts";
import { CliFailure } from "../failure.ts";

/** start, demo, config check: the commands that run or check the hub itself. */
export function addRunCommands(program: Command, actions: CliActions, output: CliOutput): void {
  program
    .command("start")
    .description("Run the hub until it is stopped (Ctrl-C or SIGTERM)")
    .addHelpText("after", examples("start", "start --config /etc/zhian.yaml"))
    .action((_options, command: Command) => actions.start(configOf(command)));

  program
    .command("demo")
    .description(
      "Run a hub with simulated estates, recorded cases and gateways; everything in it is labelled so",
    )
    .option("--speed <factor>", "estate hours that pass in one hour", wholeNumber(1, 10_000), 60)
    .option("--seed <number>", "the same seed makes the same world", wholeNumber(0, 2 ** 32 - 1), 1)
    .addHelpText("after", examples("demo", "demo --seed 7 --speed 600"))
    .action(({ speed, seed }: { speed: number; seed: number }, command: Command) =>
      actions.demo({ ...configOf(command), speed, seed }),
    );

  const config = program.command("config").description("The configuration");
  config
    .command("check")
    .description("Read the configuration and tell everything that is wrong with it")
    .addHelpText("after", examples("config check", "config check --config zhian.yaml --json"))
    .action(async (_options, command: Command) => {
      const check = await actions.checkConfig(configOf(command));
      for (const warning of check.warnings) output.err(`warning: ${clean(warning)}`);
      printer(optionsOf<GlobalOptions>(command), output)(check, () => ["The configuration is sound."]);
    });
}

/** restore, verify: what needs the data folder alone. */
export function addOfflineCommands(program: Command, actions: CliActions, output: CliOutput): void {
  program
    .command("restore")
    .description("Put a backup in the place of the database; the hub must be stopped")
    .argument("<file>", "a file made by `zhian backup`")
    .addHelpText("after", examples("restore data/backups/before-upgrade.db"))
    .action(async (file: string, _options, command: Command) => {
      await actions.restore({ ...configOf(command), file });
      printer(optionsOf<GlobalOptions>(command), output)({ restored: file }, () => [
        `Restored from ${clean(file)}.`,
        "Everything after that backup is undone: closures, enrolments, imports, new gateways and tokens.",
        "Revoke again what was revoked since. Events after it come back only as far as the journal still holds them.",
      ]);
    });

  program
    .command("verify")
    .description("Check journal and database for faults; the hub must be stopped")
    .addHelpText("after", examples("verify", "verify --config /etc/zhian.yaml"))
    .action(async (_options, command: Command) => {
      const faults = await actions.verify(configOf(command));
      printer(optionsOf<GlobalOptions>(command), output)({ faults }, () =>
        faults.length === 0 ? ["The data is sound."] : faults.map(clean),
      );
      if (faults.length > 0)
        throw new CliFailure(`${faults.length} ${faults.length === 1 ? "fault" : "faults"} found`);
    });
}

function configOf(command: Command): { readonly config?: string } {
  const { config } = optionsOf<GlobalOptions>(command);
  return config === undefined ? {} : { config };
}
