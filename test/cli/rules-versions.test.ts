import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { setStage, type Stage } from "../http/stage.ts";
import { createActions, type Screen, type } from "./terminal.ts";

let stage: Stage;
let run: (...args: readonly string[]) => Promise<Screen>;
beforeAll(async () => {
  stage = await setStage();
  await stage.app.listen({ host: "127.0.0.1", port: 0 });
  const { actions } = createActions(
    `http://127.0.0.1:${(stage.app.server.address() as AddressInfo).port}`,
    await stage.token("viewer"),
  );
  run = (...args) => type(actions, ["rules", ...args]);
});
afterAll(() => stage.app.close());

test("the versions of a rule, and one of them as a rules file has it", async () => {
  const { code, out } = await run("versions", "forced-open");
  expect(code).toBe(0);
  expect(out.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
    ["VERSION", "FIRSTAT", "FILE"],
    ["1", "2026-03-10T04:00:00.000Z", "-"],
  ]);
  expect((await run("versions", "forced-open", "1")).out).toBe("- id: forced-open\n  severity: P2");
  const json = await run("versions", "forced-open", "1", "--json");
  expect(JSON.parse(json.out)).toMatchObject({ version: "1", definition: { severity: "P2" } });
});

test("one that never was in force is refused", async () => {
  for (const words of [["unknown"], ["forced-open", "2"]]) {
    const { code, out } = await run("versions", ...words);
    expect([code, out]).toEqual([1, ""]);
  }
});

test("list remarks on what is wrong with the folder; what a file says cannot steer the terminal", async () => {
  expect((await run("list")).err).toBe("");
  const fault = {
    file: "own.yaml",
    line: 2,
    rule: "mine",
    field: "severity",
    reason: "It is missing.\u001b[2J",
  };
  stage.store.shelves.reload = { ...stage.store.shelves.reload, faults: [fault] };
  const { code, out, err } = await run("list");
  expect(code).toBe(0);
  expect(out).not.toContain("own.yaml");
  expect(err).toBe("fault: own.yaml:2: mine · severity: It is missing.�[2J");
});
