/**
 * Messages a second through each profile's decode, on one thread: the messages with events among its own
 * fixtures in turn, and where the shared folder is there, the captured ones. The yardstick of the same run
 * is parsing alone.
 * Usage: node bench/decode.ts [--seconds n] [--profile id]
 */
import { readdirSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { profiles } from "../devices/index.ts";
import { fixtureBytes, xml, type Fixture } from "../src/device-kit/index.ts";
import type { Profile, ProfileInput } from "../src/ports.ts";
import { createPseudonym } from "../src/registry/pseudonym.ts";
import { capturesOf } from "../test/devices/shared-index.ts";
import { inputOf } from "../test/devices/support.ts";
import { machineFacts } from "./machine.ts";

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "1" }, profile: { type: "string" } },
});
const milliseconds = Number(values.seconds) * 1_000;
const pseudonym = createPseudonym(Buffer.from("a key for measuring only"));
/** Messages a second on one core that a profile should reach. */
const GOALS = { json: 100_000, xml: 15_000 };

interface Sample {
  readonly source: "own" | "captured";
  readonly input: ProfileInput;
  readonly format: keyof typeof GOALS;
}

function own({ id, transports }: Profile): readonly Sample[] {
  const dir = new URL(`../devices/${id}/fixtures/`, import.meta.url);
  return readdirSync(dir).flatMap((file): readonly Sample[] => {
    const fixture = JSON.parse(readFileSync(new URL(file, dir), "utf8")) as Fixture;
    if (!("events" in fixture.expect)) return [];
    const payload = fixtureBytes(fixture);
    const { config = {}, options = {}, taught = {}, contentType } = fixture;
    const [first = "mqtt"] = transports;
    const input: ProfileInput = {
      transport: fixture.transport ?? first,
      path: fixture.topic,
      payload,
      retained: false,
      receivedAt: Date.UTC(2026, 2, 1),
      configOf: () => config,
      pseudonym,
      zone: "Asia/Shanghai",
      options,
      recall: (key: string) => taught[key],
      ...(contentType !== undefined && { contentType }),
    };
    return [sampleOf("own", input)];
  });
}

function captured({ id, transports }: Profile): readonly Sample[] {
  return capturesOf(id).map(({ path, bytes }) => {
    const [transport = "mqtt"] = transports;
    return sampleOf("captured", { ...inputOf(path, bytes), transport });
  });
}

function sampleOf(source: Sample["source"], input: ProfileInput): Sample {
  const text = Buffer.from(input.payload).toString();
  return { source, input, format: text.includes("</") ? "xml" : "json" };
}

/** Calls a second, after a warm-up of the same length. */
function rateOf(inputs: readonly ProfileInput[], work: (input: ProfileInput) => unknown): number {
  let done = 0;
  for (const warm of [true, false]) {
    const end = performance.now() + milliseconds / 2;
    done = 0;
    while (performance.now() < end) {
      for (let turn = 0; turn < 20; turn++) for (const input of inputs) work(input);
      done += 20 * inputs.length;
    }
    if (warm) continue;
  }
  return done / (milliseconds / 2_000);
}

const asXml = xml();
function parseOnly(format: keyof typeof GOALS) {
  return (input: ProfileInput): unknown => {
    if (format === "xml") return asXml.parse(input.payload, input, {});
    const text = Buffer.from(input.payload).toString();
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  };
}

const whole = (value: number): string => Math.round(value).toLocaleString("en");
const { cpu, cores, node, loadBefore } = machineFacts(".", new Date());
process.stdout.write(`${cpu}, ${cores} cores, Node ${node}, load before ${loadBefore}\n\n`);
process.stdout.write(
  "| profile | messages | format | number | mean bytes | decoded/s | parsed alone/s | goal |\n",
);
process.stdout.write("|---|---|---|---|---|---|---|---|\n");
let missed = 0;
for (const profile of profiles) {
  if (values.profile !== undefined && profile.id !== values.profile) continue;
  const samples = [...own(profile), ...captured(profile)];
  const kinds = ["json", "xml"].flatMap((format) =>
    ["own", "captured"].map((source) => ({ format, source })),
  );
  for (const { format, source } of kinds as readonly Pick<Sample, "format" | "source">[]) {
    const inputs = samples
      .filter((sample) => sample.format === format && sample.source === source)
      .map(({ input }) => input);
    if (inputs.length === 0) continue;
    const bytes = inputs.reduce((sum, { payload }) => sum + payload.byteLength, 0) / inputs.length;
    const decoded = rateOf(inputs, (input) => profile.decode(input));
    const parsed = rateOf(inputs, parseOnly(format));
    const met = decoded >= GOALS[format];
    if (!met) missed++;
    const kind = format === "json" ? "JSON or text" : "XML";
    const cells = [profile.id, source, kind, inputs.length, whole(bytes)];
    const figures = [whole(decoded), whole(parsed), `${whole(GOALS[format])} ${met ? "met" : "missed"}`];
    process.stdout.write(`| ${[...cells, ...figures].join(" | ")} |\n`);
  }
}
process.stdout.write(`\n${missed === 0 ? "Every goal is met." : `${missed} goals are missed.`}\n`);
