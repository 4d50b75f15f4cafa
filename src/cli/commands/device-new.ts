import { type Command, Option } from "commander";
import type { Transport } from "../../domain/journal.ts";
import type { CliActions, CliOutput, GlobalOptions } from "../actions.ts";
import { examples, optionsOf, printer } from "../session.ts";

/** device new: the beginning of a profile, with a fixture that it does not meet yet. */
export function addDeviceNew(device: Command, actions: CliActions, output: CliOutput): void {
  device
    .command("new")
    .description("Begin a profile for a device the hub does not know; in a checkout of the sources")
    .argument("<vendor/model>", "in small letters, digits and dashes, for example acme/door-contact")
    .addOption(
      new Option("--transport <transport>", "how it reports")
        .choices(["mqtt", "http", "tcp"])
        .default("mqtt"),
    )
    .addHelpText(
      "after",
      examples("device new acme/door-contact", "device new acme/gate-camera --transport http"),
    )
    .action(async (name: string, { transport }: { transport: Transport }, command: Command) => {
      const made = await actions.newProfile({ name, transport });
      printer(optionsOf<GlobalOptions>(command), output)(made, () => [
        ...made.files,
        "",
        `One fixture of ${made.id} is not met yet: put a message of the device into fixtures/first-event.json, say`,
        "what must become of it, and write the rules in profile.ts until this is green:",
        "",
        "  npm test -- test/devices/own-fixtures.test.ts",
        "",
        "docs/add-a-device.md tells the words and the way from there.",
      ]);
    });
}
