import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createFakeTrials, BACKTEST } from "../http/fake-trials.ts";
import { setStage, type Stage } from "../http/stage.ts";
import { createActions, type } from "./terminal.ts";

let stage: Stage;
let url: string;
let token: string;
beforeAll(async () => {
  stage = await setStage();
  await stage.app.listen({ host: "127.0.0.1", port: 0 });
  url = `http://127.0.0.1:${(stage.app.server.address() as AddressInfo).port}`;
  token = await stage.token("admin");
});
afterAll(() => stage.app.close());

const asked = (): unknown[][] => (stage.parts.ruleTrials as ReturnType<typeof createFakeTrials>).asked;

test("an explanation is told in order, with times of the estate, the rule and what is missing", async () => {
  const { code, out } = await type(createActions(url, token).actions, ["rules", "explain", "in-a"]);
  expect(code).toBe(0);
  const lines = out.split("\n");
  expect(lines[0]).toBe("in-a  P2  access.forced_open  open  estate a");
  expect(lines).toContain("times in Asia/Shanghai");
  expect(lines).toContain("rule forced-open, version 1:");
  expect(lines).toContain("  id: forced-open");
  expect(lines).toContain("2026-03-10 12:00:00  The time was up.");
  expect(lines.at(-2)).toBe("Trying the rules again on the stored events gives this incident's history.");
  expect(lines.at(-1)).toBe("note: Something is missing.");
});

test("as JSON it is the answer of the API", async () => {
  const { out } = await type(createActions(url, token).actions, ["rules", "explain", "in-a", "--json"]);
  const headers = { authorization: `Bearer ${token}` };
  const answer = await stage.app.inject({ url: "/v1/incidents/in-a/explanation", headers });
  expect(JSON.parse(out)).toEqual(answer.json());
});

test("one that is not there is an error", async () => {
  const { code, err } = await type(createActions(url, token).actions, ["rules", "explain", "nothing"]);
  expect([code, err]).toEqual([1, expect.stringContaining("there is no incident nothing")]);
});

test("Ctrl-C calls off the backtest of the hub", async () => {
  const stop = new AbortController();
  const line = ["rules", "backtest", "--from", "2026-01-01", "--to", "2026-01-02", "--hub"];
  setTimeout(() => stop.abort(), 300);
  const screen = await type(createActions(url, token).actions, line, stop.signal);
  expect(screen).toEqual({ code: 1, out: "", err: "error: called off" });
  expect(asked().at(-1)?.[0]).toBe("startBacktest");
  expect(stage.parts.ruleTrials.backtest(BACKTEST).status).toBe("cancelled");
});
