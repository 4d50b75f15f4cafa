import { afterEach, beforeEach, expect, test } from "vitest";
import { NOW } from "./furniture.ts";
import { setStage, type Stage } from "./stage.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await setStage({ healthMs: 50 });
});
afterEach(() => stage.app.close());

const get = (url: string) => stage.app.inject({ url });

test("well and ready", async () => {
  const health = await get("/health");
  expect(health.statusCode).toBe(200);
  expect(health.json()).toEqual({ status: "ok", faults: [], figures: { events: 3 } });
  const ready = await get("/ready");
  expect([ready.statusCode, ready.json()]).toEqual([200, { ready: true }]);
});

test("degraded is 200 and lists the faults", async () => {
  const faults = [{ part: "journal", message: "ENOSPC", since: NOW }];
  stage.seen.health = async () => ({ status: "degraded", ready: true, faults, figures: {} });
  const answer = await get("/health");
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toEqual({
    status: "degraded",
    faults: [{ part: "journal", message: "ENOSPC", since: "2026-03-10T04:00:00.000Z" }],
    figures: {},
  });
});

test("failing is 503", async () => {
  stage.seen.health = async () => ({ status: "failing", ready: false, faults: [], figures: {} });
  expect((await get("/health")).statusCode).toBe(503);
  expect((await get("/ready")).statusCode).toBe(503);
});

test("a report that never comes or breaks is a fault itself, without internals", async () => {
  stage.seen.health = () => new Promise(() => undefined);
  const late = await get("/health");
  expect(late.statusCode).toBe(503);
  expect(late.json()).toMatchObject({ faults: [{ part: "health", message: "no report within 50 ms" }] });
  stage.seen.health = () => Promise.reject(new Error("password hunter2"));
  const broken = await get("/health");
  expect(broken.statusCode).toBe(503);
  expect(broken.body).not.toContain("hunter2");
});

test("a hub that stops is not ready and refuses new work", async () => {
  stage.drain();
  expect((await get("/ready")).statusCode).toBe(503);
  expect((await get("/health")).statusCode).toBe(200);
  const refused = await get("/v1/estates");
  expect(refused.statusCode).toBe(503);
  expect(refused.headers.connection).toBe("close");
  expect(refused.json()).toMatchObject({ code: "UNAVAILABLE" });
});
