import type { Command } from "commander";
import type { CliActions, CliOutput } from "../actions.ts";
import { CALLS } from "../calls.ts";
import { examples, sessionOf, tableOr } from "../session.ts";

/** device bad-actors. */
export function addBadActors(device: Command, actions: CliActions, output: CliOutput): void {
  device
    .command("bad-actors")
    .description("Devices whose incidents came and went too often in the last 30 days")
    .option("--estate <id>", "only those of one estate")
    .addHelpText(
      "after",
      `${examples("device bad-actors", "device bad-actors --estate taoxi-3")}
Three beginnings or ends within a minute are chattering: mend, move or replace the device.
`,
    )
    .action(async ({ estate: estateId }: { estate?: string }, command: Command) => {
      const { client, show } = sessionOf(command, actions, output);
      const { items } = await client.call(CALLS.listBadActors, { query: { estateId } });
      show(items, () =>
        tableOr(
          items,
          ["estateId", "deviceId", "incidents", "lastAt"],
          "No device chattered in the last 30 days.",
        ),
      );
    });
}
