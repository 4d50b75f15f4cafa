import { Registry } from "prom-client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buildServer, type HttpServer } from "../../src/http/server.ts";
import type { EmbeddedStore } from "../../src/store/store.ts";
import { temporaryStores } from "../store/temporary.ts";
import { bearer, setStage, type Stage } from "./stage.ts";

const temporary = temporaryStores();
let stage: Stage;
let store: EmbeddedStore;
let server: HttpServer;

beforeEach(async () => {
  stage = await setStage();
  store = temporary.open(temporary.path(), undefined, { maxOutboxBytes: 1_000 });
  server = await buildServer({
    ...stage.parts,
    store: {
      ...stage.store,
      lineLetters: (request) => store.lineLetters(request),
      replayLineLetter: (id) => store.replayLineLetter(id),
      forgetDropped: (from, to) => store.forgetDropped(from, to),
    },
    metrics: new Registry(),
  });
});
afterEach(async () => {
  await server.app.close();
  await stage.app.close();
});

async function call(method: "GET" | "POST", url: string, body?: object, role: "admin" | "viewer" = "admin") {
  const headers = bearer(await stage.token(role, [], `a ${role}`));
  return server.app.inject({ method, url, headers, ...(body && { payload: body }) });
}

test("refused lines are listed to admins, and one goes back into the outbox once", async () => {
  const refused = (line: string) => ({ target: "raw", line, reason: "422: field type conflict" }) as const;
  await store.settle([], [refused("hub n=1i 1"), refused("")], false);
  const { items } = (await call("GET", "/v1/influx/dead-letters?limit=1")).json();
  expect(items).toMatchObject([{ id: 2, line: "" }]);
  expect((await call("GET", "/v1/influx/dead-letters")).json().items).toMatchObject([
    { id: 2 },
    { id: 1, target: "raw", line: "hub n=1i 1", reason: "422: field type conflict" },
  ]);
  expect((await call("GET", "/v1/influx/dead-letters", undefined, "viewer")).statusCode).toBe(403);
  expect((await call("POST", "/v1/influx/dead-letters/1/replay")).statusCode).toBe(204);
  expect((await store.outbox()).lines).toBe(1);
  expect((await call("POST", "/v1/influx/dead-letters/1/replay")).statusCode).toBe(409);
  expect((await call("POST", "/v1/influx/dead-letters/2/replay")).statusCode).toBe(409);
  expect((await call("POST", "/v1/influx/dead-letters/3/replay")).statusCode).toBe(404);
  expect((await call("POST", "/v1/influx/dead-letters/x/replay")).statusCode).toBe(400);
});

test("a rebuild of the span ends the alarm of dropped lines", async () => {
  const wide = (n: number): string =>
    `hub,name=${Array.from({ length: 40 }, (_, at) => ((n * 7_919 + at * 104_729) % 99_991).toString(36)).join("")} n=1i 1`;
  for (let n = 0; n < 60; n++) await store.enqueue("raw", [wide(n)], 1_000 + n);
  const { dropped, droppedFrom = 0 } = await store.outbox();
  expect(dropped).toBeGreaterThan(0);
  expect(droppedFrom).toBe(1_000);
  const span = { from: "1970-01-01T00:00:01Z", to: "1970-01-01T00:00:02Z" };
  expect((await call("POST", "/v1/influx/rebuilt", { from: span.to, to: span.to })).statusCode).toBe(204);
  expect((await store.outbox()).dropped).toBe(dropped);
  expect((await call("POST", "/v1/influx/rebuilt", span)).statusCode).toBe(204);
  expect((await store.outbox()).dropped).toBe(0);
  expect((await call("POST", "/v1/influx/rebuilt", { from: "x", to: "y" })).statusCode).toBe(400);
});
