/**
 * Commits numbered transactions in a loop, and says of each on standard output when it is committed.
 * After a failed one it says so, waits and goes on.
 */
import { writeSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { openStore } from "../../../src/store/store.ts";
import { change, event, fakeLifeCycle, incident, T0, testClock } from "../../contracts/store/samples.ts";

const [path = "", first = "0"] = process.argv.slice(2);
const store = openStore({ path, clock: testClock, lifeCycle: fakeLifeCycle });
for (let number = Number(first); ; number++) {
  try {
    await store.react(async (tx) => {
      const list = Array.from({ length: 20 }, (_, index) =>
        event({ id: `${number}-${index}`, occurredAt: T0 + number, deviceId: `d${number}` }),
      );
      await tx.insertEvents(list);
      await tx.saveIncidents([change(incident(`i${number}`), "opened")]);
      await tx.saveMemories([{ estateId: "e1", deviceId: `d${number}`, json: "x".repeat(2_000) }]);
      await tx.saveCursor({ segment: 1, offset: number });
    });
    writeSync(1, `${number}\n`);
  } catch (error) {
    writeSync(1, `failed ${number} ${error instanceof Error ? error.message : "?"}\n`);
    number--;
    await setTimeout(50);
  }
}
