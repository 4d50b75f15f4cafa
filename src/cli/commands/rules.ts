import type { Command } from "commander";
import type { CliActions, CliOutput, GlobalOptions } from "../actions.ts";
import { CALLS } from "../calls.ts";
import { failOver, faultLines } from "../rule-faults.ts";
import { examples, optionsOf, printer, sessionOf, tableOr } from "../session.ts";
import { clean } from "../table.ts";
import { addRuleBacktest } from "./rule-backtest.ts";
import { addRuleExplain } from "./rule-explain.ts";
import { addRuleLedger } from "./rule-ledger.ts";
import { addRuleReload } from "./rule-reload.ts";
import { addRuleVersions } from "./rule-versions.ts";

/** rules list, check, reload, versions, explain, backtest. */
export function addRuleCommands(program: Command, actions: CliActions, output: CliOutput): void {
  const rules = program.command("rules").description("What makes an incident");
  rules
    .command("list")
    .description("The rules in force; faults of the hub's folder are remarked upon")
    .addHelpText("after", examples("rules list", "rules list --json"))
    .action(async (_options, command: Command) => {
      const { client, show, remark } = sessionOf(command, actions, output);
      const { items } = await client.call(CALLS.listRules);
      show(items, () =>
        tableOr(
          items,
          ["id", "version", "incident", "severity", "title.zh", "title.en", "file"],
          "There are no rules in force.",
        ),
      );
      const { items: faults } = await client.call(CALLS.listRuleFaults);
      for (const line of faultLines(faults)) remark(`fault: ${line}`);
    });

  rules
    .command("check")
    .description("Read a folder of rules and tell everything that is wrong with it; no hub is needed")
    .argument("[folder]", "rulesDir of the configuration when left out")
    .addHelpText(
      "after",
      `${examples("rules check", "rules check rules", "rules check --config /etc/zhian.yaml --json")}
One line a fault: file:line: rule · field: what is wrong. Exit code 1 when there is one.
`,
    )
    .action(async (folder: string | undefined, _options, command: Command) => {
      const options = optionsOf<GlobalOptions>(command);
      const { config } = options;
      const check = await actions.checkRules({
        ...(config !== undefined && { config }),
        ...(folder !== undefined && { folder }),
      });
      const { faults } = check;
      printer(options, output)(check, () =>
        faults.length === 0 ? [verdictOn(check.rules, check.folder)] : faultLines(faults),
      );
      failOver(faults);
    });
  addRuleReload(rules, actions, output);
  addRuleVersions(rules, actions, output);
  addRuleExplain(rules, actions, output);
  addRuleLedger(rules, actions, output);
  addRuleBacktest(rules, actions, output);
}

function verdictOn(rules: number, folder: string): string {
  if (rules === 0) return `There are no rules in ${clean(folder)}.`;
  return rules === 1 ? "One rule, and it is sound." : `${rules} rules, all of them sound.`;
}
