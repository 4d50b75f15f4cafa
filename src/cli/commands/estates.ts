import { type Command, Option } from "commander";
import { ESTATE_MODES } from "../../domain/estate-mode.ts";
import { HOUR } from "../../domain/time.ts";
import type { CliActions, CliOutput } from "../actions.ts";
import { CALLS } from "../calls.ts";
import { CliUsage } from "../failure.ts";
import { examples, list, type Session, sessionOf, tableOr, wholeNumber } from "../session.ts";
import { table } from "../table.ts";
import { addHouseholdsCommand } from "./estate-households.ts";

/** estate list, households, mode. */
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

  addHouseholdsCommand(estate, actions, output);

  estate
    .command("mode")
    .description("Whether an estate is armed, disarmed or in maintenance; with --set, order it")
    .argument("<id>")
    .addOption(
      new Option("--set <mode>", "order this mode; plan ends what was ordered").choices([
        ...ESTATE_MODES,
        "plan",
      ]),
    )
    .option("--for <hours>", "for how many hours; required unless armed", wholeNumber(1, 744))
    .option("--note <text>", "why")
    .addHelpText(
      "after",
      examples("estate mode taoxi-3", 'estate mode taoxi-3 --set maintenance --for 4 --note "new cameras"'),
    )
    .action(async (estateId: string, options: ModeOptions, command: Command) => {
      const session = sessionOf(command, actions, output);
      const answer = await modeOf(session, estateId, options);
      const { mode, order, plan, orders } = answer;
      session.show(answer, () => [
        `${estateId} is ${mode}${order ? `, ordered by ${order.by}${order.until === undefined ? "" : ` until ${order.until}`}` : plan.length === 0 ? "" : ", by its plan"}.`,
        ...(orders.length === 0 ? [] : ["", ...table(orders, ["from", "until", "mode", "by", "note"])]),
      ]);
    });
}

interface ModeOptions {
  readonly set?: string;
  readonly for?: number;
  readonly note?: string;
}

/** Asks for the mode, or orders one; `plan` ends what was ordered. */
function modeOf({ client }: Session, estateId: string, { set, for: hours, note }: ModeOptions) {
  const params = { estateId };
  if ((set === undefined || set === "plan") && (hours !== undefined || note !== undefined))
    throw new CliUsage(`--for and --note belong to an order: --set ${ESTATE_MODES.join(", ")}.`);
  if (set === undefined) return client.call(CALLS.showMode, { params });
  if (set === "plan") return client.call(CALLS.endMode, { params });
  const until = hours === undefined ? {} : { until: new Date(Date.now() + hours * HOUR).toISOString() };
  return client.call(CALLS.orderMode, {
    params,
    body: { mode: set, ...until, ...(note !== undefined && { note }) },
  });
}
