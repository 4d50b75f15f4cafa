import { readFile, stat } from "node:fs/promises";
import { parse } from "yaml";
import { CliFailure } from "./failure.ts";
import { clean, type Row } from "./table.ts";

const MOST_BYTES = 1 << 20;
/** An alias may repeat so much; more is an attack on memory. */
const MOST_ALIASES = 100;

/** Settings from a YAML or JSON file, or written on the command line as `{…}`. The hub checks what they say. */
export async function readSettings(fileOrJson: string): Promise<Row> {
  const inline = fileOrJson.trimStart().startsWith("{");
  const name = inline ? "the settings" : clean(fileOrJson);
  const text = inline ? fileOrJson : await textOf(fileOrJson);
  let settings: unknown;
  try {
    settings = parse(text, { maxAliasCount: MOST_ALIASES });
  } catch (error) {
    throw new CliFailure(`${name} cannot be understood: ${clean((error as Error).message)}`);
  }
  // An empty file says nothing.
  if (settings === null) return {};
  if (typeof settings === "object" && !Array.isArray(settings)) return settings as Row;
  throw new CliFailure(`${name} must hold names and values, such as inputCode: fire.alarm`);
}

async function textOf(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > MOST_BYTES) throw new Error(`it has more than ${MOST_BYTES} bytes`);
    return await readFile(file, "utf8");
  } catch (error) {
    throw new CliFailure(`${clean(file)} cannot be read: ${(error as Error).message}`);
  }
}
