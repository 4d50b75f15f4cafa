import type { Command } from "commander";
import type { CliActions, CliOutput } from "../actions.ts";
import { CALLS } from "../calls.ts";
import { examples, list, sessionOf, tableOr, wholeNumber } from "../session.ts";

/** estate list. */
export function addEstateCommands(program: Command, actions: CliActions, output: CliOutput): void {
  const estate = program.command("estate").description("Estates");
  estate
    .command("list")
    .description("Estates with their households and dates")
    .option("--limit <number>", "how many at most", wholeNumber(1, 100_000), 1_000)
    .addHelpText("after", examples("estate list", "estate list --json"))
    .action(async ({ limit }: { limit: number }, command: Command) => {
      const session = sessionOf(command, actions, output);
      const items = await list(session, CALLS.listEstates, {}, limit);
      session.show(items, () =>
        tableOr(
          items,
          ["id", "name", "households", "installedOn", "commissionedOn", "policeGrid", "zone", "simulated"],
          "There are no estates. Import some with `zhian import registry`.",
        ),
      );
    });
}
