import { Command, Option } from "commander";
import type { CliActions, CliOutput } from "./actions.ts";
import { addAnomalyCommands } from "./commands/anomalies.ts";
import { addCompareCommand } from "./commands/compare.ts";
import { addDeadLetterCommands } from "./commands/dead-letters.ts";
import { addInfluxCommands } from "./commands/influx.ts";
import { addDeviceCommands } from "./commands/devices.ts";
import { addEstateCommands } from "./commands/estates.ts";
import { addEventCommands } from "./commands/events.ts";
import { addGatewayCommands } from "./commands/gateways.ts";
import { addImportCommands } from "./commands/imports.ts";
import { addIncidentCommands } from "./commands/incidents.ts";
import { addOperationCommands } from "./commands/operations.ts";
import { addReportCommands } from "./commands/reports.ts";
import { addRuleCommands } from "./commands/rules.ts";
import { addOfflineCommands, addRunCommands } from "./commands/run.ts";
import { addStudyCommands } from "./commands/studies.ts";
import { addTokenCommands } from "./commands/tokens.ts";
import { examples } from "./session.ts";

const AFTER = `
A first hub, step by step:
  $ zhian start                                            runs the hub (or zhian demo, to look around)
  $ zhian import registry estates.csv --kind estate        tells it of the estates
  $ zhian gateway add gw-1 --estate taoxi-3                lets a gateway in; prints its password
  $ zhian device list --status pending                     shows what the gateway reports
  $ zhian incidents list --status open                     shows what the rules found
${examples("import cases --help", "events tail --follow")}
Commands other than start, demo, restore, verify, config, rules check, rules backtest, device decode, device new,
claim-check and plan speak to a running hub: the one of this machine's configuration, or --url / ZHIAN_URL. On the hub's own machine
they find its token by themselves; elsewhere give one with ZHIAN_TOKEN or --token-file.

Exit codes: 0 done, 1 refused or failed, 2 not a command.
`;

/** Defines the command line. Nothing runs until it is parsed; everything it does is in `actions`. */
export function buildCli(actions: CliActions, output: CliOutput, version = "0"): Command {
  const program = new Command("zhian")
    .description("智安: a security event hub for old residential estates")
    .version(version)
    .enablePositionalOptions()
    .addHelpText("after", AFTER)
    .helpCommand(true)
    .showHelpAfterError("(add --help for what is possible)")
    .configureOutput({
      writeOut: (text) => output.out(text.trimEnd()),
      writeErr: (text) => output.err(text.trimEnd()),
    })
    .exitOverride();
  addRunCommands(program, actions, output);
  addGatewayCommands(program, actions, output);
  addTokenCommands(program, actions, output);
  addEstateCommands(program, actions, output);
  addCompareCommand(program, actions, output);
  addDeviceCommands(program, actions, output);
  addImportCommands(program, actions, output);
  addEventCommands(program, actions, output);
  addIncidentCommands(program, actions, output);
  addAnomalyCommands(program, actions, output);
  addRuleCommands(program, actions, output);
  addReportCommands(program, actions, output);
  addStudyCommands(program, actions, output);
  addDeadLetterCommands(program, actions, output);
  addInfluxCommands(program, actions, output);
  addOperationCommands(program, actions, output);
  addOfflineCommands(program, actions, output);
  addGlobalOptions(program);
  return program;
}

/** They stand before a command or behind it. There, an option of its own goes before one of the same name. */
function addGlobalOptions(command: Command): void {
  for (const option of GLOBAL_OPTIONS) {
    if (!command.options.some(({ long }) => long === option.long)) command.addOption(option);
  }
  for (const child of command.commands) addGlobalOptions(child);
}

const GLOBAL_OPTIONS = [
  new Option("--config <file>", "configuration file (default: ZHIAN_CONFIG, or zhian.yaml if there is one)"),
  new Option("--url <address>", "hub to speak to (default: ZHIAN_URL, or this machine's hub)"),
  new Option("--token-file <file>", "file that holds the API token (default: ZHIAN_TOKEN, ZHIAN_TOKEN_FILE)"),
  new Option("--json", "print JSON, for programs"),
].map((option) => option.helpGroup("Global Options:"));
