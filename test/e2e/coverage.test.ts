import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { openStore } from "../../src/store/store.ts";
import { createIncidentLifeCycle } from "../../src/incidents/life-cycle.ts";
import { join } from "node:path";
import { prepareHub, type HubProcess } from "./hub-process.ts";

let hub: HubProcess;
afterEach(() => hub.dispose());

const DOWN = 3_000;

test(
  "while the hub was killed nothing was observed, and the next start knows it",
  { timeout: 60_000 },
  async () => {
    hub = await prepareHub();
    await hub.start();
    const estate = { id: "e1", name: "e1", zone: "Asia/Shanghai", households: 100, simulated: true };
    expect((await hub.api("POST", "/v1/estates", estate)).status).toBe(201);
    const made = await hub.api("POST", "/v1/gateways", { id: "gw", name: "gw", estateIds: ["e1"] });
    const credentials = Buffer.from(`gw:${made.body.secret as string}`).toString("base64");
    const push = async (seq: number) => {
      const answer = await fetch(`${hub.url}/intake/e1/gw/devices/door/events`, {
        method: "POST",
        headers: { authorization: `Basic ${credentials}` },
        body: JSON.stringify({ code: "access.granted", phase: "pulse", boot: "b", seq }),
      });
      expect(answer.status).toBe(202);
    };
    await push(1);
    const from = Date.now() + 500;
    // Past the next event, so that it is certainly known when the device was first heard.
    await sleep(500);
    await hub.kill();
    const killed = Date.now();
    await sleep(DOWN);
    await hub.start();
    await push(2);
    const to = Date.now();
    await sleep(1_000);
    expect(await hub.stop()).toBe(0);

    const store = openStore({
      path: join(hub.dataDir, "zhian.db"),
      clock: { now: () => to },
      lifeCycle: createIncidentLifeCycle(),
    });
    const [all = null, off = null] = await store.coverage("e1", [
      { from, to },
      { from: killed, to: killed + DOWN },
    ]);
    const alive = await store.aliveAt();
    store.close();
    expect(off).toBe(0);
    expect(all).toBeLessThan(1);
    // Stopped in peace, it left its mark then.
    expect(alive).toBeGreaterThan(to);
  },
);
