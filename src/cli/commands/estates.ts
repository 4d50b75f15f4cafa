import { type Command, Option } from "commander";
import type { CliActions, CliOutput } from "../actions.ts";
import { CALLS } from "../calls.ts";
import { cellText } from "../table.ts";
import { examples, list, sessionOf, tableOr, wholeNumber } from "../session.ts";

const KINDS = ["gate", "camera", "sensor", "panel", "gateway", "other"];

/** estate list; device list, enrol. */
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

  const device = program.command("device").description("Devices");
  device
    .command("list")
    .description("Devices and when each was last heard")
    .option("--estate <id>", "only those of one estate")
    .addOption(
      new Option("--status <status>", "pending: heard of, not enrolled").choices(["pending", "enrolled"]),
    )
    .option("--limit <number>", "how many at most", wholeNumber(1, 100_000), 1_000)
    .addHelpText("after", examples("device list --status pending", "device list --estate taoxi-3"))
    .action(
      async (
        { estate: estateId, status, limit }: { estate?: string; status?: string; limit: number },
        command: Command,
      ) => {
        const session = sessionOf(command, actions, output);
        const items = await list(session, CALLS.listDevices, { estateId, status }, limit);
        session.show(items, () =>
          tableOr(
            items,
            ["estateId", "id", "name", "kind", "placeId", "profile", "status", "lastSeen"],
            "There are no such devices.",
          ),
        );
      },
    );

  device
    .command("enrol")
    .description("Enrol a pending device, and say what it is")
    .argument("<estate>")
    .argument("<device>", "its id, from `zhian device list`")
    .option("--name <name>", "name for people")
    .addOption(new Option("--kind <kind>", "what it is").choices(KINDS))
    .option("--place <id>", "where it is")
    .addHelpText(
      "after",
      examples(
        'device enrol taoxi-3 "gw-1:zigbee2mqtt:front door" --kind gate --name 南门门磁 --place gate-s',
      ),
    )
    .action(
      async (
        estateId: string,
        deviceId: string,
        { place, ...options }: { name?: string; kind?: string; place?: string },
        command: Command,
      ) => {
        const { client, show } = sessionOf(command, actions, output);
        const body = { ...options, ...(place !== undefined && { placeId: place }) };
        const answer = await client.call(CALLS.enrolDevice, { params: { estateId, deviceId }, body });
        show(answer, () => [`${cellText(answer["name"])} (${cellText(answer["id"])}) is enrolled.`]);
      },
    );
}
