import type { Command } from "commander";
import type { CliActions, CliOutput } from "../actions.ts";
import { CALLS } from "../calls.ts";
import { CliFailure } from "../failure.ts";
import { fields, table } from "../table.ts";
import { examples, sessionOf } from "../session.ts";

/** backup, health: asked of the running hub. */
export function addOperationCommands(program: Command, actions: CliActions, output: CliOutput): void {
  program
    .command("backup")
    .description("Copy the database while the hub runs; the file goes into the hub's own backups folder")
    .argument("<file>", "a file name without folders")
    .addHelpText("after", examples("backup before-upgrade.db"))
    .action(async (file: string, _options, command: Command) => {
      const { client, show } = sessionOf(command, actions, output);
      const answer = await client.call(CALLS.backup, { body: { file } });
      show(answer, () => fields(answer));
    });

  program
    .command("health")
    .description("Whether the hub is well; exit code 1 when it does not do its job")
    .addHelpText("after", examples("health", "health --url https://hub.example --json"))
    .action(async (_options, command: Command) => {
      const { client, show } = sessionOf(command, actions, output);
      const answer = await client.call(CALLS.health);
      show(answer, () => [
        `status: ${answer.status}`,
        ...(answer.faults.length > 0 ? ["", ...table(answer.faults, ["part", "since", "message"])] : []),
        "",
        ...fields(answer.figures),
      ]);
      if (answer.status === "failing") throw new CliFailure("the hub does not do its job");
    });
}
