import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { influxInstalled, prepareInflux } from "../timeseries/influxd.ts";
import { type HubProcess, prepareHub, ROOT } from "./hub-process.ts";

const KILLS = Number(process.env["KILLS"] ?? 6);
const ESTATES = ["k1", "k2", "k3"];
const day = (offset: number): string => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);

/** `zhian influx …` as somebody types it. */
function zhian(hub: HubProcess, ...args: string[]) {
  const { NODE_OPTIONS: _, VITEST: __, ...env } = process.env;
  const done = spawnSync(
    "node",
    ["bin/zhian.mjs", "influx", ...args, "--config", join(hub.dir, "hub.yaml")],
    {
      cwd: ROOT,
      env,
      encoding: "utf8",
      timeout: 60_000,
    },
  );
  return { code: done.status, out: done.stdout, err: done.stderr };
}

async function shipped(hub: HubProcess): Promise<void> {
  for (let tries = 0; tries < 900; tries++) {
    const { figures } = (await hub.api("GET", "/health")).body;
    const drained =
      (figures.journalSegment === figures.reactSegment && figures.journalOffset === figures.reactOffset) ||
      (figures.journalOffset === 0 && figures.reactOffset === 0);
    // The hub's own figures come every ten seconds.
    if (drained && figures.timeseriesLines <= 1) return;
    await sleep(100);
  }
  throw new Error(`lines still wait: ${JSON.stringify((await hub.api("GET", "/health")).body)}`);
}

test.runIf(influxInstalled)(
  `no line is lost or doubled over ${KILLS} kills of hub and InfluxDB under load`,
  async () => {
    const influx = await prepareInflux();
    const { url, version, org, bucket, token } = influx.server;
    if (token !== undefined) process.env["INFLUX_TOKEN"] = token;
    const hub = await prepareHub({ influx: { url, version, bucket, ...(org !== "" && { org }) } });
    try {
      await influx.start();
      await hub.start();
      expect(zhian(hub, "setup")).toMatchObject({ code: 0 });
      const gateways = [];
      for (const id of ESTATES) {
        const estate = { id, name: id, zone: "Asia/Shanghai", households: 100, simulated: true };
        expect((await hub.api("POST", "/v1/estates", estate)).status).toBe(201);
        const made = await hub.api("POST", "/v1/gateways", { id: `gw-${id}`, name: id, estateIds: [id] });
        gateways.push({ gatewayId: `gw-${id}`, estateId: id, secret: made.body.secret as string });
      }
      const ackFile = join(hub.dir, "acknowledged.tsv");
      const loader = spawn("node", [join(ROOT, "simulators/raw-loader.ts")], {
        stdio: ["pipe", "ignore", "inherit"],
      });
      const ended = once(loader, "exit");
      loader.stdin.end(
        JSON.stringify({
          port: hub.mqttPort,
          gateways,
          connections: 9,
          window: 20,
          ratePerSecond: 600,
          durationMs: 3_600_000,
          devicesPerEstate: 10,
          kinds: [
            { code: "access.granted", phase: "pulse" },
            { code: "fire.smoke", phase: "raise" },
            { code: "access.granted", phase: "pulse" },
            { code: "fire.smoke", phase: "clear" },
          ],
          ackFile,
        }),
      );
      while (!existsSync(ackFile) || readFileSync(ackFile).length === 0) await sleep(20);
      for (let kill = 0; kill < KILLS; kill++) {
        await sleep(400 + Math.random() * 800);
        if (influx.own && kill % 2 === 1) {
          await influx.kill();
          await sleep(700);
          await influx.start();
        } else {
          await hub.kill();
          await hub.start();
        }
      }
      await sleep(1_000);
      loader.kill("SIGTERM");
      await ended;
      await shipped(hub);

      const db = new DatabaseSync(join(hub.dataDir, "zhian.db"), { readOnly: true });
      const count = (sql: string): number => Number(db.prepare(sql).get()?.["n"]);
      const events = count("SELECT count(*) AS n FROM events");
      const transitions = count("SELECT count(*) AS n FROM incident_transitions WHERE kind <> 'evidence'");
      const kept = count("SELECT count(*) AS n FROM kept_points");
      db.close();
      expect(events).toBeGreaterThan(KILLS * 300);
      expect(transitions).toBeGreaterThan(0);
      expect(kept).toBe(transitions);
      const span = ["--from", day(-1), "--to", day(2)];
      const verified = zhian(hub, "verify", ...span);
      expect(verified).toMatchObject({ code: 0 });
      expect(verified.out).toContain(`${events + transitions} points; store and InfluxDB agree.`);
      console.log(`${KILLS} kills, ${events} events and ${transitions} changes of incidents, all there once`);

      const { body } = await hub.api("GET", "/health");
      expect(body.faults.filter(({ part }: { part: string }) => part === "timeseries")).toEqual([]);
      if (!influx.own) return;
      // Control: one point less, and verify sees it; a rebuild brings it back.
      const lose = `DELETE FROM "security_event" WHERE "estate" = 'k1'`;
      await fetch(`${url}/query?db=${bucket}&q=${encodeURIComponent(lose)}`, { method: "POST" });
      const differs = zhian(hub, "verify", ...span);
      expect(differs).toMatchObject({ code: 1 });
      expect(differs.out).toContain("k1");
      expect(zhian(hub, "rebuild", ...span)).toMatchObject({ code: 0 });
      expect(zhian(hub, "verify", ...span)).toMatchObject({ code: 0 });
      await influx.kill();
      await hub.api("PUT", "/v1/estates/k1", {
        name: "k1",
        zone: "Asia/Shanghai",
        households: 1,
        simulated: true,
      });
      for (let tries = 0; tries < 300; tries++) {
        const { faults, status } = (await hub.api("GET", "/health")).body;
        const told = faults.some(({ part }: { part: string }) => part === "timeseries");
        if (told && status === "degraded") return;
        await sleep(100);
      }
      throw new Error("/health never said that InfluxDB is away");
    } finally {
      await hub.dispose();
      await influx.dispose();
    }
  },
  180_000,
);
