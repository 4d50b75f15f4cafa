import { afterEach, beforeEach, expect, test } from "vitest";
import { ZhianError } from "../../src/errors.ts";
import { NOW } from "./furniture.ts";
import { bearer, setStage, type Stage } from "./stage.ts";

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

test("a stranger learns the status only; this machine and a token learn why", async () => {
  const faults = [{ part: "journal", message: "ENOSPC /var/lib/zhian" }];
  stage.seen.health = async () => ({ status: "failing", ready: false, faults, figures: { events: 3 } });
  const health = (remoteAddress: string, headers: Record<string, string> = {}) =>
    stage.app.inject({ url: "/health", remoteAddress, headers });
  const forwarded = { "x-forwarded-for": "10.0.0.9" };
  for (const [address, headers] of [
    ["10.0.0.9", {}],
    ["127.0.0.1", forwarded],
    ["::1", { via: "1.1 proxy" }],
  ] as const) {
    const answer = await health(address, headers);
    expect([answer.statusCode, answer.json()]).toEqual([503, { status: "failing" }]);
  }
  const whole = { status: "failing", faults, figures: { events: 3 } };
  expect((await health("127.0.0.1")).json()).toEqual(whole);
  const viewer = bearer(await stage.token("viewer", ["a"]));
  expect((await health("10.0.0.9", viewer)).json()).toEqual(whole);
  expect((await health("127.0.0.1", { ...viewer, ...forwarded })).json()).toEqual(whole);
});

test("a wrong token is refused even at /health, so that nobody guesses tokens there", async () => {
  const guarded = await setStage({ authFailures: 3 });
  const guess = async () => {
    const headers = bearer("zhian_guess");
    return (await guarded.app.inject({ url: "/health", remoteAddress: "10.0.0.9", headers })).statusCode;
  };
  expect([await guess(), await guess(), await guess(), await guess()]).toEqual([401, 401, 401, 429]);
  const without = await guarded.app.inject({ url: "/health", remoteAddress: "10.0.0.9" });
  expect(without.statusCode).toBe(200);
  await guarded.app.close();
});

test("while tokens cannot be looked up, whoever has one still learns the status", async () => {
  const viewer = bearer(await stage.token("viewer"));
  stage.store.tokenByHash = () => Promise.reject(new ZhianError("UNAVAILABLE", "the thread is gone"));
  const ask = (url: string) => stage.app.inject({ url, remoteAddress: "10.0.0.9", headers: viewer });
  const answer = await ask("/health");
  expect([answer.statusCode, answer.json()]).toEqual([200, { status: "ok" }]);
  expect((await ask("/metrics")).statusCode).toBe(503);
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
