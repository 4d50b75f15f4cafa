import { type Command, InvalidArgumentError } from "commander";
import type { z } from "zod";
import type { CliActions, CliOutput, GlobalOptions } from "./actions.ts";
import type { ApiClient, CallInput } from "./api-client.ts";
import type { CALLS } from "./calls.ts";
import { clean, type Row, table } from "./table.ts";

/** What a command has at hand while it runs. */
export interface Session {
  readonly client: ApiClient;
  /** The result: JSON when asked for, else the lines for people. */
  readonly show: (answer: unknown, lines: () => readonly string[]) => void;
  /** A remark for people; never part of the result. */
  readonly remark: (line: string) => void;
}

/** The options of a command with the global ones; of those said twice, the one behind the command counts. */
export function optionsOf<T extends GlobalOptions>(command: Command): T {
  const before = command.parent === null ? undefined : optionsOf<T>(command.parent);
  return { ...before, ...command.opts<T>() };
}

/** Connects and prints as the options of a command say. */
export function sessionOf(command: Command, actions: CliActions, output: CliOutput): Session {
  const options = optionsOf<GlobalOptions>(command);
  return {
    client: actions.connect(options),
    show: printer(options, output),
    remark: (line) => output.err(clean(line)),
  };
}

/** Prints a result as JSON, or as lines for people. */
export function printer({ json }: GlobalOptions, { out }: CliOutput): Session["show"] {
  return (answer, lines) => {
    if (json === true) out(JSON.stringify(answer, null, 2));
    else for (const line of lines()) out(line);
  };
}

/** Largest page the API gives. */
const PAGE = 500;

type Listing = {
  [K in keyof typeof CALLS]: (typeof CALLS)[K]["answer"] extends Page ? K : never;
}[keyof typeof CALLS];
type Page = z.ZodType<{ items: Row[]; next?: string | undefined }>;

/** Reads up to `limit` items of a listing; says so when there are more. */
export async function list(
  { client, remark }: Session,
  call: (typeof CALLS)[Listing],
  query: CallInput["query"],
  limit: number,
): Promise<readonly Row[]> {
  const items: Row[] = [];
  let after: string | undefined;
  do {
    const room = Math.min(PAGE, limit - items.length);
    // Tokens come whole and take no page options.
    const paging = call.path === "/v1/tokens" ? {} : { limit: room, after };
    const page = await client.call(call, { query: { ...query, ...paging } });
    items.push(...page.items);
    after = page.next;
  } while (after !== undefined && items.length < limit);
  if (after !== undefined) remark(`only the first ${limit} are shown; ask for more with --limit`);
  return items;
}

/** A table, or a sentence when there is nothing in it. */
export function tableOr(
  rows: readonly Row[],
  columns: readonly string[],
  nothing: string,
): readonly string[] {
  return rows.length === 0 ? [nothing] : table(rows, columns);
}

/** Option parser: a whole number in a range. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

/** Examples below the help of a command. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ zhian ${line}`).join("\n")}\n`;
}
