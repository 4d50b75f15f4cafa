/** The process: arguments, signals, exit code. Started by bin/zhian.mjs. */
import { readFileSync } from "node:fs";
import { startApp } from "./app.ts";
import { createConnect } from "./cli/connection.ts";
import { createOfflineActions } from "./cli/offline.ts";
import { buildCli } from "./cli/program.ts";
import { runCli } from "./cli/run.ts";
import type { CliActions, CliOutput } from "./cli/actions.ts";
import { configWarnings } from "./config/listeners.ts";
import { loadConfig } from "./config/load.ts";
import type { Config } from "./config/schema.ts";
import { systemClock } from "./runtime/clock.ts";
import { lockData } from "./runtime/data-lock.ts";
import { createLog, type Logger } from "./runtime/log.ts";
import { compileFromNowOn, giveBackMemory } from "./runtime/memory.ts";

const stop = new AbortController();
const output: CliOutput = {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
  signal: stop.signal,
};
const read = (file: string | undefined): Config =>
  loadConfig({ env: process.env, ...(file !== undefined && { file }) });

/** Runs `start` until a signal asks for the end; a second signal ends the process at once. */
async function runUntilStopped(
  config: Config,
  start: (log: Logger, onFatal: (error: Error) => void) => Promise<{ close(): Promise<void> }>,
): Promise<void> {
  const log = createLog(config.log.level);
  for (const warning of configWarnings(config)) log.warn(warning);
  const end = Promise.withResolvers<void>();
  let fatal: Error | undefined;
  const running = await start(log, (error) => {
    fatal = error;
    end.resolve();
  });
  stop.signal.addEventListener("abort", () => end.resolve());
  if (stop.signal.aborted) end.resolve();
  await end.promise;
  log.info("stopping");
  await running.close();
  if (fatal) throw fatal;
  log.info("stopped; everything acknowledged is on disk");
}

const actions: CliActions = {
  async start({ config: file }) {
    const config = read(file);
    await runUntilStopped(config, async (log, onFatal) => {
      const app = await startApp(config, log, { onFatal });
      log.info({ ports: app.ports, data: config.dataDir }, "zhian is ready");
      giveBackMemory();
      compileFromNowOn();
      return app;
    });
  },
  async demo({ config: file, seed, speed }) {
    const config = read(file);
    // Everything else of the process does without the demo's parts.
    const { startDemo } = await import("./demo.ts");
    const quiet: Config = { ...config, log: { level: "warn" } };
    await runUntilStopped(quiet, async (log, onFatal) => {
      const demo = await startDemo(quiet, log, { seed, speed, say: output.out, onFatal });
      compileFromNowOn();
      return demo;
    });
  },
  async checkConfig({ config: file }) {
    const config = read(file);
    return { config, warnings: configWarnings(config) };
  },
  async checkRules({ config: file, folder }) {
    const { checkRules } = await import("./app/check-rules.ts");
    return checkRules(folder ?? read(file).rulesDir);
  },
  async backtest({ config: file, ...request }, onProgress, signal) {
    const { offlineBacktest } = await import("./app/offline-backtest.ts");
    return offlineBacktest(request, read(file), onProgress, signal);
  },
  async hubBacktest({ config: file, ...request }) {
    const { hubBacktest } = await import("./app/offline-backtest.ts");
    return hubBacktest(request, read(file).zone);
  },
  async decode(trial) {
    const { decodeMessages } = await import("./app/decode-messages.ts");
    return decodeMessages(trial, systemClock);
  },
  async newProfile(request) {
    const { newProfile } = await import("./app/new-profile.ts");
    return newProfile(request);
  },
  async claimCheck(claim) {
    const { createStudies } = await import("./app/studies.ts");
    return createStudies().claimCheck(claim);
  },
  async planStudy(question) {
    const { createStudies } = await import("./app/studies.ts");
    return createStudies().planStudy(question);
  },
  async influxSetup({ config: file }) {
    const { setUp } = await import("./app/influx-tools.ts");
    return setUp(read(file), process.env);
  },
  async influxRebuild({ config: file, ...span }, onProgress, signal) {
    const { rebuild } = await import("./app/influx-tools.ts");
    return rebuild(read(file), process.env, span, onProgress, signal);
  },
  async influxVerify({ config: file, ...span }, signal) {
    const { verify } = await import("./app/influx-tools.ts");
    return verify(read(file), process.env, span, signal);
  },
  input: () => process.stdin,
  connect: createConnect({ env: process.env, local: read, warn: output.err }),
  ...createOfflineActions({
    dataDirOf: (file) => read(file).dataDir,
    lock: lockData,
    async restore(dataDir, file) {
      const { restoreData } = await import("./app/offline.ts");
      const kept = restoreData(dataDir, file, Date.now());
      if (kept !== undefined) output.err(`The database that was here is kept as ${kept}.`);
    },
    async verify(dataDir) {
      const { verifyData } = await import("./app/offline.ts");
      return verifyData(dataDir, createLog("fatal"));
    },
  }),
};

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
  });
}
const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};
try {
  process.exitCode = await runCli(buildCli(actions, output, version), process.argv.slice(2), output);
} catch (error) {
  output.err(`zhian: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  process.exitCode = 1;
}
