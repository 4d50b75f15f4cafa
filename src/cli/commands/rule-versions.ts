import type { Command } from "commander";
import { stringify } from "yaml";
import type { CliActions, CliOutput } from "../actions.ts";
import { CALLS } from "../calls.ts";
import { examples, sessionOf, tableOr } from "../session.ts";
import { clean } from "../table.ts";

/** rules versions: what a rule was, and when. */
export function addRuleVersions(rules: Command, actions: CliActions, output: CliOutput): void {
  rules
    .command("versions")
    .description("Every version of a rule that was ever in force, or one of them as it was written")
    .argument("<id>", "of the rule, from `zhian rules list` or from an incident")
    .argument("[version]", "shows this one, as an incident names it")
    .addHelpText(
      "after",
      `${examples("rules versions gate-held-open", "rules versions gate-held-open 3f2a90c1d4e5")}
The version in force has a file. A rule that is gone has versions still, because incidents name them.
`,
    )
    .action(async (ruleId: string, version: string | undefined, _options, command: Command) => {
      const { client, show } = sessionOf(command, actions, output);
      if (version === undefined) {
        const { items } = await client.call(CALLS.listRuleVersions, { params: { ruleId } });
        show(items, () => tableOr(items, ["version", "firstAt", "file"], "There are no versions."));
        return;
      }
      const kept = await client.call(CALLS.showRuleVersion, { params: { ruleId, version } });
      show(kept, () => stringify([kept.definition]).trimEnd().split("\n").map(clean));
    });
}
