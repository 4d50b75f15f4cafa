import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import { type FieldFault, ZhianError } from "../errors.ts";
import { certificateFaults } from "./certificates.ts";
import { readEnvironment } from "./environment.ts";
import { describeIssue } from "./fault.ts";
import { deepFreeze } from "./freeze.ts";
import { clashes } from "./listeners.ts";
import { pullFileFaults, withAbsoluteFiles } from "./pull.ts";
import { type Config, configSchema } from "./schema.ts";
import { siaFileFaults, withAbsoluteKeyFiles } from "./sia.ts";
import { readYamlFile, type YamlFile } from "./yaml-file.ts";

/** Where the configuration comes from. */
export interface ConfigSources {
  /** The YAML file of `--config`. Without it `ZHIAN_CONFIG`, then `zhian.yaml` if there is one. */
  readonly file?: string;
  /** The process's environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Directory of `zhian.yaml` and `.env`, and of every relative path. Default: the working directory. */
  readonly directory?: string;
}

type Section = Record<string, unknown>;

/**
 * Reads the configuration once and freezes it: defaults, overridden by the YAML file, overridden by
 * `.env`, overridden by the environment. Paths come out absolute. Throws ZhianError VALIDATION with
 * every fault there is, each with its path, its source and (unless secret) its value.
 */
export function loadConfig({ file, env, directory = process.cwd() }: ConfigSources): Config {
  const faults: FieldFault[] = [];
  const environment = { ...readDotEnv(resolve(directory, ".env"), faults), ...given(env) };
  const yaml = readFile(file ?? environment["ZHIAN_CONFIG"], directory);
  faults.push(...(yaml?.file.faults ?? []));

  const { values, faults: variableFaults } = readEnvironment(environment);
  faults.push(...variableFaults);
  const input = withoutNulls(yaml?.file.content ?? {}) as Section;
  for (const { path, value } of values) put(input, path, value);
  makeAbsolute(input, directory);

  const sourceOf = (path: readonly PropertyKey[]): string => {
    // An item of a list lies below the path of its variable.
    const variable = values.find((each) => each.path.every((step, index) => step === path[index]))?.variable;
    if (variable) return `; set by ${variable}`;
    const line = yaml?.file.lineOf(path);
    return line === undefined ? "" : `; ${yaml?.name} line ${line}`;
  };
  const parsed = configSchema.safeParse(input);
  for (const issue of parsed.error?.issues ?? []) {
    for (const fault of describeIssue(issue, at(input, issue.path))) {
      faults.push({ ...fault, reason: fault.reason + sourceOf(fault.field.split(".")) });
    }
  }
  for (const section of ["http.tls", "mqtt.tls", "mqtt.wss"]) {
    const files = at(input, section.split("."));
    if (isSection(files)) faults.push(...certificateFaults(section, files));
  }
  const pull = configSchema.shape.pull.safeParse(input["pull"]);
  if (pull.success) faults.push(...pullFileFaults(pull.data));
  const sia = configSchema.shape.sia.safeParse(input["sia"]);
  if (sia.success) faults.push(...siaFileFaults(sia.data));
  const http = configSchema.shape.http.safeParse(input["http"]);
  const mqtt = configSchema.shape.mqtt.safeParse(input["mqtt"]);
  if (http.success && mqtt.success && sia.success) {
    faults.push(...clashes({ http: http.data, mqtt: mqtt.data, sia: sia.data }));
  }

  if (parsed.success && faults.length === 0) return deepFreeze(parsed.data);
  const list = faults.map(({ field, reason }) => `\n  ${field}: ${reason}`).join("");
  throw new ZhianError("VALIDATION", `the configuration has ${count(faults.length)}:${list}`, { faults });
}

const count = (faults: number): string => (faults === 1 ? "a fault" : `${faults} faults`);

function readFile(
  named: string | undefined,
  directory: string,
): { file: YamlFile; name: string } | undefined {
  const name = named ?? "zhian.yaml";
  const path = resolve(directory, name);
  if (named === undefined && !existsSync(path)) return undefined;
  return { file: readYamlFile(path), name };
}

function readDotEnv(file: string, faults: FieldFault[]): Record<string, string | undefined> {
  if (!existsSync(file)) return {};
  try {
    return parseEnv(readFileSync(file, "utf8"));
  } catch (error) {
    faults.push({ field: ".env", reason: `cannot be read: ${(error as Error).message}` });
    return {};
  }
}

/** Variables with a value; an empty one must not hide what `.env` says. */
const given = (env: ConfigSources["env"]): ConfigSources["env"] =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ""));

/** A name without a value (`http:` and nothing below) counts as not written. */
function withoutNulls(value: unknown): unknown {
  if (!isSection(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, child]) => child !== null)
      .map(([key, child]) => [key, withoutNulls(child)]),
  );
}

function makeAbsolute(input: Section, directory: string): void {
  const files = ["http.tls", "mqtt.tls", "mqtt.wss"].flatMap((tls) =>
    ["cert", "key", "ca"].map((name) => `${tls}.${name}`),
  );
  for (const name of ["dataDir", "rulesDir", "influx.tokenFile", ...files]) {
    const path = name.split(".");
    const value = at(input, path) ?? DEFAULT_DIRECTORIES[name];
    if (typeof value === "string" && value !== "") put(input, path, resolve(directory, value));
  }
  if (input["pull"] !== undefined) input["pull"] = withAbsoluteFiles(input["pull"], directory);
  if (input["sia"] !== undefined) input["sia"] = withAbsoluteKeyFiles(input["sia"], directory);
}

const DEFAULT_DIRECTORIES: Readonly<Record<string, unknown>> = {
  dataDir: configSchema.shape.dataDir.parse(undefined),
  rulesDir: configSchema.shape.rulesDir.parse(undefined),
};

const isSection = (value: unknown): value is Section =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let node = value;
  for (const step of path) {
    if (typeof node !== "object" || node === null || !Object.hasOwn(node, step)) return undefined;
    node = (node as Record<PropertyKey, unknown>)[step];
  }
  return node;
}

/** Sets a value, making sections on the way. Where something else stands already the schema says so. */
function put(section: Section, [step = "", ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    section[step] = value;
    return;
  }
  if (!Object.hasOwn(section, step)) section[step] = {};
  const child = section[step];
  if (isSection(child)) put(child, rest, value);
}
