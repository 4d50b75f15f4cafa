import { type Command, InvalidArgumentError } from "commander";
import type { CliActions, CliOutput } from "../actions.ts";
import { CALLS } from "../calls.ts";
import { CliFailure } from "../failure.ts";
import { readSettings } from "../settings-file.ts";
import { examples, list, type Session, sessionOf, tableOr, wholeNumber } from "../session.ts";
import { cellText, type Row } from "../table.ts";

interface Binding {
  readonly prefix: string;
  readonly profile: string;
  readonly options?: Row;
}

/** gateway add, list, bind, unbind, rotate, revoke, remove. */
export function addGatewayCommands(program: Command, actions: CliActions, output: CliOutput): void {
  const gateway = program.command("gateway").description("Gateways: who may send events");

  gateway
    .command("add")
    .description("Create a gateway; prints its secret, once")
    .argument("<id>", "also its MQTT user name and client id")
    .requiredOption("--estate <id...>", "estates it may publish for")
    .option("--name <name>", "name for people; the id when absent")
    .option(
      "--binding <prefix=profile>",
      "vendor topic prefix that differs from the profile's own",
      addBinding,
      [],
    )
    .addHelpText(
      "after",
      examples(
        "gateway add gw-taoxi-3 --estate taoxi-3 --name 桃溪三村网关",
        "gateway add platform --estate taoxi-3 taoxi-4 --binding zigbee=zigbee2mqtt",
      ),
    )
    .action(
      async (
        id: string,
        options: { estate: string[]; name?: string; binding: Binding[] },
        command: Command,
      ) => {
        const { client, show, remark } = sessionOf(command, actions, output);
        const body = {
          id,
          name: options.name ?? id,
          estateIds: options.estate,
          bindings: options.binding,
        };
        const answer = await client.call(CALLS.createGateway, { body });
        show(answer, () => [answer.secret]);
        remark(`Gateway ${id} is ready: user name ${id}, password above. It is not shown again.`);
      },
    );

  gateway
    .command("list")
    .description("Gateways and whether they are connected")
    .option("--estate <id>", "only those of one estate")
    .option("--limit <number>", "how many at most", wholeNumber(1, 100_000), 1_000)
    .addHelpText("after", examples("gateway list", "gateway list --estate taoxi-3 --json"))
    .action(async ({ estate, limit }: { estate?: string; limit: number }, command: Command) => {
      const session = sessionOf(command, actions, output);
      const items = await list(session, CALLS.listGateways, { estateId: estate }, limit);
      session.show(items, () =>
        tableOr(
          items,
          ["id", "name", "estateIds", "presence", "lastSeen", "revokedAt"],
          "There are no gateways. Make one with `zhian gateway add`.",
        ),
      );
    });

  gateway
    .command("bind")
    .description("Have a profile read what a gateway sends below a prefix; replaces the prefix's binding")
    .argument("<gateway>")
    .argument("<prefix>", "first segments of the vendor topic or path")
    .argument("<profile>", "who reads it: a profile of docs/devices.md")
    .option(
      "--options <file|json>",
      "YAML or JSON: codes, fields, timeUnit, edition, for formats that leave them to the site",
    )
    .addHelpText(
      "after",
      examples(
        "gateway bind gw-taoxi-3 zigbee zigbee2mqtt",
        "gateway bind platform park/alarms zigbee2mqtt --options park.yaml",
        `gateway bind platform park/alarms zigbee2mqtt --options '{"codes":{"17":"fire.smoke","18":"ignore"}}'`,
      ),
    )
    .action(
      async (
        gatewayId: string,
        prefix: string,
        profile: string,
        { options: given }: { options?: string },
        command: Command,
      ) => {
        const options = given === undefined ? undefined : await readSettings(given);
        const made: Binding = { prefix, profile, ...(options && { options }) };
        const session = sessionOf(command, actions, output);
        await rebind(session, gatewayId, (bindings) => [
          ...bindings.filter((binding) => binding.prefix !== prefix),
          made,
        ]);
        session.show(made, () => [
          `What ${gatewayId} sends below ${cellText(prefix)}/ is read by ${cellText(profile)}.`,
        ]);
      },
    );

  gateway
    .command("unbind")
    .description("Take a prefix's binding back")
    .argument("<gateway>")
    .argument("<prefix>")
    .addHelpText("after", examples("gateway unbind gw-taoxi-3 zigbee"))
    .action(async (gatewayId: string, prefix: string, _options, command: Command) => {
      const session = sessionOf(command, actions, output);
      await rebind(session, gatewayId, (bindings) => {
        const others = bindings.filter((binding) => binding.prefix !== prefix);
        if (others.length < bindings.length) return others;
        const known = bindings.map((binding) => binding.prefix).join(", ") || "none";
        throw new CliFailure(`${gatewayId} has no binding of that prefix; it has ${known}`);
      });
      session.show({ unbound: prefix }, () => [`${cellText(prefix)}/ of ${gatewayId} is bound no more.`]);
    });

  gateway
    .command("rotate")
    .description("Make a new secret; the old one stops working at once")
    .argument("<id>")
    .addHelpText("after", examples("gateway rotate gw-taoxi-3"))
    .action(async (gatewayId: string, _options, command: Command) => {
      const { client, show, remark } = sessionOf(command, actions, output);
      const answer = await client.call(CALLS.rotateGateway, { params: { gatewayId } });
      show(answer, () => [answer.secret]);
      remark("The old secret is void, the new one is not shown again.");
    });

  gateway
    .command("revoke")
    .description("Withdraw a gateway's credentials and close its connections")
    .argument("<id>")
    .addHelpText("after", examples("gateway revoke gw-taoxi-3"))
    .action(async (gatewayId: string, _options, command: Command) => {
      const { client, show } = sessionOf(command, actions, output);
      await client.call(CALLS.revokeGateway, { params: { gatewayId } });
      show({ revoked: gatewayId }, () => [`${gatewayId} is revoked.`]);
    });

  gateway
    .command("remove")
    .description("Delete a revoked gateway; its devices and events stay")
    .argument("<id>")
    .addHelpText("after", examples("gateway remove gw-taoxi-3"))
    .action(async (gatewayId: string, _options, command: Command) => {
      const { client, show } = sessionOf(command, actions, output);
      await client.call(CALLS.removeGateway, { params: { gatewayId } });
      show({ removed: gatewayId }, () => [`${gatewayId} is removed.`]);
    });
}

async function rebind(
  { client }: Session,
  gatewayId: string,
  change: (bindings: readonly { readonly prefix: string }[]) => readonly { readonly prefix: string }[],
): Promise<void> {
  const { bindings } = await client.call(CALLS.showGateway, { params: { gatewayId } });
  await client.call(CALLS.changeGateway, { params: { gatewayId }, body: { bindings: change(bindings) } });
}

function addBinding(text: string, earlier: readonly Binding[]): readonly Binding[] {
  const [prefix = "", profile = "", ...rest] = text.split("=");
  if (prefix !== "" && profile !== "" && rest.length === 0) return [...earlier, { prefix, profile }];
  throw new InvalidArgumentError("It must be written prefix=profile, for example zigbee=zigbee2mqtt.");
}
