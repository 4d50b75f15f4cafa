import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";

export const ROOT = resolve(import.meta.dirname, "../..");

/** What an answer holds; a test says by its expectations what it should be. */
// oxlint-disable-next-line typescript/no-explicit-any -- an answer is checked, not typed
export type Json = any;

/** A real hub in its own process, on free loopback ports and a folder of its own. */
export interface HubProcess {
  readonly dir: string;
  readonly dataDir: string;
  readonly httpPort: number;
  readonly mqttPort: number;
  readonly url: string;
  readonly pid: () => number;
  readonly log: () => string;
  start(): Promise<void>;
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  api(method: string, path: string, body?: unknown): Promise<{ status: number; body: Json }>;
  /** Stops what runs and removes the folder. */
  dispose(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Prepares a hub; `settings` is merged over loopback ports and a data folder. Call `start`. */
export async function prepareHub(settings: Record<string, unknown> = {}): Promise<HubProcess> {
  const dir = mkdtempSync(join(tmpdir(), "zhian-hub-"));
  const [httpPort, mqttPort] = [await freePort(), await freePort()];
  const dataDir = join(dir, "data");
  const { mqtt, ...rest } = settings as { mqtt?: object };
  const configFile = join(dir, "hub.yaml");
  writeFileSync(
    configFile,
    stringify({
      dataDir,
      rulesDir: join(ROOT, "rules"),
      http: { port: httpPort, rateLimit: 100_000 },
      mqtt: { tcp: { port: mqttPort }, ...mqtt },
      log: { level: "info" },
      ...rest,
    }),
  );
  const url = `http://127.0.0.1:${httpPort}`;
  let child: ChildProcess | undefined;
  let output = "";

  const token = (): string => readFileSync(join(dataDir, "secrets/admin-token"), "utf8").trim();

  async function start(): Promise<void> {
    const { NODE_OPTIONS: _, VITEST: __, ...env } = process.env;
    const running = spawn("node", ["bin/zhian.mjs", "start", "--config", configFile], { cwd: ROOT, env });
    child = running;
    running.stdout.on("data", (chunk) => (output += chunk));
    running.stderr.on("data", (chunk) => (output += chunk));
    for (let tries = 0; tries < 1_000; tries++) {
      if (running.exitCode !== null) throw new Error(`the hub ended at its start:\n${output}`);
      const ready = await fetch(`${url}/ready`).then(
        (response) => response.ok,
        () => false,
      );
      if (ready) return;
      await sleep(20);
    }
    throw new Error(`the hub was not ready in 20 s:\n${output}`);
  }

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    const running = child;
    child = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null)
      return running?.exitCode ?? null;
    const exited = once(running, "exit");
    running.kill(signal);
    const [code] = (await exited) as [number | null];
    return code;
  }

  return {
    dir,
    dataDir,
    httpPort,
    mqttPort,
    url,
    pid: () => child?.pid ?? 0,
    log: () => output,
    start,
    kill: async () => void (await end("SIGKILL")),
    stop: () => end("SIGTERM"),
    async api(method, path, body) {
      const response = await fetch(url + path, {
        method,
        headers: {
          authorization: `Bearer ${token()}`,
          ...(body !== undefined && { "content-type": "application/json" }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(10_000),
      });
      const text = await response.text();
      return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
    },
    async dispose() {
      await end("SIGKILL");
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
