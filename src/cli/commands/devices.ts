import { type Command, Option } from "commander";
import { stringify } from "yaml";
import type { CliActions, CliOutput } from "../actions.ts";
import { CALLS } from "../calls.ts";
import { findDevice } from "../find-device.ts";
import { readSettings } from "../settings-file.ts";
import { addBadActors } from "./bad-actors.ts";
import { addDeviceDecode } from "./device-decode.ts";
import { addDeviceNew } from "./device-new.ts";
import { addDeviceTest } from "./device-test.ts";
import { examples, list, sessionOf, tableOr, wholeNumber } from "../session.ts";
import { cellText, clean } from "../table.ts";

const KINDS = ["gate", "camera", "sensor", "panel", "gateway", "other"];

/** device list, bad-actors, enrol, config, test, decode, new. */
export function addDeviceCommands(program: Command, actions: CliActions, output: CliOutput): void {
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
            ["estateId", "id", "name", "kind", "placeId", "profile", "status", "lastSeen", "confirmedAt"],
            "There are no such devices.",
          ),
        );
      },
    );

  addBadActors(device, actions, output);

  device
    .command("enrol")
    .description("Enrol a pending device, and say what it is")
    .argument("<estate>")
    .argument("<device>", "its id, from `zhian device list`")
    .option("--name <name>", "name for people")
    .addOption(new Option("--kind <kind>", "what it is").choices(KINDS))
    .option("--place <id>", "where it is")
    .option("--set <file|json>", "its configuration, as for `device config`")
    .addHelpText(
      "after",
      examples(
        'device enrol taoxi-3 "gw-1:zigbee2mqtt:front door" --kind gate --name 南门门磁 --place gate-s',
        "device enrol taoxi-3 panel-1 --kind panel --set panel-1.yaml",
      ),
    )
    .action(
      async (
        estateId: string,
        deviceId: string,
        { place, set, ...options }: { name?: string; kind?: string; place?: string; set?: string },
        command: Command,
      ) => {
        const body = {
          ...options,
          ...(place !== undefined && { placeId: place }),
          ...(set !== undefined && { config: await readSettings(set) }),
        };
        const { client, show } = sessionOf(command, actions, output);
        const answer = await client.call(CALLS.enrolDevice, { params: { estateId, deviceId }, body });
        show(answer, () => [`${cellText(answer["name"])} (${cellText(answer["id"])}) is enrolled.`]);
      },
    );

  device
    .command("config")
    .description("How a device's messages are read here; --set replaces all of it")
    .argument("<device>", "its id, from `zhian device list`")
    .option("--estate <id>", "its estate; may be left out where only one has such a device")
    .option("--set <file|json>", "YAML or JSON: zone, contact, buttonCode, inputCode, points, codes")
    .addHelpText(
      "after",
      `
A panel whose third input is the fire alarm, and whose word 17 means smoke here:

  points:
    "3": { inputCode: fire.alarm, contact: normally-closed }
  codes:
    "17": fire.smoke
    "18": ignore
${examples(
  "device config gw-1:zigbee2mqtt:button-7",
  `device config gw-1:zigbee2mqtt:button-7 --set '{"buttonCode":"life.sos"}'`,
  "device config panel-1 --estate taoxi-3 --set panel-1.yaml",
)}`,
    )
    .action(
      async (deviceId: string, { estate, set }: { estate?: string; set?: string }, command: Command) => {
        const config = set === undefined ? undefined : await readSettings(set);
        const session = sessionOf(command, actions, output);
        let answer = await findDevice(session, deviceId, estate);
        if (config) {
          const params = { estateId: String(answer["estateId"]), deviceId };
          answer = await session.client.call(CALLS.changeDevice, { params, body: { config } });
          session.remark(`${deviceId} is read so from its next message on.`);
        }
        session.show(answer["config"], () => stringify(answer["config"]).trimEnd().split("\n").map(clean));
      },
    );

  addDeviceTest(device, actions, output);
  addDeviceDecode(device, actions, output);
  addDeviceNew(device, actions, output);
}
