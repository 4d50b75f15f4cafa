import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createActions, type Screen, type } from "./terminal.ts";

const SOUND = { rules: 60, added: ["noise"], changed: ["smoke", "heat"], removed: [], kept: [], faults: [] };
const FAULTY = {
  rules: 60,
  added: [],
  changed: [],
  removed: [],
  kept: ["smoke"],
  faults: [
    { file: "fire.yaml", line: 7, rule: "smoke", field: "severity", reason: "It is missing.\u001b[2J" },
    { file: "life.yaml", line: 1, field: "", reason: "The file must be a list of rules." },
  ],
};

let answer: object;
let asked: string[];
const hub = createServer((request, response) => {
  asked.push(`${request.method} ${request.url}`);
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
});

beforeEach(async () => {
  asked = [];
  await new Promise<void>((resolve) => hub.listen(0, "127.0.0.1", resolve));
});
afterEach(() => new Promise((resolve) => hub.close(resolve)));

function reload(...args: readonly string[]): Promise<Screen> {
  const { port } = hub.address() as AddressInfo;
  const { actions } = createActions(`http://127.0.0.1:${port}`, "secret");
  return type(actions, ["rules", "reload", ...args]);
}

test("what changed is told", async () => {
  answer = SOUND;
  expect(await reload()).toEqual({
    code: 0,
    out: "rules in force: 60\nadded: noise\nchanged: smoke, heat",
    err: "",
  });
  expect(asked).toEqual(["POST /v1/rules/reload"]);
});

test("a fault is a line each, what goes on is named, and the exit code is 1", async () => {
  answer = FAULTY;
  const { code, out, err } = await reload();
  expect(code).toBe(1);
  expect(out.split("\n")).toEqual([
    "rules in force: 60",
    "kept as before: smoke",
    "fire.yaml:7: smoke · severity: It is missing.�[2J",
    "life.yaml:1: The file must be a list of rules.",
  ]);
  expect(err).toContain("2 faults found");
});

test("as JSON it is the hub's answer", async () => {
  answer = FAULTY;
  const { code, out } = await reload("--json");
  expect([code, JSON.parse(out)]).toEqual([1, FAULTY]);
});
