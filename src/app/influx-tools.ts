import { existsSync } from "node:fs";
import type { Config } from "../config/schema.ts";
import { DAY, MINUTE } from "../domain/time.ts";
import { ZhianError } from "../errors.ts";
import { systemClock } from "../runtime/clock.ts";
import { openStoredLines, type StoredLines } from "../store/stored-lines.ts";
import { createPoints } from "../timeseries/points.ts";
import { rebuildInflux } from "../timeseries/rebuild.ts";
import { type InfluxServer, writeLines } from "../timeseries/server.ts";
import { setUpInflux } from "../timeseries/setup.ts";
import { countPoints, differencesOf } from "../timeseries/verify.ts";
import { databaseFile } from "./data-folder.ts";
import { influxServer } from "./influx-parts.ts";
import { periodOf } from "./period.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** A span of time as somebody wrote it; days are UTC days. */
interface WrittenSpan {
  readonly from: string;
  readonly to: string;
}

/** Makes what is needed in the InfluxDB of a configuration; returns what it did, a sentence each. */
export function setUp(config: Config, env: Environment): Promise<readonly string[]> {
  return setUpInflux(serverOf(config, env));
}

/** Ships what is stored of a span once more, beside the hub or without it. */
export async function rebuild(
  config: Config,
  env: Environment,
  written: WrittenSpan,
  onProgress: (lines: number) => void,
  signal: AbortSignal,
) {
  const server = serverOf(config, env);
  const span = periodOf(written, "UTC", Infinity);
  return withStored(config, async (stored) => {
    const { lines, refused } = await rebuildInflux({
      blocks: stored.lines(span.from, span.to),
      write: (...batch) => writeLines(server, ...batch),
      clock: systemClock,
      onProgress,
      signal,
    });
    return {
      lines,
      refused,
      from: new Date(span.from).toISOString(),
      to: new Date(span.to).toISOString(),
    };
  });
}

/** Compares what is stored with what InfluxDB has, by UTC day and estate. */
export async function verify(config: Config, env: Environment, written: WrittenSpan, signal: AbortSignal) {
  const server = serverOf(config, env);
  const span = periodOf(written, "UTC", Infinity);
  const from = Math.floor(span.from / DAY) * DAY;
  const to = Math.ceil(span.to / DAY) * DAY;
  return withStored(config, async (stored) => {
    const waiting = stored.waiting();
    const there = stored.counts(from, to);
    const found = await countPoints(
      server,
      from,
      to,
      AbortSignal.any([signal, AbortSignal.timeout(30 * MINUTE)]),
    );
    return {
      points: there.reduce((sum, { n }) => sum + n, 0),
      waiting,
      differences: differencesOf(there, found),
    };
  });
}

function serverOf(config: Config, env: Environment): InfluxServer {
  const server = influxServer(config.influx, env);
  if (server) return server;
  throw new ZhianError("VALIDATION", "InfluxDB is off: give its address as influx.url.", {
    faults: [{ field: "influx.url", reason: "is missing" }],
  });
}

async function withStored<T>({ dataDir }: Config, work: (stored: StoredLines) => Promise<T>): Promise<T> {
  const file = databaseFile(dataDir);
  if (!existsSync(file)) throw new ZhianError("NOT_FOUND", `There is no database ${file}.`);
  const stored = openStoredLines(file, createPoints());
  try {
    return await work(stored);
  } finally {
    stored.close();
  }
}
