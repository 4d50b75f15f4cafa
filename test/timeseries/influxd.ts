import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { InfluxServer } from "../../src/timeseries/server.ts";
import { freePort } from "../e2e/hub-process.ts";

const PATH = `${process.env["PATH"] ?? ""}:/usr/sbin:/usr/local/sbin`;
const env = { ...process.env, PATH };

/** The InfluxDB that the environment names, if it names one. */
function given(): InfluxServer | undefined {
  const { INFLUX_URL: url, INFLUX_TOKEN: token, INFLUX_ORG: org, INFLUX_BUCKET: bucket } = process.env;
  if (url === undefined || url === "") return undefined;
  return { url: url.replace(/\/$/, ""), token, org: org ?? "zhian", bucket: bucket ?? "zhian", version: 2 };
}

/** True when there is an InfluxDB to test with. */
export const influxInstalled =
  given() !== undefined || spawnSync("influxd", ["version"], { env }).error === undefined;
if (!influxInstalled) console.log("skipped: influxd is not installed (apt: influxdb)");

/** A real InfluxDB, on loopback and a folder of its own. */
export interface RealInflux {
  readonly server: InfluxServer;
  /** False for one that the environment names: it cannot be killed. */
  readonly own: boolean;
  start(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  dispose(): Promise<void>;
}

/** Prepares an InfluxDB 1 of the system's package, or takes the one the environment names. Call `start`. */
export async function prepareInflux(): Promise<RealInflux> {
  const named = given();
  const nothing = (): Promise<void> => Promise.resolve();
  if (named) return { server: named, own: false, start: nothing, kill: nothing, dispose: nothing };
  const dir = mkdtempSync(join(tmpdir(), "zhian-influx-"));
  const [port, rpc] = [await freePort(), await freePort()];
  const config = join(dir, "influxdb.conf");
  writeFileSync(
    config,
    `reporting-disabled = true
bind-address = "127.0.0.1:${rpc}"
[meta]
  dir = "${dir}/meta"
[data]
  dir = "${dir}/data"
  wal-dir = "${dir}/wal"
  query-log-enabled = false
[http]
  bind-address = "127.0.0.1:${port}"
  log-enabled = false
[monitor]
  store-enabled = false
[logging]
  level = "error"
`,
  );
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  async function end(): Promise<void> {
    const running = child;
    child = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const exited = once(running, "exit");
    running.kill("SIGKILL");
    await exited;
  }
  return {
    server: { url, token: undefined, org: "", bucket: "zhian", version: 1 },
    own: true,
    async start() {
      child = spawn("influxd", ["-config", config], { env, stdio: "ignore" });
      for (let tries = 0; tries < 500; tries++) {
        const answers = await fetch(`${url}/ping`).then(
          ({ status }) => status === 204,
          () => false,
        );
        if (answers) return;
        await sleep(20);
      }
      throw new Error("influxd did not start in 10 s");
    },
    kill: end,
    async dispose() {
      await end();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
