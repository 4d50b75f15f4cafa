import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
const BIN = join(ROOT, "node_modules/.bin");
const GOOD = "export const answer = 42;\n";

/** A tiny project with this repository's settings: what is planted there must turn its gate red. */
let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "zhian-gates-"));
  for (const name of ["tsconfig.json", ".oxlintrc.json", ".oxfmtrc.json"])
    cpSync(join(ROOT, name), join(dir, name));
  symlinkSync(join(ROOT, "node_modules"), join(dir, "node_modules"));
  mkdirSync(join(dir, "src"));
  writeFileSync(
    join(dir, "package.json"),
    JSON.stringify({ name: "planted", type: "module", scripts: { start: "node src/main.ts" } }),
  );
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function run(tool: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((done) => {
    execFile(join(BIN, tool), args, { cwd: dir, timeout: 60_000 }, (error, stdout, stderr) => {
      done({ code: error ? Number(error.code ?? 1) : 0, output: stdout + stderr });
    });
  });
}

/** Variables a compose file insists on that an example of variables has no empty, commented line for. */
function unlisted(compose: string, example: string): readonly string[] {
  const lines = new Set(example.split("\n"));
  return [...compose.matchAll(/\$\{(\w+):\?/g)].flatMap(([, name = ""]) =>
    lines.has(`#${name}=`) ? [] : [name],
  );
}

function plant(text: string): void {
  writeFileSync(join(dir, "src/main.ts"), text);
}

describe("each gate turns red on planted faults and green on good code", () => {
  test.each([
    ["tsc", ["-p", "."], 'export const answer: number = "42";\n', "TS2322"],
    ["tsc", ["-p", "."], "export enum Colour { Red }\n", "TS1294"],
    [
      "oxlint",
      ["--type-aware", "--deny-warnings", "src"],
      "async function later(): Promise<void> {}\nexport function now(): void {\n  later();\n}\n",
      "no-floating-promises",
    ],
    [
      "oxlint",
      ["--type-aware", "--deny-warnings", "src"],
      "export const anything: any = 1;\n",
      "no-explicit-any",
    ],
    ["oxfmt", ["--check", "src"], "export   const answer=42\n", "main.ts"],
  ])("%s %o, planted %o", async (tool, args, bad, says) => {
    plant(GOOD);
    expect(await run(tool, args)).toMatchObject({ code: 0 });
    plant(bad);
    const { code, output } = await run(tool, args);
    expect(code).not.toBe(0);
    expect(output).toContain(says);
  });

  test("knip", async () => {
    writeFileSync(
      join(dir, "knip.json"),
      JSON.stringify({ entry: ["src/main.ts"], project: ["src/**/*.ts"] }),
    );
    writeFileSync(join(dir, "src/part.ts"), GOOD);
    plant('import { answer } from "./part.ts";\nconsole.log(answer);\n');
    expect(await run("knip", [])).toMatchObject({ code: 0 });
    writeFileSync(join(dir, "src/part.ts"), `${GOOD}export const nobodyWantsMe = 1;\n`);
    const { code, output } = await run("knip", []);
    expect(code).not.toBe(0);
    expect(output).toContain("nobodyWantsMe");
    rmSync(join(dir, "src/part.ts"));
  });
});

describe("container files", () => {
  test("docker-compose.yml follows the compose schema; a planted fault does not", async () => {
    const text = readFileSync(join(ROOT, "docker-compose.yml"), "utf8");
    writeFileSync(join(dir, "docker-compose.yml"), text);
    expect(await run("dclint", ["docker-compose.yml", "--quiet"])).toMatchObject({ code: 0 });
    writeFileSync(join(dir, "docker-compose.yml"), text.replace("read_only: true", "read_olny: true"));
    const { code, output } = await run("dclint", ["docker-compose.yml"]);
    expect(code).not.toBe(0);
    expect(output).toContain("invalid-schema");
  });

  test("compose gives away nothing: no default secrets, loopback only", () => {
    const text = readFileSync(join(ROOT, "docker-compose.yml"), "utf8");
    const secrets = [...text.matchAll(/(?:PASSWORD|TOKEN): (.+)/g)].map(([, value]) => value);
    expect(secrets.length).toBeGreaterThan(1);
    for (const value of secrets) expect(value).toMatch(/^\$\{[A-Z_]+:\?/);
    const ports = [...text.matchAll(/- ["']?([\d.:]+:\d+)["']?$/gm)].map(([, value]) => value);
    expect(ports.length).toBeGreaterThan(2);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  test("every variable that compose insists on is listed, without a value, in .env.example", () => {
    const compose = readFileSync(join(ROOT, "docker-compose.yml"), "utf8");
    const example = readFileSync(join(ROOT, ".env.example"), "utf8");
    expect(unlisted(compose, example)).toEqual([]);
    expect(unlisted(`${compose}\n  X: \${NOT_LISTED:?set it}`, example)).toEqual(["NOT_LISTED"]);
    expect(unlisted(compose, "")).toContain("INFLUX_ADMIN_TOKEN");
  });

  test("the Dockerfile is valid; a planted fault is not", () => {
    const { validate } = createRequire(import.meta.url)("dockerfile-utils") as {
      validate: (text: string) => readonly unknown[];
    };
    const text = readFileSync(join(ROOT, "Dockerfile"), "utf8");
    expect(validate(text)).toEqual([]);
    expect(validate(text.replace("HEALTHCHECK", "HEALTHCHEK"))).not.toEqual([]);
    expect(text).toMatch(/^USER node$/m);
  });
});
