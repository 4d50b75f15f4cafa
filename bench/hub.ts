import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { LoadGateway } from "../simulators/raw-loader.ts";
import { died, freePort, stop } from "./child.ts";
import type { Pipeline } from "./pipeline.ts";
import { memory } from "./process-facts.ts";
import { ESTATES, GATEWAYS_PER_ESTATE } from "./setting.ts";

const MAIN = fileURLToPath(new URL("../bin/zhian.mjs", import.meta.url));
const RULES = fileURLToPath(new URL("../rules", import.meta.url));
const READY_WITHIN_MS = 30_000;
const READY_POLL_MS = 10;
/** After this long without work the memory is that of a hub that waits. */
const IDLE_AFTER_MS = 2_000;
const ANSWER_WITHIN_MS = 30_000;

/** The hub itself, from the command line a user has, with the default rules and 200 gateways. */
export const hub: Pipeline = {
  id: "hub",
  title: "Zhian: accepted on disk, then reacted in SQLite",
  missing: () => (existsSync(MAIN) ? undefined : "bin/zhian.mjs does not exist"),
  async start(directory) {
    const [http, mqtt] = [await freePort(), await freePort()];
    const dataDir = join(directory, "data");
    const configuration = join(directory, "zhian.yaml");
    writeFileSync(configuration, hubConfiguration({ dataDir, http, mqtt }));
    const startedAt = performance.now();
    const child = spawn(process.execPath, [MAIN, "start", "--config", configuration], {
      cwd: directory,
      stdio: ["ignore", "ignore", "inherit"],
    });
    try {
      await Promise.race([ready(http), died(child, "the hub")]);
      const readyMs = performance.now() - startedAt;
      const pid = child.pid as number;
      await sleep(IDLE_AFTER_MS);
      const idle = { readyMs, rssMb: memory(pid).nowMb };
      const token = readFileSync(join(dataDir, "secrets", "admin-token"), "utf8").trim();
      const api = createApi(`http://127.0.0.1:${http}`, token);
      return {
        port: mqtt,
        gateways: await createGateways(api),
        pids: [pid],
        idle,
        stored: () => reacted(api),
        stop: () => stop(child),
      };
    } catch (error) {
      await stop(child);
      throw error;
    }
  },
};

/** The defaults of the hub; only where it listens and stores, and no limit on the bench's own requests. */
function hubConfiguration(at: { dataDir: string; http: number; mqtt: number }): string {
  return JSON.stringify({
    dataDir: at.dataDir,
    rulesDir: RULES,
    log: { level: "warn" },
    http: { host: "127.0.0.1", port: at.http, rateLimit: 100_000 },
    mqtt: { tcp: { host: "127.0.0.1", port: at.mqtt } },
  });
}

async function ready(port: number): Promise<void> {
  const until = Date.now() + READY_WITHIN_MS;
  while (!(await isReady(port))) {
    if (Date.now() > until) throw new Error(`the hub is not ready after ${READY_WITHIN_MS} ms`);
    await sleep(READY_POLL_MS);
  }
}

async function isReady(port: number): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    return (await fetch(`http://127.0.0.1:${port}/ready`, { signal })).ok;
  } catch {
    return false;
  }
}

type Api = (method: "GET" | "POST", path: string, body?: object) => Promise<unknown>;

function createApi(base: string, token: string): Api {
  return async (method, path, body) => {
    const response = await fetch(base + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
}

async function createGateways(api: Api): Promise<readonly LoadGateway[]> {
  const gateways: LoadGateway[] = [];
  for (let estate = 0; estate < ESTATES; estate++) {
    const estateId = `load-estate-${estate}`;
    await api("POST", "/v1/estates", { id: estateId, name: estateId, households: 1_000, simulated: true });
    for (let n = 0; n < GATEWAYS_PER_ESTATE; n++) {
      const gatewayId = `load-gateway-${estate}-${n}`;
      const created = await api("POST", "/v1/gateways", {
        id: gatewayId,
        name: gatewayId,
        estateIds: [estateId],
        simulated: true,
      });
      const { secret } = created as { secret: string };
      gateways.push({ gatewayId, estateId, secret });
    }
  }
  return gateways;
}

/** Events the hub has dealt with; every event of the load is a new one, so none may be a duplicate. */
async function reacted(api: Api): Promise<number> {
  const { figures } = (await api("GET", "/health")) as { figures: Record<string, number> };
  const { reactedEvents = 0, duplicates = 0, repeats = 0 } = figures;
  if (duplicates > 0 || repeats > 0) {
    throw new Error(`the hub took ${duplicates} events for duplicates and ${repeats} for repeats`);
  }
  return reactedEvents;
}
