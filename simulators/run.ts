/** Runs the simulated gateways against a hub until it is told to stop. */
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { z } from "zod";
import { readWorldArguments, runProgram, WORLD_OPTIONS } from "./arguments.ts";
import { startGateways, type Credential } from "./gateways.ts";
import { createWorld } from "./world.ts";

const ENVIRONMENT = "SIMULATOR_CREDENTIALS";
const USAGE = `Usage: node simulators/run.ts [options]
  --url <url>      the hub's MQTT listener (mqtt://127.0.0.1:1883)
  --speed <n>      hours of estate life in an hour; 1 is real time (1)
  --seed <n>       another number, another world (1)
  --today <day>    the day around which the world is laid out (the present day)
Credentials: JSON [{gatewayId, secret, estateId}], in ${ENVIRONMENT} or on standard input.
Prints a line of JSON when every gateway is connected, and one with totals at the end.
`;
const POLL_MS = 100;

const credentialsSchema = z.array(
  z.object({ gatewayId: z.string().min(1), secret: z.string().min(1), estateId: z.string().min(1) }),
);

await runProgram("run", async () => {
  const { values } = parseArgs({
    options: {
      ...WORLD_OPTIONS,
      url: { type: "string", default: "mqtt://127.0.0.1:1883" },
      speed: { type: "string", default: "1" },
    },
  });
  if (values.help) return void process.stdout.write(USAGE);
  const speed = Number(values.speed);
  if (!(speed > 0)) throw new RangeError("--speed must be a number above 0");
  const world = createWorld(readWorldArguments(values, Date.now()));
  const credentials = readCredentials(process.env[ENVIRONMENT] ?? (await text(process.stdin)));
  const gateways = startGateways({ url: values.url, world, credentials, seed: world.seed, speed });

  const asked = Promise.withResolvers<void>();
  process.once("SIGTERM", asked.resolve);
  process.once("SIGINT", asked.resolve);
  let announced = false;
  let lastError: string | undefined;
  const watch = setInterval(() => {
    const figures = gateways.figures();
    if (figures.lastError !== lastError) process.stderr.write(`run: ${figures.lastError}\n`);
    lastError = figures.lastError;
    if (!announced && figures.connected === credentials.length) {
      announced = true;
      say({ connected: figures.connected });
    }
  }, POLL_MS);
  await asked.promise;
  clearInterval(watch);
  await gateways.stop();
  say(gateways.figures());
});

/** Faults name the field, never its value: it may be a secret. */
function readCredentials(json: string): readonly Credential[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    throw new Error("the credentials are not JSON");
  }
  const result = credentialsSchema.safeParse(parsed);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new Error(`the credentials are wrong: ${faults.join("; ")}`);
}

function say(what: object): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}
