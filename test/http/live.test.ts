import { request, type ClientRequest, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import type { HttpLimits } from "../../src/http/index.ts";
import { event, incident, NOW } from "./furniture.ts";
import { bearer, setStage, type Stage } from "./stage.ts";

let stage: Stage;
let port = 0;
const open: { destroy(): unknown }[] = [];

afterEach(async () => {
  for (const each of open.splice(0)) each.destroy();
  await stage.app.close();
});

async function start(limits: Partial<HttpLimits> = {}): Promise<void> {
  stage = await setStage(limits);
  await stage.app.listen({ host: "127.0.0.1", port: 0 });
  const [address] = stage.app.addresses();
  port = typeof address === "object" ? address.port : 0;
}

interface Reader {
  readonly answer: IncomingMessage;
  readonly request: ClientRequest;
  readonly text: () => string;
  readonly ended: () => boolean;
}

async function follow(secret: string, query = ""): Promise<Reader> {
  return new Promise((resolve, reject) => {
    const asked = request({
      host: "127.0.0.1",
      port,
      path: `/v1/live${query}`,
      headers: bearer(secret),
      agent: false,
    });
    open.push(asked);
    asked.on("error", reject);
    asked.on("response", (answer) => {
      let text = "";
      let ended = false;
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => (text += chunk));
      answer.on("end", () => (ended = true));
      answer.on("error", () => (ended = true));
      resolve({ answer, request: asked, text: () => text, ended: () => ended });
    });
    asked.end();
  });
}

/** The items of a stream, comments left out. */
function items(reader: Reader): { name: string; data: unknown }[] {
  return reader
    .text()
    .split("\n\n")
    .flatMap((block) => {
      const [, name] = /^event: (.+)$/m.exec(block) ?? [];
      const [, data] = /^data: (.+)$/m.exec(block) ?? [];
      return name === undefined || data === undefined ? [] : [{ name, data: JSON.parse(data) as unknown }];
    });
}

const OPENED = { incidentId: "in-1", kind: "opened", at: NOW, by: "rule:forced-open" } as const;

test("incidents and transitions as they happen, events only on request", async () => {
  await start();
  const plain = await follow(await stage.token("viewer"));
  const full = await follow(await stage.token("viewer"), "?events=true");
  expect(plain.answer.statusCode).toBe(200);
  expect(plain.answer.headers).toMatchObject({
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
    "x-content-type-options": "nosniff",
  });
  stage.publish(
    { estateId: "a", event: event("ev-1", "a") },
    { estateId: "a", incident: incident("in-1", "a"), transition: OPENED },
  );
  stage.publish({ estateId: "a", transition: { ...OPENED, kind: "evidence" } });
  await expect.poll(() => items(full)).toHaveLength(3);
  await expect.poll(() => items(plain)).toHaveLength(2);
  expect(items(full)[0]).toMatchObject({
    name: "event",
    data: { id: "ev-1", occurredAt: "2026-03-10T03:59:59.000Z" },
  });
  expect(items(plain)[0]).toMatchObject({
    name: "incident",
    data: {
      incident: { id: "in-1", detectedAt: "2026-03-10T04:00:00.000Z" },
      transition: { kind: "opened" },
    },
  });
  expect(items(plain)[1]).toMatchObject({
    name: "transition",
    data: { estateId: "a", transition: { kind: "evidence" } },
  });
});

test("readers see only their estates", async () => {
  await start();
  const officer = await follow(await stage.token("officer", ["a"]), "?events=true");
  const narrowed = await follow(await stage.token("admin"), "?events=true&estateId=b");
  const foreign = await follow(await stage.token("officer", ["a"]), "?events=true&estateId=b");
  const all = await follow(await stage.token("admin"), "?events=true");
  for (const estateId of ["b", "a", "b"]) {
    stage.publish({
      estateId,
      event: event(`ev-${estateId}`, estateId),
      incident: incident(`in-${estateId}`, estateId),
    });
  }
  await expect.poll(() => items(all)).toHaveLength(6);
  await expect.poll(() => items(narrowed)).toHaveLength(4);
  await expect.poll(() => items(officer)).toHaveLength(2);
  expect(officer.text()).not.toMatch(/in-b|ev-b/);
  expect(narrowed.text()).not.toMatch(/in-a|ev-a/);
  expect(items(foreign)).toEqual([]);
});

test("it takes a token, and a good question", async () => {
  await start();
  const answer = await stage.app.inject({ url: "/v1/live" });
  expect(answer.statusCode).toBe(401);
  const headers = bearer(await stage.token("viewer"));
  const odd = await stage.app.inject({ url: "/v1/live?events=maybe", headers });
  expect(odd.json()).toMatchObject({ status: 400, faults: [{ field: "query.events" }] });
  expect(stage.listeners.size).toBe(0);
});

