/** `zhian device new` in a copy of the sources: red for exactly its fixture, green once the profile is written. */
import { execFile } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newProfile } from "../../src/app/new-profile.ts";
import type { Transport } from "../../src/domain/journal.ts";
import { SHARED } from "../devices/support.ts";

const ROOT = resolve(import.meta.dirname, "../..");

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

describe("in a copy of the sources", () => {
  let copy: string;

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), "zhian-new-"));
    for (const name of [
      "bin",
      "devices",
      "scripts",
      "src",
      "test/devices",
      "test/shared.ts",
      "package.json",
      "tsconfig.json",
      "vitest.config.ts",
      ".oxfmtrc.json",
    ]) {
      cpSync(join(ROOT, name), join(copy, name), { recursive: true });
    }
    symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  function run(command: string, ...args: readonly string[]): Promise<Run> {
    const { NODE_OPTIONS: _, VITEST: __, ...own } = process.env;
    // The copy has no folder of facts beside it.
    const env = { ...own, DEVICE_FIXTURES: SHARED.path };
    const file = command === "node" ? process.execPath : join(ROOT, "node_modules/.bin", command);
    return new Promise((done) => {
      execFile(file, args, { cwd: copy, env, maxBuffer: 1 << 26 }, (error, out, err) => {
        done({ code: error ? Number(error.code ?? 1) : 0, out, err });
      });
    });
  }

  /** Names of the tests that fail, and how many passed. */
  async function devicesTests(...args: readonly string[]) {
    const report = join(copy, "report.json");
    const { out, err } = await run("vitest", "run", "--reporter=json", `--outputFile=${report}`, ...args);
    const { testResults } = JSON.parse(readFileSync(report, "utf8")) as {
      testResults: { assertionResults: { status: string; fullName: string }[] }[];
    };
    const all = testResults.flatMap(({ assertionResults }) => assertionResults);
    expect(all.length, out + err).toBeGreaterThan(0);
    return {
      red: all.filter(({ status }) => status === "failed").map(({ fullName }) => fullName),
      green: all.filter(({ status }) => status === "passed").map(({ fullName }) => fullName),
    };
  }

  function change(file: string, from: string, to: string): void {
    const text = readFileSync(join(copy, file), "utf8");
    expect(text).toContain(from);
    writeFileSync(join(copy, file), text.replace(from, to));
  }

  const MADE = [
    ["acme/door-contact", "mqtt", "acme-door-contact", "command.json"],
    ["acme/door-camera", "http", "acme-door-camera", "heartbeat.json"],
    ["acme/panel-7", "tcp", "acme-panel-7", "empty.json"],
  ] as const;

  test.each(MADE)("%s over %s is made and registered", async (name, transport, id, negative) => {
    const { code, out, err } = await run(
      "node",
      "bin/zhian.mjs",
      "device",
      "new",
      name,
      "--transport",
      transport,
    );
    expect([code, err]).toEqual([0, ""]);
    for (const file of ["profile.ts", "README.md", "fixtures/first-event.json", `fixtures/${negative}`]) {
      expect(out).toContain(`devices/${id}/${file}\n`);
      expect(readFileSync(join(copy, "devices", id, file), "utf8")).not.toMatch(
        /vendor-model|vendorModel|Vendor\b/,
      );
    }
    expect(readFileSync(join(copy, "devices/index.ts"), "utf8")).toContain(`from "./${id}/profile.ts";`);
    expect(readdirSync(join(copy, "devices")).filter((file) => file.startsWith("."))).toEqual([]);
  });

  test("what was made is well typed and formatted", async () => {
    const folders = MADE.map(([, , id]) => `devices/${id}`);
    const format = await run("oxfmt", "--check", ...folders, "devices/index.ts");
    expect(format.out + format.err).not.toMatch(/acme|index\.ts/);
    expect((await run("tsc", "-p", ".")).out).not.toContain("acme");
  }, 60_000);

  test("exactly its first event is red; everything else of it is fit to be shipped", async () => {
    const { red } = await devicesTests("test/devices/own-fixtures.test.ts");
    expect(red.toSorted()).toEqual(MADE.map(([, , id]) => `${id}: own fixtures first-event.json`).toSorted());
    const rest = await devicesTests(
      "test/devices/lint.test.ts",
      "test/devices/properties.test.ts",
      "-t",
      "acme-",
    );
    expect(rest.red).toEqual([]);
    expect(rest.green.length).toBeGreaterThan(MADE.length);
  }, 60_000);

  test("it is green once the profile is written", async () => {
    for (const id of ["acme-door-contact", "acme-door-camera"]) {
      change(
        `devices/${id}/profile.ts`,
        "rules: [],",
        `rules: [
        contact({
          of: field("open"),
          property: constant("open"),
          on: [true],
          off: [false],
          whenOn: { code: "access.door_opened", phase: "state" },
          whenOff: { code: "access.door_closed", phase: "state" },
        }),
      ],`,
      );
      change(`devices/${id}/profile.ts`, "captured,", "captured, constant, contact, field,");
      for (const word of ["待填写", "to be written"]) {
        change(`devices/${id}/README.md`, word, "`access.door_opened` `access.door_closed`");
      }
    }
    const panel = "devices/acme-panel-7";
    change(
      `${panel}/profile.ts`,
      "rules: [],",
      `rules: [edge({ code: codeTable(field("0"), { BURGLARY: "intrusion.burglary" }), phase: "raise", point: field("1") })],`,
    );
    change(
      `${panel}/profile.ts`,
      "parse: text,",
      `parse: { format: "words", parse: (payload) => ({ body: textOf(payload).split(" ") }) },`,
    );
    change(`${panel}/profile.ts`, "noTime, text }", "noTime, codeTable, edge, field, textOf }");
    for (const word of ["待填写", "to be written"])
      change(`${panel}/README.md`, word, "`intrusion.burglary`");

    const own = await devicesTests("test/devices/own-fixtures.test.ts");
    expect(own.red).toEqual([]);
    expect(own.green).toContain("acme-panel-7: own fixtures first-event.json");
    const rest = await devicesTests(
      "test/devices/lint.test.ts",
      "test/devices/properties.test.ts",
      "-t",
      "acme-",
    );
    expect(rest.red).toEqual([]);
  }, 60_000);
});

