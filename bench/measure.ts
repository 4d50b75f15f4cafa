import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import type { LoadResult } from "../simulators/raw-loader.ts";
import { stop } from "./child.ts";
import type { RunningPipeline } from "./pipeline.ts";
import { cpuSeconds, memory, sum } from "./process-facts.ts";
import { CONNECTIONS, DEVICES_PER_ESTATE, PAYLOAD_BYTES } from "./setting.ts";

const LOADER = new URL("../simulators/raw-loader.ts", import.meta.url).pathname;
const POLL_MS = 50;
const DRAIN_MS = 60_000;
/** A store that needs longer than this for what was acknowledged has failed. */
const STORED_WITHIN_MS = 180_000;

/** One load on one pipeline. */
export interface Phase {
  readonly window: number;
  readonly ratePerSecond?: number;
  readonly warmupMs: number;
  readonly durationMs: number;
  readonly connections?: number;
}

/** What came of it; rates in events a second. */
export interface Measurement {
  readonly acceptedPerSecond: number;
  /** All that was acknowledged ÷ time until the last of it was stored; undefined where nothing is. */
  readonly storedPerSecond: number | undefined;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMicrosPerEvent: number;
  /** The most the processes had since they started. */
  readonly peakRssMb: number;
  readonly unacked: number;
}

/** Drives a pipeline from a loader in its own process, and waits until what was acknowledged is stored. */
export async function measure(pipeline: RunningPipeline, phase: Phase): Promise<Measurement> {
  const before = (await pipeline.stored?.()) ?? 0;
  const cpuBefore = sum(pipeline.pids, cpuSeconds);
  const load = await runLoader(pipeline, phase);
  let storedAt: number | undefined;
  if (pipeline.stored) {
    storedAt = await untilStored(pipeline.stored, before + load.acked);
  }
  const cpu = sum(pipeline.pids, cpuSeconds) - cpuBefore;
  return {
    acceptedPerSecond: load.measured.ackedPerSecond,
    storedPerSecond: storedAt === undefined ? undefined : load.acked / ((storedAt - load.startedAt) / 1_000),
    p50Ms: load.measured.p50Ms,
    p99Ms: load.measured.p99Ms,
    cpuMicrosPerEvent: (cpu / load.acked) * 1e6,
    peakRssMb: sum(pipeline.pids, (pid) => memory(pid).peakMb),
    unacked: load.unacked,
  };
}

async function runLoader(pipeline: RunningPipeline, phase: Phase): Promise<LoadResult> {
  const child = spawn(process.execPath, [LOADER], { stdio: ["pipe", "pipe", "inherit"] });
  const force = setTimeout(() => void stop(child), phase.warmupMs + phase.durationMs + 2 * DRAIN_MS);
  try {
    const exit = once(child, "exit");
    child.stdin.end(
      JSON.stringify({
        connections: CONNECTIONS,
        ...phase,
        port: pipeline.port,
        gateways: pipeline.gateways,
        devicesPerEstate: DEVICES_PER_ESTATE,
        payloadBytes: PAYLOAD_BYTES,
        drainMs: DRAIN_MS,
      }),
    );
    const output = await text(child.stdout);
    await exit;
    if (child.exitCode !== 0) throw new Error(`the loader failed (exit code ${child.exitCode})`);
    return JSON.parse(output) as LoadResult;
  } finally {
    clearTimeout(force);
    await stop(child);
  }
}

/** When the count was reached, by this process's clock. */
async function untilStored(stored: () => Promise<number>, wanted: number): Promise<number> {
  const giveUpAt = Date.now() + STORED_WITHIN_MS;
  for (;;) {
    const count = await stored();
    const now = Date.now();
    if (count >= wanted) return now;
    if (now > giveUpAt) throw new Error(`only ${count} of ${wanted} acknowledged events were stored`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
