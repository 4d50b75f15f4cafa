import { type Command, CommanderError } from "commander";
import { ZhianError } from "../errors.ts";
import type { CliOutput } from "./actions.ts";
import { ApiProblem } from "./api-problem.ts";
import { CliFailure, CliUsage } from "./failure.ts";
import { clean } from "./table.ts";

/** 0 done · 1 refused or failed · 2 not a command. */
export type ExitCode = 0 | 1 | 2;

/**
 * Parses and runs. `args` are the words after the program's name. Expected failures become one message
 * on `err` and an exit code; a bug is thrown on.
 */
export async function runCli(
  program: Command,
  args: readonly string[],
  { err }: CliOutput,
): Promise<ExitCode> {
  try {
    await program.parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    // Help and version that were asked for are no mistake; of a mistake commander has told already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof CliUsage) {
      err(`error: ${error.message}`);
      return 2;
    }
    if (error instanceof CliFailure) {
      err(`error: ${error.message}`);
      return 1;
    }
    if (error instanceof ApiProblem || error instanceof ZhianError) {
      err(messageOf(error));
      return 1;
    }
    throw error;
  }
}

function messageOf({ message, faults }: ApiProblem | ZhianError): string {
  // A message that lists its faults itself is not repeated.
  const more = faults.filter(({ reason }) => !message.includes(reason));
  const lines = [`error: ${message}`, ...more.map(({ field, reason }) => `  ${field}: ${reason}`)];
  return lines.join("\n").split("\n").map(clean).join("\n");
}
