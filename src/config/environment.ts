import type { FieldFault } from "../errors.ts";
import { type ConfigField, configFields } from "./fields.ts";
import { suggest } from "./suggestion.ts";

/** Variables of ours that are read elsewhere: where the file is, and what the command line needs. */
const OTHER_VARIABLES: ReadonlySet<string> = new Set([
  "ZHIAN_CONFIG",
  "ZHIAN_URL",
  "ZHIAN_TOKEN",
  "ZHIAN_TOKEN_FILE",
]);

/** Kubernetes sets these for a service called `zhian`; they are not meant for the hub. */
const SERVICE_LINK = /^ZHIAN_(?:SERVICE_(?:HOST|PORT)|PORT$|PORT_\d)/;

/** The values found in the environment, with the variable each came from. */
export interface EnvironmentValues {
  readonly values: readonly {
    readonly path: readonly string[];
    readonly value: unknown;
    readonly variable: string;
  }[];
  readonly faults: readonly FieldFault[];
}

/** Reads every `ZHIAN_…` variable. An empty one counts as not set. Unknown ones are faults. */
export function readEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): EnvironmentValues {
  const known = new Map(configFields().map((field) => [field.variable, field]));
  const values: EnvironmentValues["values"][number][] = [];
  const faults: FieldFault[] = [];
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith("ZHIAN_") || text === undefined || text.trim() === "") continue;
    const field = known.get(variable);
    if (field) {
      values.push({ path: field.path, value: valueOf(text.trim(), field), variable });
    } else if (!OTHER_VARIABLES.has(variable) && !SERVICE_LINK.test(variable)) {
      const near = suggest(variable, known.keys());
      faults.push({
        field: variable,
        reason: `is not a variable of the hub${near ? `; did you mean ${near}?` : ""}`,
      });
    }
  }
  return { values, faults };
}

/** What cannot be converted is passed on as text, and the schema says what is wrong with it. */
function valueOf(text: string, field: ConfigField): unknown {
  if (field.type === "integer") return /^[+-]?\d+$/.test(text) ? Number(text) : text;
  if (field.type === "boolean") return text === "true" ? true : text === "false" ? false : text;
  if (field.type === "list") {
    return text
      .split(",")
      .map((item) => item.trim())
      .filter((item) => item !== "");
  }
  return text;
}
