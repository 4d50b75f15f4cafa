/**
 * A raw QoS 1 load: events encoded once, patched and written to plain sockets, so that the sender
 * costs little. Import `startLoad`, or run this file with options as JSON on standard input.
 */
import { text } from "node:stream/consumers";
import { startLoad } from "./loader/load.ts";
import { loadOptionsSchema } from "./loader/options.ts";

export { startLoad, type Load } from "./loader/load.ts";
export { loadOptionsSchema, type LoadOptions, type LoadResult } from "./loader/options.ts";
export { anonymousGateways, type LoadGateway } from "./loader/spread.ts";

const USAGE = `Usage: node simulators/raw-loader.ts < options.json
Options: port, gateways [{gatewayId, estateId, secret}], connections, window, ratePerSecond,
durationMs, count, warmupMs, drainMs, payloadBytes, devicesPerEstate, kinds [{code, phase}],
boot, ackFile. Prints the result as JSON. SIGTERM ends the load early.
`;

async function main(): Promise<void> {
  if (process.argv.length > 2) return void process.stdout.write(USAGE);
  const options = loadOptionsSchema.parse(JSON.parse(await text(process.stdin)));
  const load = startLoad(options);
  process.once("SIGTERM", load.stop);
  process.once("SIGINT", load.stop);
  process.stdout.write(`${JSON.stringify(await load.result)}\n`);
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    process.stderr.write(`raw-loader: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
