import type { Command } from "commander";
import type { CliActions, CliOutput } from "../actions.ts";
import { CALLS } from "../calls.ts";
import { examples, sessionOf, tableOr } from "../session.ts";
import { table } from "../table.ts";

/** rules ledger. */
export function addRuleLedger(rules: Command, actions: CliActions, output: CliOutput): void {
  rules
    .command("ledger")
    .description("What became of the incidents of twelve months, by rule and device")
    .option("--estate <id>", "only those of one estate")
    .addHelpText(
      "after",
      `${examples("rules ledger", "rules ledger --estate taoxi-3")}
Precision is confirmed ÷ (confirmed + false alarms). Nothing is demoted unless a person does it.
`,
    )
    .action(async ({ estate: estateId }: { estate?: string }, command: Command) => {
      const { client, show } = sessionOf(command, actions, output);
      const ledger = await client.call(CALLS.ruleLedger, { query: { estateId } });
      const columns = ["closed.confirmed", "closed.false_alarm", "closed.other", "precision"];
      const proposed = ledger.devices.filter(({ proposedForDemotion }) => proposedForDemotion === true);
      show(ledger, () => [
        ...tableOr(ledger.rules, ["rule", ...columns], "No incident was closed in these twelve months."),
        ...(proposed.length === 0
          ? []
          : [
              "",
              "Three false alarms or more: mend the device, or let its incidents weigh less.",
              ...table(proposed, ["rule", "estateId", "deviceId", ...columns, "lastAt"]),
            ]),
      ]);
    });
}
