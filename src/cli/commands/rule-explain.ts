import type { Command } from "commander";
import type { CliActions, CliOutput } from "../actions.ts";
import { CALLS } from "../calls.ts";
import { explanationLines } from "../explanation-report.ts";
import { examples, sessionOf } from "../session.ts";

/** rules explain: the events and steps that made an incident. */
export function addRuleExplain(rules: Command, actions: CliActions, output: CliOutput): void {
  rules
    .command("explain")
    .description("Tell the events, the steps of the rule and what people did that made an incident")
    .argument("<incident>", "its id, as incidents list shows it")
    .addHelpText(
      "after",
      `
The hub gives the stored events to the version of the rule that made the incident once more. What that does
not give, because events were deleted or something was changed since, is said at the end.
${examples("rules explain 0190a1b2c3d4e5f6a7b8c9d0e1f2a3b4", "rules explain 0190a1b2c3d4e5f6a7b8c9d0e1f2a3b4 --json")}`,
    )
    .action(async (incidentId: string, _options, command: Command) => {
      const { client, show } = sessionOf(command, actions, output);
      const answer = await client.call(CALLS.explainIncident, { params: { incidentId } });
      show(answer, () => explanationLines(answer));
    });
}
