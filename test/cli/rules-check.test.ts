import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createActions, type Screen, type } from "./terminal.ts";

const FAULTS = [
  { file: "rules/fire.yaml", line: 7, field: "when.holds.for", reason: "It is missing." },
  { file: "rules/life.yaml", line: 1, field: "", reason: "The file must be a list of rules.\u001b[2J" },
] as const;

/** Runs the command on an answer that is given; tells what was asked. */
async function check(
  args: readonly string[],
  answer: { readonly rules: number; readonly faults: readonly (typeof FAULTS)[number][] },
): Promise<Screen & { readonly asked: readonly object[] }> {
  const asked: object[] = [];
  const actions = {
    ...createActions().actions,
    checkRules(options: object) {
      asked.push(options);
      return Promise.resolve({ folder: "rules", ...answer });
    },
  };
  return { ...(await type(actions, ["rules", "check", ...args])), asked };
}

describe("what is asked and printed", () => {
  test("the folder and the configuration, as far as they were said", async () => {
    const sound = { rules: 2, faults: [] };
    expect((await check([], sound)).asked).toEqual([{}]);
    expect((await check(["mine"], sound)).asked).toEqual([{ folder: "mine" }]);
    expect((await check(["--config", "z.yaml"], sound)).asked).toEqual([{ config: "z.yaml" }]);
  });

  test.each([
    [0, "There are no rules in rules."],
    [1, "One rule, and it is sound."],
    [2, "2 rules, all of them sound."],
  ])("%i sound rules", async (rules, out) => {
    expect(await check([], { rules, faults: [] })).toMatchObject({ code: 0, out, err: "" });
  });

  test("a fault is one line, and exit code 1; what a file says cannot steer the terminal", async () => {
    const { code, out, err } = await check([], { rules: 60, faults: FAULTS });
    expect(code).toBe(1);
    expect(out.split("\n")).toEqual([
      "rules/fire.yaml:7: when.holds.for: It is missing.",
      "rules/life.yaml:1: The file must be a list of rules.�[2J",
    ]);
    expect(err).toBe("error: 2 faults found");
  });

  test("as JSON, with the same exit code", async () => {
    const { code, out } = await check(["--json"], { rules: 60, faults: FAULTS });
    expect([code, JSON.parse(out)]).toEqual([1, { folder: "rules", rules: 60, faults: FAULTS }]);
    expect((await check(["--json"], { rules: 60, faults: [] })).code).toBe(0);
  });
});

describe("the real command, offline", () => {
  const root = resolve(import.meta.dirname, "../..");
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "zhian-rules-"));
    cpSync(join(root, "rules"), join(folder, "rules"), { recursive: true });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function run(...args: readonly string[]): Promise<Screen> {
    const { NODE_OPTIONS: _, VITEST: __, ...env } = process.env;
    const words = [join(root, "bin/zhian.mjs"), "rules", "check", "--url", "http://127.0.0.1:9", ...args];
    return new Promise((done) => {
      execFile("node", words, { cwd: folder, env }, (error, out, err) => {
        done({ code: error ? (Number(error.code) as Screen["code"]) : 0, out: out.trim(), err: err.trim() });
      });
    });
  }

  test("the folder of the configuration is sound; with a faulty rule in it, it is not", async () => {
    expect(await run()).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+ rules, all of them sound/),
    });
    writeFileSync(join(folder, "rules/own.yaml"), "- id: mine\n  severity: P9\n");
    const { code, out, err } = await run("rules");
    expect(code).toBe(1);
    expect(out.split("\n")).toContain(
      "rules/own.yaml:2: mine · severity: It must be one of P1, P2, P3, P4, P5.",
    );
    expect(out.split("\n").every((line) => line.startsWith("rules/own.yaml:"))).toBe(true);
    expect(err).toMatch(/^error: \d+ faults found$/);
  });

  test("a folder that is not there is a fault, and no stack", async () => {
    const { code, out, err } = await run("none");
    expect(code).toBe(1);
    expect(out).toMatch(/^none:1: The folder cannot be read: ENOENT/);
    expect(err).toBe("error: 1 fault found");
  });
});
