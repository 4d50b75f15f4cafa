import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual, parseEnv } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readEnvironment } from "../../src/config/environment.ts";
import { configFields } from "../../src/config/fields.ts";
import { loadConfig } from "../../src/config/load.ts";
import { configSchema } from "../../src/config/schema.ts";

const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");
const envExample = read(".env.example");
const yamlExample = read("zhian.example.yaml");
/** Variables of the examples that belong to the command line. */
const OTHERS = ["ZHIAN_CONFIG", "ZHIAN_URL", "ZHIAN_TOKEN", "ZHIAN_TOKEN_FILE"];

/** What is wrong with an example of variables: missing, unknown, or not the default. */
function envFaults(text: string): readonly string[] {
  const shown = parseEnv(text.replaceAll(/^#(?=ZHIAN_)/gm, ""));
  const faults = readEnvironment(shown).faults.map(({ field }) => `${field} is unknown`);
  for (const { variable, fallback, type } of configFields()) {
    if (!Object.hasOwn(shown, variable)) faults.push(`${variable} is missing`);
    const value = type === "string" || type === "list" ? fallback : JSON.stringify(fallback);
    const wanted = Array.isArray(value) ? value.join(",") : value;
    if (wanted !== undefined && (shown[variable] ?? wanted) !== wanted)
      faults.push(`${variable} is not the default`);
  }
  return faults;
}

/** The YAML example with every optional setting switched on. */
const switchedOn = (text: string): string => text.replaceAll(/^(\s*)# /gm, "$1");

/** What is wrong with an example file: paths it lacks, and what the schema says against it. */
function yamlFaults(text: string): readonly string[] {
  const content: unknown = parse(switchedOn(text));
  const faults = (configSchema.safeParse(content).error?.issues ?? []).map((issue) => issue.message);
  for (const { path, fallback } of configFields()) {
    let node = content;
    for (const step of path) node = (node as Record<string, unknown> | undefined)?.[step];
    if (node === undefined) faults.push(`${path.join(".")} is missing`);
    // Optional listeners show an address worth having, not the default.
    else if (fallback !== undefined && path.at(-1) !== "host" && !isDeepStrictEqual(node, fallback)) {
      faults.push(`${path.join(".")} is not the default`);
    }
  }
  return faults;
}

/** Settings that no comment stands above. */
function uncommented(text: string): readonly string[] {
  const lines = text.split("\n");
  return lines.filter((line, index) => {
    if (!/^#?ZHIAN_/.test(line)) return false;
    const before = lines[index - 1] ?? "";
    // A block of related variables shares one comment.
    return before === "";
  });
}

describe(".env.example", () => {
  test("names every variable with its default, each under a comment", () => {
    expect(envFaults(envExample)).toEqual([]);
    expect(uncommented(envExample)).toEqual([]);
    expect(envExample).toContain("#ZHIAN_TOKEN=\n");
  });

  test("the check sees a missing, an unknown and a wrong line", () => {
    expect(envFaults(envExample.replace(/^#ZHIAN_ZONE=.*$/m, ""))).toEqual(["ZHIAN_ZONE is missing"]);
    expect(envFaults(`${envExample}\n#ZHIAN_COLOUR=red\n`)).toEqual(["ZHIAN_COLOUR is unknown"]);
    expect(envFaults(envExample.replace("HTTP_PORT=8080", "HTTP_PORT=80"))).toEqual([
      "ZHIAN_HTTP_PORT is not the default",
    ]);
    expect(uncommented(`${envExample}\n\n#ZHIAN_X=1`)).toHaveLength(1);
  });

  test("holds no secret", () => {
    const shown = parseEnv(envExample.replaceAll(/^#(?=ZHIAN_)/gm, ""));
    expect(OTHERS.filter((name) => !Object.hasOwn(shown, name))).toEqual([]);
    expect(shown["ZHIAN_TOKEN"]).toBe("");
  });
});

describe("zhian.example.yaml", () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "zhian-example-"));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  test("shows every setting, and the schema takes it with all of them switched on", () => {
    expect(yamlFaults(yamlExample)).toEqual([]);
  });

  test("the check sees a missing and an unknown setting", () => {
    expect(yamlFaults(yamlExample.replace(/^ {2}rateLimit.*$/m, ""))).toEqual(["http.rateLimit is missing"]);
    expect(yamlFaults(yamlExample.replace("  rateLimit", "  rateLimits"))).toHaveLength(2);
    expect(yamlFaults(yamlExample.replace("rateLimit: 600", "rateLimit: 6"))).toEqual([
      "http.rateLimit is not the default",
    ]);
  });

  test("copied as it is, it changes nothing", () => {
    writeFileSync(join(directory, "zhian.yaml"), yamlExample);
    expect(loadConfig({ env: {}, directory })).toEqual(
      loadConfig({ env: { ZHIAN_CONFIG: "/dev/null" }, directory }),
    );
  });

  test("every setting stands below a comment or beside one of its section", () => {
    const settings = yamlExample.split("\n").filter((line) => /^\s*(?:# )?\s*\w+:/.test(line));
    const comments = yamlExample.split("\n").filter((line) => /^\s*## /.test(line));
    expect(settings.length).toBeGreaterThan(configFields().length);
    expect(comments.length).toBeGreaterThan(20);
  });
});
