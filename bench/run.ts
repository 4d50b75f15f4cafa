/** `npm run bench`: the hub and its yardsticks under the same load, in one run, on loopback. */
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { parseArgs } from "node:util";
import { aedesAlone } from "./aedes.ts";
import { runBench } from "./bench.ts";
import { hub } from "./hub.ts";
import { mosquittoAndStore } from "./mosquitto.ts";
import { markdown } from "./report.ts";
import { CONNECTIONS } from "./setting.ts";

const USAGE = `Usage: npm run bench -- [options]
  --runs <n>       runs of each pipeline; figures are medians (3)
  --seconds <s>    measured time of each load (8)
  --only <list>    of aedes, mosquitto, hub; comma-separated (all)
  --dir <folder>   where the servers store, on the disk to be measured (the system's temporary folder)
  --json <file>    write the JSON there instead of printing it
  --quick          a smoke run: Aedes alone, 20 connections, half a second
`;

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "3" },
    seconds: { type: "string", default: "8" },
    only: { type: "string" },
    dir: { type: "string", default: tmpdir() },
    json: { type: "string" },
    quick: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const ALL = [aedesAlone, mosquittoAndStore, hub];

async function main(): Promise<void> {
  if (values.help) return void process.stdout.write(USAGE);
  const only = values.quick ? ["aedes"] : values.only?.split(",");
  const unknown = only?.filter((id) => !ALL.some((pipeline) => pipeline.id === id)) ?? [];
  if (unknown.length > 0) throw new Error(`--only: there is no pipeline "${unknown.join('", "')}"`);
  const report = await runBench({
    pipelines: ALL.filter(({ id }) => only?.includes(id) ?? true),
    runs: values.quick ? 1 : positive("runs", values.runs),
    seconds: values.quick ? 0.5 : positive("seconds", values.seconds),
    warmupMs: values.quick ? 100 : 1_000,
    connections: values.quick ? 20 : CONNECTIONS,
    directory: values.dir,
    say: (line) => process.stderr.write(`${line}\n`),
  });
  process.stdout.write(`${markdown(report)}\n`);
  const json = JSON.stringify(report, undefined, 2);
  if (values.json === undefined) process.stdout.write(`\`\`\`json\n${json}\n\`\`\`\n`);
  else writeFileSync(values.json, `${json}\n`);
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new Error(`--${name} must be a positive number`);
  return value;
}

await main().catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
