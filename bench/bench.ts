import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { machineFacts } from "./machine.ts";
import { measure, type Measurement, type Phase } from "./measure.ts";
import type { Pipeline } from "./pipeline.ts";
import { judge, median, middle, type PhaseName, type Report, type Row } from "./report.ts";
import { DEVICES_PER_ESTATE, ESTATES, PAYLOAD_BYTES } from "./setting.ts";

export interface BenchOptions {
  readonly pipelines: readonly Pipeline[];
  readonly runs: number;
  readonly seconds: number;
  readonly warmupMs: number;
  readonly connections: number;
  /** Files of the servers go below it, and are removed. */
  readonly directory: string;
  /** Told what happens next. */
  readonly say: (line: string) => void;
}

interface Runs {
  readonly phases: Record<PhaseName, Measurement[]>;
  readonly idle: { readyMs: number; rssMb: number }[];
  missing?: string | undefined;
}

/** Runs every pipeline `runs` times, each time afresh, in turn, so that a slow minute hits all of them. */
export async function runBench(options: BenchOptions): Promise<Report> {
  const { pipelines, runs, seconds, connections, directory, say } = options;
  mkdirSync(directory, { recursive: true });
  const machine = machineFacts(directory, new Date());
  const found = new Map<Pipeline, Runs>(
    pipelines.map((pipeline) => [pipeline, { phases: { w20: [], w1: [], at1000: [] }, idle: [] }]),
  );
  for (let run = 1; run <= runs; run++) {
    for (const [pipeline, into] of found) {
      into.missing ??= pipeline.missing();
      if (into.missing !== undefined) continue;
      say(`run ${run} of ${runs}: ${pipeline.title}`);
      await runOnce(pipeline, options, into);
    }
  }
  const rows = [...found].map(([pipeline, of]) => toRow(pipeline, of));
  const setting = {
    connections,
    estates: ESTATES,
    devicesPerEstate: DEVICES_PER_ESTATE,
    payloadBytes: PAYLOAD_BYTES,
    secondsPerLoad: seconds,
    runs,
    figures: "medians; QoS 1; w20 and w1: 20 and 1 unacknowledged messages a connection",
  };
  return { machine, setting, rows, goals: judge(rows) };
}

async function runOnce(pipeline: Pipeline, options: BenchOptions, into: Runs): Promise<void> {
  const directory = mkdtempSync(join(options.directory, `bench-${pipeline.id}-`));
  try {
    const running = await pipeline.start(directory);
    try {
      if (running.idle) into.idle.push(running.idle);
      for (const [name, phase] of Object.entries(phasesOf(options)) as [PhaseName, Phase][]) {
        const measured = await measure(running, phase);
        if (measured.unacked > 0) throw new Error(`${measured.unacked} messages were never acknowledged`);
        into.phases[name].push(measured);
      }
    } finally {
      await running.stop();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function phasesOf({ seconds, warmupMs, connections }: BenchOptions): Record<PhaseName, Phase> {
  const common = { durationMs: seconds * 1_000, warmupMs, connections };
  return {
    w20: { ...common, window: 20 },
    w1: { ...common, window: 1 },
    at1000: { ...common, window: 20, ratePerSecond: 1_000 },
  };
}

function toRow({ id, title }: Pipeline, { phases, idle, missing }: Runs): Row {
  const medians = Object.fromEntries(
    Object.entries(phases).flatMap(([name, runs]) => {
      const measured = median(runs);
      return measured ? [[name, measured]] : [];
    }),
  );
  return {
    id,
    title,
    phases: medians,
    ...(missing === undefined ? {} : { missing }),
    ...(idle.length === 0
      ? {}
      : {
          idle: {
            readyMs: middle(idle.map((one) => one.readyMs)),
            rssMb: middle(idle.map((one) => one.rssMb)),
          },
        }),
  };
}
