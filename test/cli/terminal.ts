import { Readable } from "node:stream";
import type { CliActions, CliOutput, GlobalOptions } from "../../src/cli/actions.ts";
import type { BacktestReport } from "../../src/domain/backtest.ts";
import { createApiClient } from "../../src/cli/api-client.ts";
import { buildCli } from "../../src/cli/program.ts";
import { createStudies } from "../../src/app/studies.ts";
import { type ExitCode, runCli } from "../../src/cli/run.ts";

const EMPTY_TRIAL = {
  rules: [{ id: "smoke", version: "1" }],
  faults: [],
  incidents: 0,
  simulated: 0,
  perDay: 0,
  figures: [],
  duplicates: 0,
  notifications: { total: 0, perDay: 0, most: 0, estates: [] },
  notCompared: 0,
};
const EMPTY_REPORT: BacktestReport = { from: 0, to: 1, events: 0, inForce: EMPTY_TRIAL, notes: [] };

/** What a command line did. */
export interface Screen {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

/** Actions that remember what they were asked, and reach a hub at `url`. */
export function createActions(url = "http://127.0.0.1:9", token?: string) {
  const asked: unknown[][] = [];
  const note =
    <T>(name: string, answer: T) =>
    (options: unknown): Promise<T> => {
      asked.push([name, options]);
      return Promise.resolve(answer);
    };
  const actions: CliActions = {
    start: note("start", undefined),
    demo: note("demo", undefined),
    restore: note("restore", undefined),
    verify: note("verify", []),
    checkConfig: note("checkConfig", { config: { zone: "UTC" }, warnings: [] }),
    checkRules: note("checkRules", { folder: "rules", rules: 3, faults: [] }),
    backtest: note("backtest", EMPTY_REPORT),
    hubBacktest: note("hubBacktest", { from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z" }),
    decode: note("decode", [{ topic: "t", profile: "p", outcome: "ignored", reason: "heartbeat" }]),
    newProfile: note("newProfile", { id: "acme-door", files: ["devices/acme-door/profile.ts"] }),
    ...createStudies(),
    influxSetup: note("influxSetup", ["Bucket zhian made, kept 400 days."]),
    influxRebuild: note("influxRebuild", {
      lines: 2,
      refused: [],
      from: "2026-01-01T00:00:00.000Z",
      to: "2026-01-02T00:00:00.000Z",
    }),
    influxVerify: note("influxVerify", { points: 2, waiting: 0, differences: [] }),
    input: () => Readable.from([]),
    connect(options: GlobalOptions) {
      asked.push(["connect", options]);
      return createApiClient({ url: options.url ?? url, token });
    },
  };
  return { actions, asked };
}

/** Runs one command line. */
export async function type(
  actions: CliActions,
  args: readonly string[],
  signal?: AbortSignal,
  onLine: (line: string) => void = () => undefined,
): Promise<Screen> {
  const out: string[] = [];
  const err: string[] = [];
  const output: CliOutput = {
    out(line) {
      out.push(line);
      onLine(line);
    },
    err(line) {
      err.push(line);
      onLine(line);
    },
    ...(signal && { signal }),
  };
  const code = await runCli(buildCli(actions, output, "1.2.3"), args, output);
  return { code, out: out.join("\n"), err: err.join("\n") };
}
