import { afterEach, beforeEach, expect, test } from "vitest";
import { bearer, setStage, type Stage } from "./stage.ts";

let stage: Stage;
let headers: { authorization: string };
beforeEach(async () => {
  stage = await setStage();
  headers = bearer(await stage.token("admin"));
});
afterEach(() => stage.app.close());

const get = (url: string) => stage.app.inject({ url, headers });

test("a reload tells what changed, and its faults with file, line, field and reason", async () => {
  const reload = {
    rules: 2,
    added: ["noise"],
    changed: [],
    removed: ["old"],
    kept: ["forced-open"],
    faults: [
      { file: "access.yaml", line: 3, rule: "forced-open", field: "severity", reason: "It is missing." },
      { file: "life.yaml", line: 1, field: "", reason: "The file must be a list of rules." },
    ],
  };
  stage.store.shelves.reload = reload;
  const answer = await stage.app.inject({ method: "POST", url: "/v1/rules/reload", headers });
  expect([answer.statusCode, answer.json()]).toEqual([200, reload]);
  expect(stage.log()).toMatch(/"tokenId":"[^"[]+".*"the rules are read again on request"/);
  expect((await get("/v1/rules/faults")).json()).toEqual({ items: reload.faults });
});

test("a version of a rule can be looked up by what an incident names", async () => {
  const version = {
    id: "forced-open",
    version: "1",
    firstAt: "2026-03-10T04:00:00.000Z",
    definition: { id: "forced-open", severity: "P2" },
  };
  expect((await get("/v1/rules/forced-open/versions")).json()).toEqual({ items: [version] });
  expect((await get("/v1/rules/forced-open/versions/1")).json()).toEqual(version);
  expect((await get("/v1/rules/forced-open/versions/2")).statusCode).toBe(404);
  expect((await get("/v1/rules/unknown/versions")).statusCode).toBe(404);
});
