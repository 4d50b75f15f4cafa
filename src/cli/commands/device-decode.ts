import { readFile, stat } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Transport } from "../../domain/journal.ts";
import type { Trial } from "../../ports.ts";
import type { CliActions, CliOutput } from "../actions.ts";
import { CliFailure, CliUsage } from "../failure.ts";
import { readSettings } from "../settings-file.ts";
import { examples } from "../session.ts";
import { clean } from "../table.ts";
import { shownOutcome } from "../trial-outcome.ts";

/** A message sent before the one that is asked about. */
interface Earlier {
  readonly topic: string;
  readonly file: string;
}

interface DecodeOptions {
  readonly topic?: string;
  readonly transport: Transport;
  readonly profile?: string;
  readonly options?: string;
  readonly config?: string;
  readonly contentType?: string;
  readonly retained?: boolean;
  readonly zone?: string;
  readonly before?: readonly Earlier[];
}

const MOST_BYTES = 64 << 20;
/** Where alarm panels' messages arrive; a panel's connection has no topic. */
const TCP_PATH = "sia";

/** device decode: what the hub would make of a message, without a hub. */
export function addDeviceDecode(device: Command, actions: CliActions, { out }: CliOutput): void {
  device
    .command("decode")
    .description("What the hub would make of a message; nothing is sent, no hub is needed")
    .argument("<file>", "the message as it was sent; - for standard input")
    .option("--topic <topic>", "vendor topic or path, or a whole topic estates/…; for tcp: sia when left out")
    .addOption(
      new Option("--transport <transport>", "how it arrives")
        .choices(["mqtt", "http", "tcp"])
        .default("mqtt"),
    )
    .option(
      "--profile <[prefix=]profile>",
      "who reads it, as in a gateway's binding; by default the topic says",
    )
    .option("--options <file|json>", "the binding's options, as for `gateway bind`; with --profile")
    .option("--config <file|json>", "the device's configuration, as for `device config --set`")
    .option("--content-type <type>", "of an HTTP body, with the boundary of a multipart one")
    .option("--retained", "the MQTT retain flag: a present state, not a change")
    .option("--zone <zone>", "IANA zone of times without an offset (default: Asia/Shanghai)")
    .option("--before <topic=file>", "a message sent earlier, such as a discovery; repeat for more", earlier)
    .addHelpText(
      "after",
      `
Prints JSON: the events as they would be stored, or why there is none. In ids, estate and gateway are
called estate and gateway unless the topic names them. Pseudonyms (attributes …Hash) are made with a key
that is thrown away: they differ each time, and from those of a hub.
${examples(
  "device decode --topic zigbee2mqtt/front-door door.json",
  "device decode --topic zigbee2mqtt/front-door --before zigbee2mqtt/front-door=closed.json open.json",
  "device decode --transport http --topic park/gate --profile park=hikvision --content-type text/xml -",
  `device decode --topic zigbee2mqtt/button --config '{"buttonCode":"life.sos"}' press.json`,
)}
Exit code 1 when the message would become a dead letter.
`,
    )
    .action(async (file: string, options: DecodeOptions) => {
      const results = await actions.decode(await trialOf(file, options, actions));
      const last = results.at(-1);
      if (!last) throw new Error("a message has no outcome");
      const before = results.slice(0, -1).map(shownOutcome);
      out(JSON.stringify({ ...shownOutcome(last), ...(before.length > 0 && { before }) }, null, 2));
      if (last.outcome === "dead") throw new CliFailure("the hub could not read it");
    });
}

async function trialOf(file: string, options: DecodeOptions, actions: CliActions): Promise<Trial> {
  const { transport, contentType, retained = false, zone } = options;
  const topic = options.topic ?? (transport === "tcp" ? TCP_PATH : undefined);
  if (topic === undefined) throw new CliUsage("Say where the message arrives: --topic.");
  if (options.options !== undefined && options.profile === undefined) {
    throw new CliUsage("--options belong to a binding: say its --profile.");
  }
  const common = { transport, ...(contentType !== undefined && { contentType }) };
  const messages: Trial["messages"][number][] = [];
  for (const { topic: path, file: sent } of options.before ?? []) {
    messages.push({ ...common, topic: path, payload: await bytesOf(sent, actions), retained: false });
  }
  messages.push({ ...common, topic, payload: await bytesOf(file, actions), retained });
  return {
    messages,
    ...bindingOf(options.profile),
    ...(options.options !== undefined && { options: await readSettings(options.options) }),
    ...(options.config !== undefined && { config: await readSettings(options.config) }),
    ...(zone !== undefined && { zone }),
  };
}

function bindingOf(text: string | undefined): Pick<Trial, "profile" | "prefix"> {
  if (text === undefined) return {};
  const [first = "", second, ...rest] = text.split("=");
  if (first === "" || second === "" || rest.length > 0) {
    throw new CliUsage("--profile is written profile or prefix=profile, for example zigbee=zigbee2mqtt.");
  }
  return second === undefined ? { profile: first } : { prefix: first, profile: second };
}

function earlier(text: string, others: readonly Earlier[] = []): readonly Earlier[] {
  const at = text.indexOf("=");
  if (at > 0 && at < text.length - 1) {
    return [...others, { topic: text.slice(0, at), file: text.slice(at + 1) }];
  }
  throw new InvalidArgumentError("It must be written topic=file.");
}

async function bytesOf(file: string, actions: CliActions): Promise<Uint8Array> {
  try {
    if (file === "-") return await buffer(actions.input());
    const { size } = await stat(file);
    if (size > MOST_BYTES) throw new Error(`it has more than ${MOST_BYTES} bytes`);
    return await readFile(file);
  } catch (error) {
    throw new CliFailure(`${clean(file)} cannot be read: ${(error as Error).message}`);
  }
}