describe("refusals leave everything as it was", () => {
  const INDEX = `import type { DataProfile } from "../src/device-kit/index.ts";
import { native } from "./native/profile.ts";

/** Every profile. */
export const profiles: readonly DataProfile[] = Object.freeze([
  native,
]);
`;
  let root: string;

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "zhian-new-"));
    mkdirSync(join(root, "devices/there-already"), { recursive: true });
    cpSync(join(ROOT, "scripts"), join(root, "scripts"), { recursive: true });
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const make = (name: string, transport: Transport = "mqtt") => newProfile({ name, transport }, root);
  const write = (index: string): void => writeFileSync(join(root, "devices/index.ts"), index);
  const state = () => ({
    devices: readdirSync(join(root, "devices"), { recursive: true }),
    index: readFileSync(join(root, "devices/index.ts"), "utf8"),
  });

  test.each([
    "acme",
    "acme/",
    "/door",
    "Acme/door",
    "acme/door/7",
    "acme/door_7",
    "acme/../x",
    "../acme/x",
    "3m/door",
    "acme/door--7",
    "acme/-door",
    "acme/门",
    `acme/${"x".repeat(50)}`,
  ])("%s is no name", (name) => {
    write(INDEX);
    const before = state();
    expect(() => make(name)).toThrow(expect.objectContaining({ code: "VALIDATION" }));
    expect(state()).toEqual(before);
  });

  test.each([
    ["a folder of that name", "there/already", INDEX],
    ["registered under that name", "acme/door", INDEX.replace("./native/", "./acme-door/")],
    ["the same identifier", "acme/door", INDEX.replaceAll("native", "acmeDoor")],
    ["a list that is not written as expected", "acme/door", "export const profiles = [];\n"],
  ])("%s", (_what, name, index) => {
    write(index);
    const before = state();
    expect(() => make(name)).toThrow(expect.objectContaining({ code: "CONFLICT" }));
    expect(state()).toEqual(before);
  });

  test("an installation without templates", () => {
    write(INDEX);
    const before = state();
    rmSync(join(root, "scripts/template-http"), { recursive: true });
    expect(() => make("acme/door", "http")).toThrow(expect.objectContaining({ code: "NOT_FOUND" }));
    expect(state()).toEqual(before);
  });

  test("a good name is taken once", () => {
    write(INDEX);
    expect(make("acme/door").files).toEqual([
      "devices/acme-door/README.md",
      "devices/acme-door/fixtures/command.json",
      "devices/acme-door/fixtures/first-event.json",
      "devices/acme-door/profile.ts",
      "devices/index.ts",
    ]);
    const { index } = state();
    expect(index).toBe(
      INDEX.replace(
        'profile.ts";\n',
        'profile.ts";\nimport { acmeDoor } from "./acme-door/profile.ts";\n',
      ).replace("  native,\n", "  native,\n  acmeDoor,\n"),
    );
    expect(() => make("acme/door")).toThrow(expect.objectContaining({ code: "CONFLICT" }));
    expect(state().index).toBe(index);
  });
});
