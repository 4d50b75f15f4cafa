/** The demo: a hub with a simulated sub-district, over the same ways in as a real one. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startApp, type App } from "./app.ts";
import { bindableProfiles } from "./app/bindable-profiles.ts";
import type { Config } from "./config/schema.ts";
import { secretFile, SECRETS } from "./config/secrets.ts";
import { ZhianError } from "./errors.ts";
import { createImporter } from "./import/importer.ts";
import type { GatewayPrincipal } from "./ports.ts";
import { systemClock } from "./runtime/clock.ts";
import type { Logger } from "./runtime/log.ts";

/** What the demo can be asked for. */
export interface DemoOptions {
  /** Same seed and day, same world. */
  readonly seed: number;
  /** Estate hours in an hour. */
  readonly speed: number;
  /** Told the address lines, once everything runs. */
  readonly say: (text: string) => void;
  readonly onFatal: (error: Error) => void;
}

const MARK = "made-by-the-demo";
const ALL = { scope: undefined };
const STOP_MS = 5_000;

/** Starts the demo; `close` stops the simulated gateways first, then the hub. */
export async function startDemo(
  config: Config,
  log: Logger,
  options: DemoOptions,
): Promise<{ close(): Promise<void> }> {
  const { seed, speed, say } = options;
  const dataDir = freshFolder(join(config.dataDir, "demo"));
  const estates = new Set<string>();
  const visitor: GatewayPrincipal = { gatewayId: "visitor", estateIds: estates };
  await using stack = new AsyncDisposableStack();
  const app = await startApp({ ...config, dataDir }, log, {
    onFatal: options.onFatal,
    anonymous: () => visitor,
  });
  stack.defer(() => app.close());

  say(`Laying out 25 simulated estates (seed ${seed}) and 24 months of recorded cases …`);
  const imported = await importWorld(app, config.zone, seed);
  for (const id of imported.estateIds) estates.add(id);
  const credentials = await credentialsFor(app);
  const gateways = startSimulator([
    "run.ts",
    "--url",
    `mqtt://127.0.0.1:${app.ports["tcp"]}`,
    "--seed",
    `${seed}`,
    "--speed",
    `${speed}`,
  ]);
  stack.defer(() => stop(gateways));
  gateways.stdin?.end(JSON.stringify(credentials));
  await waitForGateways(app, credentials.length);

  say(addresses(app, imported, secretFile(dataDir, SECRETS.adminToken)));
  const running = stack.move();
  return { close: () => running.disposeAsync() };
}

/** A new world needs an empty folder; only one that the demo itself made is emptied. */
function freshFolder(dir: string): string {
  if (existsSync(dir)) {
    if (!existsSync(join(dir, MARK))) {
      throw new ZhianError("CONFLICT", `${dir} exists and was not made by the demo; it is left alone`);
    }
    rmSync(dir, { recursive: true });
  }
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  writeFileSync(join(dir, MARK), "");
  return dir;
}

async function importWorld(app: App, zone: string, seed: number) {
  const importer = createImporter({ store: app.store, clock: systemClock, zone, bindableProfiles });
  const registry = await output(startSimulator(["export.ts", "registry", "--seed", `${seed}`]));
  const cases = await output(startSimulator(["export.ts", "cases", "--seed", `${seed}`]));
  const world = await importer.importRegistry(registry, { ...ALL, format: "yaml", simulated: true });
  const records = await importer.importCases(cases, { ...ALL, simulated: true });
  const [fault] = [...world.refused, ...records.refused];
  if (fault)
    throw new Error(`the simulated world was refused: line ${fault.line}, ${fault.field}: ${fault.reason}`);
  const { items } = await app.store.estates({ ...ALL, limit: 500 });
  return { estateIds: items.map(({ id }) => id), records: world.inserted, cases: records.inserted };
}

/** Every simulated gateway gets credentials the way a real one does: over the API, shown once. */
async function credentialsFor(app: App) {
  const { items } = await app.store.gateways({ ...ALL, limit: 500 });
  return Promise.all(
    items.map(async ({ id, estateIds: [estateId = ""] }) => {
      const response = await fetch(`http://127.0.0.1:${app.ports["http"]}/v1/gateways/${id}/secret`, {
        method: "POST",
        headers: { authorization: `Bearer ${app.adminToken}` },
        signal: AbortSignal.timeout(30_000),
      });
      if (!response.ok)
        throw new Error(`no credentials for ${id}: ${response.status} ${await response.text()}`);
      const { secret } = (await response.json()) as { secret: string };
      return { gatewayId: id, estateId, secret };
    }),
  );
}

async function waitForGateways(app: App, count: number): Promise<void> {
  for (let tries = 0; tries < 150; tries++) {
    const { items } = await app.store.gateways({ ...ALL, limit: 500 });
    if (items.filter(({ presence }) => presence === "online").length >= count) return;
    await sleep(200);
  }
  throw new Error("the simulated gateways did not all connect within 30 s");
}

function startSimulator(args: readonly string[]): ChildProcess {
  const [file = "", ...rest] = args;
  const path = fileURLToPath(new URL(`../simulators/${file}`, import.meta.url));
  return spawn(process.execPath, [path, ...rest], { stdio: ["pipe", "pipe", "inherit"] });
}

async function output(child: ChildProcess): Promise<Buffer> {
  const chunks: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => chunks.push(chunk));
  const [code] = (await once(child, "close")) as [number];
  if (code !== 0) throw new Error(`a simulator ended with code ${code}`);
  return Buffer.concat(chunks);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit", { signal: AbortSignal.timeout(STOP_MS) });
  child.kill("SIGTERM");
  await exited.catch(() => child.kill("SIGKILL"));
}

function addresses(
  app: App,
  { estateIds, records, cases }: { estateIds: readonly string[]; records: number; cases: number },
  tokenFile: string,
): string {
  const base = `http://127.0.0.1:${app.ports["http"]}`;
  const [estate = ""] = estateIds;
  return `
智安 Zhian demo: everything you see is simulated (模拟数据).
  ${estateIds.length} estates, ${records} registry records, ${cases} recorded calls and cases, live gateways over MQTT

  API reference   ${base}/docs
  Health          ${base}/health
  Admin token     ${app.adminToken}
  Command line    npm run zhian -- --url ${base} --token-file ${tokenFile} incidents list

Press an SOS button yourself (no credentials: this demo, this machine only), then list the incidents:

  mosquitto_pub -p ${app.ports["tcp"]} -i visitor -q 1 -t estates/${estate}/devices/my-button/events \\
    -m '{"code":"life.sos","phase":"pulse"}'

The simulated estates take a few minutes to get into trouble; --speed makes them faster.

Did the first estate become safer? Counts, exposure, exact interval and every reason for doubt:

  curl -s -H 'Authorization: Bearer ${app.adminToken}' \\
    '${base}/v1/estates/${estate}/rate-comparison?category=preventable_crime&unit=call'

Stop with Ctrl-C.`;
}
