import { afterEach, beforeEach, expect, test } from "vitest";
import { BACKTEST, createFakeTrials } from "./fake-trials.ts";
import { NOW } from "./furniture.ts";
import { bearer, setStage, type Stage } from "./stage.ts";

let stage: Stage;
let headers: { authorization: string };
beforeEach(async () => {
  stage = await setStage();
  headers = bearer(await stage.token("admin"));
});
afterEach(() => stage.app.close());

const asked = (): unknown[][] => (stage.parts.ruleTrials as ReturnType<typeof createFakeTrials>).asked;
const post = (url: string, payload: object) => stage.app.inject({ method: "POST", url, headers, payload });
const PERIOD = { from: "2026-03-01T00:00:00Z", to: "2026-03-02T00:00:00Z" };
const FROM = Date.parse(PERIOD.from);

test("checking gives rules and faults", async () => {
  const answer = await post("/v1/rules/check", { files: { "a.yaml": "FAULTY", "规则.yml": "" } });
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toMatchObject({
    rules: [{ file: "a.yaml" }, { file: "规则.yml" }],
    faults: [{ file: "a.yaml", line: 3, rule: "a-rule", field: "severity", reason: "It is bad." }],
  });
});

test.each([
  ["files", {}],
  ["files..hidden.yaml", { ".hidden.yaml": "" }],
  ["files.a.txt", { "a.txt": "" }],
  ["files.a.yaml", { "a.yaml": "x".repeat(512 * 1024 + 1) }],
  ["files", Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`${n}.yaml`, ""]))],
])("%s is refused by name", async (field, files) => {
  const answer = await post("/v1/rules/check", { files });
  expect(answer.statusCode).toBe(400);
  expect(answer.json<{ faults: { field: string }[] }>().faults.map((fault) => fault.field)).toContain(field);
  expect(asked()).toEqual([]);
});

test("a backtest is started, told and ended; its period ends now at the latest", async () => {
  const started = await post("/v1/rules/backtests", {
    ...PERIOD,
    to: "2030-01-01T00:00:00Z",
    estateId: "a",
    officers: 3,
  });
  expect([started.statusCode, started.json()]).toEqual([
    202,
    {
      id: BACKTEST,
      status: "running",
      from: "2026-03-01T00:00:00.000Z",
      to: new Date(NOW).toISOString(),
      estateId: "a",
      officers: 3,
      startedAt: new Date(NOW).toISOString(),
    },
  ]);
  expect(asked()).toEqual([
    ["startBacktest", { from: FROM, to: NOW, estateId: "a", officers: 3 }, undefined],
  ]);
  expect((await post("/v1/rules/backtests", PERIOD)).statusCode).toBe(409);
  const url = `/v1/rules/backtests/${BACKTEST}`;
  expect((await stage.app.inject({ url, headers })).json()).toMatchObject({ status: "running" });
  expect((await stage.app.inject({ method: "DELETE", url, headers })).statusCode).toBe(204);
  expect((await stage.app.inject({ url, headers })).json()).toMatchObject({ status: "cancelled" });
  const other = url.replace("0001", "0002");
  expect((await stage.app.inject({ url: other, headers })).statusCode).toBe(404);
});

test("proposed rules are one text or several by name, and are checked first", async () => {
  await post("/v1/rules/backtests", { ...PERIOD, proposed: "text" });
  expect(asked()).toEqual([
    ["check", { "proposed.yaml": "text" }],
    ["startBacktest", { from: FROM, to: Date.parse(PERIOD.to) }, { "proposed.yaml": "text" }],
  ]);
  const refused = await post("/v1/rules/backtests", { ...PERIOD, proposed: { "a.yaml": "FAULTY" } });
  expect(refused.statusCode).toBe(400);
  expect(refused.json()).toMatchObject({
    faults: [{ field: "proposed.a.yaml:3 · a-rule · severity", reason: "It is bad." }],
  });
  expect(asked()).toHaveLength(3);
});

test.each([
  [{ to: PERIOD.from }, "to"],
  [{ from: "2030-01-01T00:00:00Z", to: "2030-01-02T00:00:00Z" }, "to"],
  [{ from: "2020-01-01T00:00:00Z" }, "to"],
  [{ officers: 0 }, "officers"],
  [{ from: "yesterday" }, "from"],
])("%j is refused by name", async (more, field) => {
  const answer = await post("/v1/rules/backtests", { ...PERIOD, ...more });
  expect(answer.statusCode).toBe(400);
  expect(answer.json<{ faults: { field: string }[] }>().faults[0]?.field).toBe(field);
});

test("an estate that nobody registered is not found", async () => {
  expect((await post("/v1/rules/backtests", { ...PERIOD, estateId: "nowhere" })).statusCode).toBe(404);
});

test("an explanation takes the rights of its incident, and shows no more than the caller may see", async () => {
  const officer = bearer(await stage.token("officer", ["a"]));
  const of = (id: string) => stage.app.inject({ url: `/v1/incidents/${id}/explanation`, headers: officer });
  const answer = await of("in-a");
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toMatchObject({
    basis: "replayed",
    steps: [{ at: new Date(NOW).toISOString(), kind: "timer", made: ["opened"] }],
    gaps: [{ en: "Something is missing." }],
  });
  expect(asked()).toEqual([["explain", "in-a", ["a"]]]);
  expect((await of("in-b")).statusCode).toBe(404);
  expect((await of("nothing")).statusCode).toBe(404);
  expect(asked()).toHaveLength(1);
});
