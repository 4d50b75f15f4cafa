import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import type { CliActions, CliOutput, GlobalOptions } from "../actions.ts";
import { ApiProblem } from "../api-problem.ts";
import { CALLS } from "../calls.ts";
import { cellText, type Row } from "../table.ts";
import { examples, list, optionsOf, type Session, sessionOf, wholeNumber } from "../session.ts";

interface TailOptions extends GlobalOptions {
  readonly estate?: string;
  readonly code?: string;
  readonly device?: string;
  readonly limit: number;
  readonly follow?: boolean;
}

/** Ids remembered, so that an event that is both in the listing and in the stream is shown once. */
const REMEMBERED = 5_000;
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;

/** events tail. */
export function addEventCommands(program: Command, actions: CliActions, output: CliOutput): void {
  const events = program.command("events").description("Events: what the devices said");
  events
    .command("tail")
    .description("The latest events, oldest first")
    .option("--estate <id>", "only those of one estate")
    .option("--device <id>", "only those of one device")
    .option("--code <code>", "only one code, for example access.forced_open")
    .option("--limit <number>", "how many at first", wholeNumber(1, 10_000), 20)
    .option("-f, --follow", "go on with what comes in, until Ctrl-C")
    .addHelpText(
      "after",
      examples("events tail", "events tail --estate taoxi-3 --follow", "events tail -f --json"),
    )
    .action(async (_options, command: Command) => {
      const options = optionsOf<TailOptions>(command);
      const session = sessionOf(command, actions, output);
      const seen = new Set<string>();
      const print = (event: Row): void => {
        const id = String(event["id"]);
        if (seen.has(id) || !isWanted(event, options)) return;
        seen.add(id);
        if (seen.size > REMEMBERED) for (const oldest of seen.values().take(1)) seen.delete(oldest);
        output.out(options.json === true ? JSON.stringify(event) : lineOf(event));
      };
      const latest = async (): Promise<void> => {
        const query = { estateId: options.estate, deviceId: options.device, code: options.code };
        // A tail is meant to be cut off: no remark that there is more.
        const items = await list(
          { ...session, remark: () => undefined },
          CALLS.listEvents,
          query,
          options.limit,
        );
        for (const event of items.toReversed()) print(event);
      };
      if (options.follow === true) await follow(session, options, latest, print, output.signal);
      else await latest();
    });
}

/** Streams for ever. Each time the stream is open, the listing tells what came before or meanwhile. */
async function follow(
  { client, remark }: Session,
  { estate }: TailOptions,
  latest: () => Promise<void>,
  print: (event: Row) => void,
  signal = new AbortController().signal,
): Promise<void> {
  let wait = FIRST_RETRY_MS;
  let wasOpen = false;
  while (!signal.aborted) {
    try {
      const stream = client.follow(CALLS.live, { query: { events: true, estateId: estate } }, signal);
      for await (const { event, data } of stream) {
        if (event === "open") await latest();
        if (event === "event") print(JSON.parse(data) as Row);
        wasOpen = true;
        wait = FIRST_RETRY_MS;
      }
      if (!signal.aborted) remark("the hub ended the stream; coming back");
    } catch (error) {
      if (!(error instanceof ApiProblem) || !wasOpen || isHopeless(error)) throw error;
      remark(`${error.message}; coming back`);
    }
    await sleep(wait, undefined, { signal }).catch(() => undefined);
    wait = Math.min(wait * 2, LAST_RETRY_MS);
  }
}

/** A revoked token, an estate that is gone: coming back would not help. */
function isHopeless({ status }: ApiProblem): boolean {
  return status >= 400 && status < 500 && status !== 429;
}

function isWanted(event: Row, { code, device, estate }: TailOptions): boolean {
  if (code !== undefined && event["code"] !== code) return false;
  if (device !== undefined && event["deviceId"] !== device) return false;
  return estate === undefined || event["estateId"] === estate;
}

function lineOf(event: Row): string {
  const { occurredAt, estateId, deviceId, point, code, phase, transition, value, flags } = event;
  const device = point === undefined ? cellText(deviceId) : `${cellText(deviceId)}#${cellText(point)}`;
  const words = [occurredAt, estateId, device, code, phase, transition].map(cellText);
  if (value !== undefined) words.push(`= ${cellText(value)}`);
  if (Array.isArray(flags) && flags.length > 0) words.push(`[${cellText(flags)}]`);
  return words.join("  ");
}