test("a heartbeat shows that the stream lives", async () => {
  await start({ liveHeartbeatMs: 20 });
  const reader = await follow(await stage.token("viewer"));
  await expect.poll(() => reader.text().split(": alive\n\n").length).toBeGreaterThan(3);
});

test("the feed is listened to only while somebody reads, and a reader that leaves is forgotten", async () => {
  await start();
  expect(stage.listeners.size).toBe(0);
  const one = await follow(await stage.token("viewer"));
  const two = await follow(await stage.token("viewer"));
  expect(stage.listeners.size).toBe(1);
  const streams = async () => (await stage.app.inject({ url: "/metrics" })).body;
  expect(await streams()).toContain("zhian_http_live_streams 2");
  one.request.destroy();
  await expect.poll(streams).toContain("zhian_http_live_streams 1");
  two.request.destroy();
  await expect.poll(() => stage.listeners.size).toBe(0);
});

test("a reader that does not read is cut off and counted; the others read on and memory stays", async () => {
  await start({ liveBufferBytes: 1024 * 1024 });
  const good = await follow(await stage.token("viewer"), "?events=true");
  const secret = await stage.token("viewer");
  const frozen = await new Promise<Socket>((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(`GET /v1/live?events=true HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer ${secret}\r\n\r\n`);
      socket.once("data", () => {
        socket.pause();
        resolve(socket);
      });
    });
    socket.on("error", () => undefined);
    open.push(socket);
  });
  expect(frozen.isPaused()).toBe(true);
  const big = event("big", "a", { attributes: { text: "x".repeat(60_000) } });
  const ended = async () => (await stage.app.inject({ url: "/metrics" })).body;
  let sent = 0;
  await expect
    .poll(
      async () => {
        for (let i = 0; i < 8; i++, sent += 60_000) stage.publish({ estateId: "a", event: big });
        // The system's own buffers take some megabytes; the good reader must keep up meanwhile.
        await expect.poll(() => good.text().length, { interval: 1 }).toBeGreaterThan(sent);
        return ended();
      },
      { timeout: 20_000, interval: 1 },
    )
    .toContain('zhian_http_live_ended_total{reason="slow"} 1');
  expect(good.ended()).toBe(false);
  stage.publish({ estateId: "a", incident: incident("after", "a") });
  await expect.poll(() => good.text()).toContain('"after"');
}, 30_000);

test("there is a limit for all and one for each token", async () => {
  await start({ liveStreams: 3, liveStreamsPerToken: 2 });
  const greedy = await stage.token("viewer");
  await follow(greedy);
  await follow(greedy);
  const third = await follow(greedy);
  expect(third.answer.statusCode).toBe(503);
  expect(third.answer.headers["retry-after"]).toBeDefined();
  expect((await follow(await stage.token("viewer"))).answer.statusCode).toBe(200);
  expect((await follow(await stage.token("viewer"))).answer.statusCode).toBe(503);
});

test("a revoked token's streams end: at once here, with the next heartbeat when revoked elsewhere", async () => {
  await start({ liveHeartbeatMs: 20, tokenCacheMs: 0 });
  const admin = await stage.token("admin");
  const here = await follow(await stage.token("viewer", [], "here"));
  const elsewhere = await follow(await stage.token("viewer", [], "elsewhere"));
  const idOf = (name: string) =>
    [...stage.store.shelves.tokens.values()].find((token) => token.name === name)?.id ?? "";
  const gone = await stage.app.inject({
    method: "DELETE",
    url: `/v1/tokens/${idOf("here")}`,
    headers: bearer(admin),
  });
  expect(gone.statusCode).toBe(204);
  await expect.poll(here.ended).toBe(true);
  expect(elsewhere.ended()).toBe(false);
  await stage.store.revokeToken(idOf("elsewhere"), NOW);
  await expect.poll(elsewhere.ended).toBe(true);
});

test("an item that cannot be written stops nobody", async () => {
  await start();
  const reader = await follow(await stage.token("viewer"));
  stage.publish(
    { estateId: "a", incident: incident("odd", "a", { updatedAt: Number.NaN }) },
    { estateId: "a", incident: incident("good", "a") },
  );
  await expect.poll(() => items(reader)).toHaveLength(1);
  expect(stage.log()).toContain("cannot be written");
});

test("streams end when the hub stops, and no new ones begin", async () => {
  await start();
  const secret = await stage.token("viewer");
  const reader = await follow(secret);
  stage.drain();
  await expect.poll(reader.ended).toBe(true);
  expect(stage.listeners.size).toBe(0);
  expect((await follow(secret)).answer.statusCode).toBe(503);
});
