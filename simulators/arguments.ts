import { parseArgs } from "node:util";
import { isDay, localDay } from "./day.ts";

/** What every simulator is told on its command line. */
export interface WorldArguments {
  readonly seed: number;
  readonly today: string;
}

/** Reads `--seed` (1) and `--today` (the present day). Throws with the option's name when one is wrong. */
export function readWorldArguments(values: { seed?: string; today?: string }, now: number): WorldArguments {
  const seed = Number(values.seed ?? "1");
  if (!Number.isSafeInteger(seed)) throw new RangeError("--seed must be a whole number");
  const today = values.today ?? localDay(now);
  if (!isDay(today)) throw new RangeError("--today must be a calendar day, YYYY-MM-DD");
  return { seed, today };
}

/** Options of `parseArgs` for the above. */
export const WORLD_OPTIONS = {
  seed: { type: "string" },
  today: { type: "string" },
  help: { type: "boolean", default: false },
} as const satisfies NonNullable<Parameters<typeof parseArgs>[0]>["options"];

/** Runs a program; an error becomes one line and exit code 1. */
export async function runProgram(name: string, main: () => Promise<void> | void): Promise<void> {
  try {
    await main();
  } catch (error) {
    process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
