import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { buildCli } from "../../src/cli/program.ts";
import { CliFailure } from "../../src/cli/failure.ts";
import { ZhianError } from "../../src/errors.ts";
import { createActions, type } from "./terminal.ts";

const silent = { out: () => undefined, err: () => undefined };

/** Every command that does something, as the words one types. */
function leaves(command: Command, words: readonly string[] = []): readonly string[][] {
  if (command.commands.length === 0) return [[...words]];
  return command.commands.flatMap((child) => leaves(child, [...words, child.name()]));
}

const COMMANDS = leaves(buildCli(createActions().actions, silent)).map((words) => words.join(" "));

test("every command of the manual is there", () => {
  expect(COMMANDS).toEqual([
    "start",
    "demo",
    "config check",
    "gateway add",
    "gateway list",
    "gateway bind",
    "gateway unbind",
    "gateway rotate",
    "gateway revoke",
    "gateway remove",
    "token add",
    "token list",
    "token revoke",
    "estate list",
    "estate households",
    "estate mode",
    "compare",
    "device list",
    "device bad-actors",
    "device enrol",
    "device config",
    "device test",
    "device decode",
    "device new",
    "import cases",
    "import registry",
    "events tail",
    "incidents list",
    "incidents show",
    "incidents ack",
    "incidents verify",
    "incidents close",
    "anomalies",
    "clusters",
    "rules list",
    "rules check",
    "rules reload",
    "rules versions",
    "rules explain",
    "rules ledger",
    "rules backtest",
    "report estate",
    "report district",
    "claim-check",
    "plan",
    "dead-letters list",
    "dead-letters replay",
    "influx setup",
    "influx rebuild",
    "influx verify",
    "influx dead-letters",
    "influx replay",
    "backup",
    "health",
    "restore",
    "verify",
  ]);
});

test.each(COMMANDS)("%s --help teaches by example", async (words) => {
  const { actions, asked } = createActions();
  const { code, out } = await type(actions, [...words.split(" "), "--help"]);
  expect(code).toBe(0);
  expect(out).toMatch(new RegExp(`^Usage: zhian ${words}`));
  expect(out).toContain(`$ zhian ${words}`);
  expect(out).toContain("--token-file");
  expect(asked).toEqual([]);
});

test.each(COMMANDS)("the examples of %s are commands that exist", async (words) => {
  const { actions } = createActions();
  const { out } = await type(actions, [...words.split(" "), "--help"]);
  const examples = [...out.matchAll(/^ {2}\$ zhian (.+)$/gm)].map(([, line = ""]) => line);
  expect(examples.length).toBeGreaterThan(0);
  for (const line of examples) {
    // Nothing is sent: the address is one where nobody listens, so a right example fails with 1 at most.
    const typed = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
    const { code, err } = await type(
      actions,
      typed.filter((word) => word !== "-f" && word !== "--follow"),
    );
    expect(`${line}: ${code} ${err}`).not.toMatch(/: 2 /);
  }
});

test("the first help shows the way in", async () => {
  const { code, out } = await type(createActions().actions, ["--help"]);
  expect(code).toBe(0);
  expect(out).toContain("A first hub, step by step");
  expect(out).toContain("Exit codes");
});

test("the version", async () => {
  expect(await type(createActions().actions, ["--version"])).toMatchObject({ code: 0, out: "1.2.3" });
});

describe("mistakes of the person who types", () => {
  test.each([
    [[], "Usage"],
    [["frobnicate"], "unknown command"],
    [["strat"], "Did you mean start"],
    [["start", "--frob"], "unknown option"],
    [["gateway", "add", "g"], "required option '--estate"],
    [["incidents", "show"], "missing required argument"],
    [["gateway", "add", "g", "--estate", "a", "--binding", "x"], "prefix=profile"],
    [["token", "add", "n", "--role", "boss"], "Allowed choices are admin, officer, viewer"],
    [["incidents", "verify", "i", "--level", "2"], "Allowed choices are 3, 4"],
    [["incidents", "close", "i"], "required option '--reason"],
    [["incidents", "close", "i", "--reason", "bored"], "Allowed choices are confirmed"],
    [["import", "registry", "x.csv"], "needs --kind"],
    [["dead-letters", "replay"], "say --all"],
    [["dead-letters", "replay", "x", "--all"], "say --all"],
    [["demo", "--speed", "fast"], "whole number from 1"],
    [["demo", "--seed", "-1"], "whole number"],
    [["events", "tail", "--limit", "0"], "whole number from 1"],
  ])("%j is not a command: exit code 2", async (args, message) => {
    const { actions, asked } = createActions();
    const { code, err, out } = await type(actions, args);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(out).toBe("");
    expect(asked).toEqual([]);
  });
});

