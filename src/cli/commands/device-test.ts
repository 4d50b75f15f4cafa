import type { Command } from "commander";
import type { CliActions, CliOutput } from "../actions.ts";
import { CALLS } from "../calls.ts";
import { testLines } from "../device-test-report.ts";
import { CliFailure } from "../failure.ts";
import { findDevice } from "../find-device.ts";
import { examples, sessionOf, wholeNumber } from "../session.ts";

/** The client gives an answer up after 300 s without one, and the hub may take some seconds more than asked. */
const LONGEST_WAIT = 290;

/** device test: wait for a real event of a device that somebody triggers on site. */
export function addDeviceTest(device: Command, actions: CliActions, output: CliOutput): void {
  device
    .command("test")
    .description("Wait for a real event of a device, to prove that it works from end to end")
    .argument("<device>", "its id, from `zhian device list`")
    .option("--estate <id>", "its estate; may be left out where only one has such a device")
    .option("--wait <seconds>", "how long", wholeNumber(1, LONGEST_WAIT), 120)
    .addHelpText(
      "after",
      `${examples(
        "device test front-door",
        'device test "gw-1:hikvision:gate-cam" --estate taoxi-3 --wait 240 --json',
      )}
Exit code 0 only when it is confirmed; \`zhian device list\` shows when that was.
`,
    )
    .action(
      async (deviceId: string, { estate, wait }: { estate?: string; wait: number }, command: Command) => {
        const session = sessionOf(command, actions, output);
        const found = await findDevice(session, deviceId, estate);
        session.remark(`Trigger ${deviceId} now: open it, press it, walk past it. Waiting up to ${wait} s …`);
        const params = { estateId: String(found["estateId"]), deviceId };
        const answer = await session.client.call(CALLS.testDevice, {
          params,
          query: { wait },
          signal: output.signal,
        });
        session.show(answer, () => testLines(found, answer, wait));
        if (answer.outcome !== "confirmed") throw new CliFailure("the device is not confirmed");
      },
    );
}
