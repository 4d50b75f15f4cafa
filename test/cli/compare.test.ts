import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { recorded } from "../http/furniture.ts";
import { setStage, type Stage } from "../http/stage.ts";
import { createActions, type Screen, type } from "./terminal.ts";

let stage: Stage;
let url: string;
let token: string;

beforeAll(async () => {
  stage = await setStage();
  await stage.app.listen({ host: "127.0.0.1", port: 0 });
  url = `http://127.0.0.1:${(stage.app.server.address() as AddressInfo).port}`;
  token = await stage.token("admin");
  const { cases, estates } = stage.store.shelves;
  const a = estates.get("a");
  if (!a) throw new Error("the stage has no estate a");
  const { installedOn: _, ...without } = a;
  estates.set("c", { ...without, id: "c" });
  cases.length = 0;
  const add = (estateId: string, year: number, count: number): void => {
    for (let i = 0; i < count; i++) {
      const day = `${year}-${String((i % 11) + 2).padStart(2, "0")}-${10 + Math.floor(i / 11)}`;
      cases.push(recorded(`${estateId}${year}${i}`, day, { estateId, unit: "case", simulated: false }));
    }
  };
  add("a", 2024, 18);
  add("a", 2025, 7);
  add("c", 2024, 20);
  add("c", 2025, 19);
});
afterAll(() => stage.app.close());

const run = (...args: readonly string[]): Promise<Screen> => type(createActions(url, token).actions, args);

test("compare tells counts, exposure, ratio with its interval, verdict and caveats in plain words", async () => {
  const { code, out } = await run("compare", "a", "--control", "c");
  expect(code).toBe(0);
  expect(out).toContain(
    "Before: 18 cases from 2024-01-01 to 2025-01-01, 1000 households, 1002 household-years;",
  );
  expect(out).toContain("After : 7 cases from 2025-01-31 to 2026-01-31");
  expect(out).toMatch(/After over before: 0\.39 \(95 % 0\.14 to 0\.9\d\), p 0\.04\d/);
  expect(out).toContain("Control: 20 cases before, 19 after (c)");
  expect(out).toMatch(/Against the control: 0\.41 \(95 % 0\.12 to 1\.3\d\), p 0\.16\d/);
  expect(out).toContain("From 18 before, at most 7 after would be more than chance");
  expect(out).toContain("Verdict: inconclusive: what was counted can be chance");
  expect(out).toContain("- warning SMALL_COUNTS: At least one count is below 10");
  expect(out).toMatch(/\p{Script=Han}/u);
});

test("without a control it says what is missing; with --json it is the API's answer", async () => {
  const { out } = await run("compare", "a", "--selected-for", "high_incidents");
  expect(out).toContain("without a control nobody knows whether it was the installation (provisional)");
  expect(out).toContain("RTM_RISK");
  const json = await run("compare", "a", "--types", "theft.ebike", "--json");
  expect(JSON.parse(json.out)).toMatchObject({ types: ["theft.ebike"], before: { count: 18 } });
});

test("what the hub refuses is told with its field", async () => {
  const { code, err } = await run("compare", "c");
  expect(code).toBe(1);
  expect(err).toContain("installedOn");
});
