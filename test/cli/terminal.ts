import { Readable } from "node:stream";
import type { CliActions, CliOutput, GlobalOptions } from "../../src/cli/actions.ts";
import { createApiClient } from "../../src/cli/api-client.ts";
import { buildCli } from "../../src/cli/program.ts";
import { type ExitCode, runCli } from "../../src/cli/run.ts";

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
    decode: note("decode", [{ topic: "t", profile: "p", outcome: "ignored", reason: "heartbeat" }]),
    newProfile: note("newProfile", { id: "acme-door", files: ["devices/acme-door/profile.ts"] }),
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