describe("global options", () => {
  test.each([
    ["--url http://a device list", { url: "http://a" }],
    ["device --url http://a list", { url: "http://a" }],
    ["device list --url http://a --json", { url: "http://a", json: true }],
    ["--url http://a --config b.yaml device list --url http://c", { url: "http://c", config: "b.yaml" }],
  ])("%s", async (line, options) => {
    const { actions, asked } = createActions("http://127.0.0.1:1");
    await type(actions, line.split(" "));
    expect(asked).toContainEqual(["connect", expect.objectContaining(options)]);
  });

  test("behind `device decode`, --config is the device's; before it, the hub's", async () => {
    const { actions, asked } = createActions();
    const line = ["--config", "hub.yaml", "device", "decode", "--transport", "tcp", "-"];
    expect(await type(actions, line)).toMatchObject({ code: 0 });
    expect(await type(actions, [...line, "--config", '{"zone":"UTC"}'])).toMatchObject({ code: 0 });
    const configs = asked.map(([, trial]) => (trial as { config?: object }).config);
    expect(configs).toEqual([undefined, { zone: "UTC" }]);
    const { out } = await type(actions, ["device", "decode", "--help"]);
    expect(out.match(/^ +--config/gm)).toHaveLength(1);
  });
});

describe("what runs in this process", () => {
  test("start, demo, restore and verify get their options", async () => {
    const { actions, asked } = createActions();
    for (const line of [
      "start",
      "start --config a.yaml",
      "--config a.yaml demo --seed 7 --speed 600",
      "demo",
      "restore b.db --config a.yaml",
      "verify",
    ]) {
      expect(await type(actions, line.split(" "))).toMatchObject({ code: 0 });
    }
    expect(asked).toEqual([
      ["start", {}],
      ["start", { config: "a.yaml" }],
      ["demo", { config: "a.yaml", seed: 7, speed: 600 }],
      ["demo", { seed: 1, speed: 60 }],
      ["restore", { config: "a.yaml", file: "b.db" }],
      ["verify", {}],
    ]);
  });

  test("verify prints what it found and fails", async () => {
    const actions = {
      ...createActions().actions,
      verify: () => Promise.resolve(["page 5 is torn", "a\u001b[2Jb"]),
    };
    expect(await type(actions, ["verify"])).toEqual({
      code: 1,
      out: "page 5 is torn\na�[2Jb",
      err: "error: 2 faults found",
    });
    const json = await type(actions, ["verify", "--json"]);
    expect(JSON.parse(json.out)).toEqual({ faults: ["page 5 is torn", "a\u001b[2Jb"] });
    expect(json.code).toBe(1);
  });

  test("config check prints warnings beside, and every fault of a refusal", async () => {
    const { actions } = createActions();
    const warned = {
      ...actions,
      checkConfig: () => Promise.resolve({ config: {}, warnings: ["http is open"] }),
    };
    expect(await type(warned, ["config", "check"])).toEqual({
      code: 0,
      out: "The configuration is sound.",
      err: "warning: http is open",
    });
    const faults = [
      { field: "zone", reason: "is wrong" },
      { field: "http.port", reason: "is taken" },
    ];
    const refused = {
      ...actions,
      checkConfig: () =>
        Promise.reject(new ZhianError("VALIDATION", "the configuration has 2 faults", { faults })),
    };
    expect(await type(refused, ["config", "check"])).toEqual({
      code: 1,
      out: "",
      err: "error: the configuration has 2 faults\n  zone: is wrong\n  http.port: is taken",
    });
  });

  test("a refusal is exit code 1, a bug is thrown on", async () => {
    const { actions } = createActions();
    const refused = { ...actions, restore: () => Promise.reject(new CliFailure("no such file")) };
    expect(await type(refused, ["restore", "x"])).toMatchObject({ code: 1, err: "error: no such file" });
    const broken = { ...actions, start: () => Promise.reject(new TypeError("bug")) };
    await expect(type(broken, ["start"])).rejects.toThrow("bug");
  });
});
