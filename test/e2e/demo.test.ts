import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { freePort, ROOT, type Json } from "./hub-process.ts";

test("the demo prints a curl that compares before and after, and labels everything as simulated", async () => {
  const dir = mkdtempSync(join(tmpdir(), "zhian-demo-"));
  const env = {
    ...process.env,
    ZHIAN_DATA_DIR: dir,
    ZHIAN_HTTP_PORT: String(await freePort()),
    ZHIAN_MQTT_TCP_PORT: String(await freePort()),
  };
  const demo = spawn("node", ["bin/zhian.mjs", "demo", "--seed", "3", "--speed", "600"], { cwd: ROOT, env });
  try {
    let output = "";
    demo.stdout.on("data", (chunk) => (output += chunk));
    demo.stderr.on("data", (chunk) => (output += chunk));
    for (let tries = 0; tries < 600 && !output.includes("Ctrl-C") && demo.exitCode === null; tries++)
      await sleep(100);
    const [, authorization = "", url = ""] =
      /curl -s -H 'Authorization: ([^']+)'[\s\\]+'([^']+)'/.exec(output) ?? [];
    expect(url, output).toContain("/rate-comparison?");
    const get = async (path: string): Promise<Json> =>
      (await fetch(path, { headers: { authorization } })).json();

    const answer = await get(url);
    expect(answer.before.count).toBeGreaterThan(0);
    expect(answer.before.householdYears).toBeGreaterThan(0);
    expect(answer.effect.exact.ci.lo).toBeLessThan(answer.effect.rateRatio);
    expect(answer.caveats.length).toBeGreaterThan(0);

    const base = new URL(url).origin;
    const estates = (await get(`${base}/v1/estates?limit=100`)).items;
    expect(estates).toHaveLength(25);
    expect(estates.every((estate: Json) => estate.simulated)).toBe(true);
    const gateways = (await get(`${base}/v1/gateways?limit=100`)).items;
    expect(gateways.filter((gateway: Json) => gateway.presence === "online")).toHaveLength(25);
    let events: Json[] = [];
    for (let tries = 0; tries < 100 && events.length < 50; tries++) {
      await sleep(200);
      events = (await get(`${base}/v1/events?limit=100`)).items.filter(
        (event: Json) => event.profile !== "hub",
      );
    }
    expect(events.length).toBeGreaterThanOrEqual(50);
    expect(events.filter((event) => !event.flags.includes("simulated"))).toEqual([]);
  } finally {
    const gone = once(demo, "exit");
    demo.kill("SIGTERM");
    await gone;
    rmSync(dir, { recursive: true, force: true });
  }
  expect(demo.exitCode).toBe(0);
}, 120_000);
