import type { Command } from "commander";
import type { z } from "zod";
import type { CliActions, CliOutput } from "../actions.ts";
import { CALLS } from "../calls.ts";
import { failOver, faultLines } from "../rule-faults.ts";
import { examples, sessionOf } from "../session.ts";
import { clean } from "../table.ts";

/** rules reload: what changed in the hub's folder, put in force now. */
export function addRuleReload(rules: Command, actions: CliActions, output: CliOutput): void {
  rules
    .command("reload")
    .description("Have the hub read its folder of rules again, now")
    .addHelpText(
      "after",
      `${examples("rules reload", "rules reload --json")}
The hub notices changes by itself; this tells at once what came of them. A faulty rule stays in force as
it was before. Exit code 1 when there is a fault.
`,
    )
    .action(async (_options, command: Command) => {
      const { client, show } = sessionOf(command, actions, output);
      const answer = await client.call(CALLS.reloadRules);
      show(answer, () => linesOf(answer));
      failOver(answer.faults);
    });
}

function linesOf(answer: z.output<typeof CALLS.reloadRules.answer>): string[] {
  const { rules, added, changed, removed, kept, faults } = answer;
  const lists = Object.entries({ added, changed, removed, "kept as before": kept });
  return [
    `rules in force: ${rules}`,
    ...lists.filter(([, ids]) => ids.length > 0).map(([what, ids]) => clean(`${what}: ${ids.join(", ")}`)),
    ...faultLines(faults),
  ];
}
