import type { Command } from "commander";
import type { CliActions, CliOutput } from "../actions.ts";
import { CALLS } from "../calls.ts";
import { CliUsage } from "../failure.ts";
import { examples, sessionOf, wholeNumber } from "../session.ts";
import { table } from "../table.ts";

interface Options {
  readonly from?: string;
  readonly households?: number;
  readonly remove?: string;
}

/** estate households: over time, and changing them from a day on. */
export function addHouseholdsCommand(estate: Command, actions: CliActions, output: CliOutput): void {
  estate
    .command("households")
    .description("Occupied households over time; with --from and --households, a change from that day on")
    .argument("<id>")
    .option("--from <day>", "first day, in the estate's zone: 2026-03-01")
    .option("--households <number>", "occupied from then on", wholeNumber(0, 1_000_000))
    .option("--remove <day>", "takes the change of that day back")
    .addHelpText(
      "after",
      examples(
        "estate households taoxi-3",
        "estate households taoxi-3 --from 2026-03-01 --households 1190",
        "estate households taoxi-3 --remove 2026-03-01",
      ),
    )
    .action(async (estateId: string, { from, households, remove }: Options, command: Command) => {
      if ((from === undefined) !== (households === undefined)) {
        throw new CliUsage("--from and --households belong together");
      }
      const { client, show } = sessionOf(command, actions, output);
      if (remove !== undefined)
        await client.call(CALLS.deleteHouseholds, { params: { estateId, day: remove } });
      if (from !== undefined) {
        const params = { estateId, day: from };
        await client.call(CALLS.putHouseholds, { params, body: { households } });
      }
      const answer = await client.call(CALLS.showHouseholds, { params: { estateId } });
      const first = {
        fromDay: answer.changes.length === 0 ? "always" : "before",
        households: answer.households,
      };
      show(answer, () => table([first, ...answer.changes], ["fromDay", "households"]));
    });
}
