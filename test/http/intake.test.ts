import { request as httpRequest, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { createIntakeSlots } from "../../src/http/intake-slots.ts";
import type { Acceptance } from "../../src/ports.ts";
import { NOW } from "./furniture.ts";
import { basic, setStage, type Stage } from "./stage.ts";

let stage: Stage;
afterEach(() => stage.app.close());

const OWN = basic("gw-a", "secret-a");

async function push(url: string, payload: string | Buffer, headers: Record<string, string> = {}) {
  return stage.app.inject({ method: "POST", url, headers: { ...OWN, ...headers }, payload });
}

async function port(): Promise<number> {
  await stage.app.listen({ host: "127.0.0.1", port: 0 });
  const [address] = stage.app.addresses();
  return typeof address === "object" ? address.port : 0;
}

describe("intake", () => {
  test("bytes and content type arrive as they were sent, and 200 tells what became of them", async () => {
    stage = await setStage();
    const bytes = Buffer.from([0, 255, 128, 13, 10]);
    const answer = await push("/intake/a/gw-a/ISAPI/Event/notification", bytes, {
      "content-type": "multipart/form-data; boundary=x",
    });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ outcome: "events", events: 1 });
    expect(stage.seen.accepted).toEqual([
      {
        transport: "http",
        gatewayId: "gw-a",
        route: { kind: "bridge", estateId: "a", gatewayId: "gw-a", path: "ISAPI/Event/notification" },
        payload: bytes,
        contentType: "multipart/form-data; boundary=x",
        retained: false,
        receivedAt: NOW,
      },
    ]);
  });

  test("native events have their own path; a dead letter and an ignored message are answered too", async () => {
    stage = await setStage();
    stage.seen.accept = async () => ({ outcome: "dead", events: 0, reason: "malformed" });
    const dead = await push("/intake/a/gw-a/devices/door-1/events", "{}", {
      "content-type": "application/json",
    });
    expect([dead.statusCode, dead.json()]).toEqual([
      202,
      { outcome: "dead", events: 0, reason: "malformed" },
    ]);
    expect(stage.seen.accepted[0]?.route).toEqual({ kind: "native", estateId: "a", deviceId: "door-1" });
  });

  test.each([
    ["none", undefined],
    ["nonsense", "garbage"],
    ["half a one", "multipart/"],
    ["one with an odd boundary", 'multipart/mixed; boundary="'],
    ["broken JSON called JSON", "application/json"],
    ["a form", "application/x-www-form-urlencoded"],
    ["XML", 'application/xml; charset="UTF-8"'],
  ])("any content type is taken: %s", async (_what, type) => {
    stage = await setStage();
    const answer = await push(
      "/intake/a/gw-a/x",
      "{half",
      type === undefined ? {} : { "content-type": type },
    );
    expect(answer.statusCode).toBe(200);
    const [message] = stage.seen.accepted;
    expect(Buffer.from(message?.payload ?? []).toString()).toBe("{half");
    expect(message?.contentType).toBe(type);
  });

  test("an empty body is a message", async () => {
    stage = await setStage();
    expect((await push("/intake/a/gw-a/heartbeat", "")).statusCode).toBe(200);
    expect(stage.seen.accepted[0]?.payload).toHaveLength(0);
  });

  test("each push with good credentials is a sign of life of its gateway; others are none", async () => {
    stage = await setStage();
    await push("/intake/a/gw-a/x", "1");
    await push("/intake/a/gw-a/x", "not-json", { "content-type": "application/json" });
    expect(stage.seen.gateways).toEqual(["gw-a", "gw-a"]);
    await push("/intake/a/gw-a/x", "1", basic("gw-a", "wrong"));
    await push("/intake/a/gw-a/x", "1", { authorization: "" });
    expect(stage.seen.gateways).toHaveLength(2);
  });

  test("a bearer of id and secret is as good as Basic", async () => {
    stage = await setStage();
    const answer = await push("/intake/a/gw-a/x", "1", { authorization: "Bearer gw-a:secret-a" });
    expect(answer.statusCode).toBe(200);
  });

  test.each([
    ["no credentials", "/intake/a/gw-a/x", { authorization: "" }, 401],
    ["a wrong secret", "/intake/a/gw-a/x", basic("gw-a", "not-the-secret"), 401],
    ["an unknown gateway", "/intake/a/gw-x/x", basic("gw-x", "secret-a"), 401],
    ["Basic that is none", "/intake/a/gw-a/x", { authorization: "Basic ****" }, 401],
    ["another gateway's path", "/intake/a/gw-b/x", OWN, 403],
    ["a foreign estate", "/intake/b/gw-a/x", OWN, 403],
    ["an estate that does not exist", "/intake/zz/gw-a/x", OWN, 403],
    ["a device id that is none", "/intake/a/gw-a/devices/%20/events", OWN, 404],
    ["a control character", "/intake/a/gw-a/x%00y", OWN, 404],
    ["no path", "/intake/a/gw-a/", OWN, 404],
    ["squeezed content", "/intake/a/gw-a/x", { ...OWN, "content-encoding": "gzip" }, 415],
  ])("%s is refused and nothing accepted", async (_what, url, headers, status) => {
    stage = await setStage();
    const answer = await push(url, "1", headers);
    expect(answer.statusCode).toBe(status);
    expect(answer.headers["content-type"]).toBe("application/problem+json");
    expect(String(answer.headers["www-authenticate"]).startsWith("Basic realm=")).toBe(status === 401);
    expect(stage.seen.accepted).toEqual([]);
    for (const secret of ["secret-a", "not-the-secret", headers.authorization || "secret-a"]) {
      expect(stage.log() + answer.body).not.toContain(secret);
    }
  });

  test("a token of the API opens no intake, and gateway credentials no API", async () => {
    stage = await setStage();
    const token = await stage.token("admin");
    expect((await push("/intake/a/gw-a/x", "1", { authorization: `Bearer ${token}` })).statusCode).toBe(401);
    expect((await stage.app.inject({ url: "/v1/rules", headers: OWN })).statusCode).toBe(401);
  });

  test("too large a body is 413, by its announcement and by its length", async () => {
    stage = await setStage({ intakeConcurrency: 1 });
    for (let i = 0; i < 3; i++) {
      expect((await push("/intake/a/gw-a/x", Buffer.alloc(256 * 1024 + 1))).statusCode).toBe(413);
    }
    expect((await push("/intake/a/gw-a/x", Buffer.alloc(256 * 1024))).statusCode).toBe(200);
  });

  test("guessing a secret is slowed down by gateway name; its neighbours behind the same router go on", async () => {
    stage = await setStage({ authFailures: 3 });
    for (let i = 0; i < 3; i++) {
      expect((await push("/intake/a/gw-a/x", "1", basic("gw-a", `guess${i}`))).statusCode).toBe(401);
    }
    const asked = stage.seen.verifications;
    const refused = await push("/intake/a/gw-a/x", "1");
    expect(refused.statusCode).toBe(429);
    expect(refused.headers["retry-after"]).toBeDefined();
    expect(stage.seen.verifications).toBe(asked);
    expect((await push("/intake/b/gw-b/x", "1", basic("gw-b", "secret-b"))).statusCode).toBe(200);
  });

  test("while the journal has been in trouble for a while, requests are refused at the door", async () => {
    stage = await setStage();
    stage.seen.journalFault = { since: NOW - 5_000, message: "ENOSPC" };
    expect((await push("/intake/a/gw-a/x", "1")).statusCode).toBe(200);
    stage.seen.journalFault = { since: NOW - 5_001, message: "ENOSPC" };
    const refused = await push("/intake/a/gw-a/x", "1");
    expect(refused.statusCode).toBe(503);
    expect(refused.headers["retry-after"]).toBeDefined();
    expect(refused.body).not.toContain("ENOSPC");
    expect(stage.seen.accepted).toHaveLength(1);
    stage.seen.journalFault = undefined;
    expect((await push("/intake/a/gw-a/x", "1")).statusCode).toBe(200);
  });

  test("no 2xx before the message is on disk; after the deadline 503, and the slot stays taken until then", async () => {
    stage = await setStage({ acceptMs: 60, intakeConcurrency: 1 });
    const onDisk = Promise.withResolvers<Acceptance>();
    stage.seen.accept = () => onDisk.promise;
    const late = await push("/intake/a/gw-a/x", "1");
    expect(late.statusCode).toBe(503);
    expect(late.headers["retry-after"]).toBeDefined();
    expect((await push("/intake/a/gw-a/x", "2")).statusCode).toBe(503);
    expect(stage.seen.accepted).toHaveLength(1);
    onDisk.resolve({ outcome: "events", events: 1 });
    await expect.poll(async () => (await push("/intake/a/gw-a/x", "3")).statusCode).toBe(200);
    const { body } = await stage.app.inject({ url: "/metrics" });
    expect(body).toContain('zhian_http_intake_refused_total{reason="deadline"} 1');
    expect(body).toMatch(/zhian_http_intake_refused_total\{reason="busy"\} [1-9]/);
  });

  test("an accept that fails is 500 and frees its slot", async () => {
    stage = await setStage({ intakeConcurrency: 1 });
    stage.seen.accept = () => Promise.reject(new Error("boom"));
    for (let i = 0; i < 3; i++) expect((await push("/intake/a/gw-a/x", "1")).statusCode).toBe(500);
  });

  test("one gateway's flood leaves room for another's message", async () => {
    stage = await setStage({ intakePerGateway: 2 });
    const onDisk = Promise.withResolvers<Acceptance>();
    stage.seen.accept = () => onDisk.promise;
    const flood = Array.from({ length: 5 }, () => push("/intake/a/gw-a/x", "1"));
    await expect.poll(() => stage.seen.accepted.length).toBe(2);
    const other = push("/intake/b/gw-b/x", "1", basic("gw-b", "secret-b"));
    await expect.poll(() => stage.seen.accepted.length).toBe(3);
    onDisk.resolve({ outcome: "events", events: 1 });
    const statuses = (await Promise.all(flood)).map(({ statusCode }) => statusCode);
    expect(statuses.toSorted((x, y) => x - y)).toEqual([200, 200, 503, 503, 503]);
    expect((await other).statusCode).toBe(200);
  });
});

describe("over real sockets", () => {
  test("a body that comes too slowly is cut off with 408, and its slot is free again", async () => {
    stage = await setStage({ requestMs: 200, intakeConcurrency: 1 });
    const at = await port();
    const slow = connect(at, "127.0.0.1");
    const closed = new Promise<string>((resolve) => {
      let all = "";
      slow.on("data", (chunk) => (all += chunk.toString()));
      slow.on("close", () => resolve(all));
      slow.on("error", () => undefined);
    });
    slow.write(
      `POST /intake/a/gw-a/x HTTP/1.1\r\nHost: h\r\nAuthorization: ${OWN.authorization}\r\n` +
        `Content-Type: text/plain\r\nContent-Length: 100\r\n\r\n`,
    );
    const drip = setInterval(() => slow.write("x"), 40);
    const text = await closed;
    clearInterval(drip);
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect(stage.seen.accepted).toEqual([]);
    await expect.poll(() => post(at, "whole").then(({ statusCode }) => statusCode)).toBe(200);
  });

  test("a client that leaves in the middle of its body frees its slot", async () => {
    stage = await setStage({ intakeConcurrency: 1 });
    const at = await port();
    for (let i = 0; i < 3; i++) {
      const socket = connect(at, "127.0.0.1");
      socket.on("error", () => undefined);
      const before = stage.seen.verifications;
      socket.write(
        `POST /intake/a/gw-a/x HTTP/1.1\r\nHost: h\r\nAuthorization: ${OWN.authorization}\r\nContent-Length: 100\r\n\r\nabc`,
      );
      await expect.poll(() => stage.seen.verifications).toBeGreaterThan(before);
      socket.destroy();
      await expect.poll(() => post(at, "whole").then(({ statusCode }) => statusCode)).toBe(200);
    }
  });

  test("a body in chunks arrives whole", async () => {
    stage = await setStage();
    const answer = await post(await port(), ["one ", "two ", "three"]);
    expect(answer.statusCode).toBe(200);
    expect(Buffer.from(stage.seen.accepted[0]?.payload ?? []).toString()).toBe("one two three");
  });

  async function post(at: number, body: string | readonly string[]): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        { host: "127.0.0.1", port: at, path: "/intake/a/gw-a/x", method: "POST", headers: OWN, agent: false },
        (answer) => {
          answer.resume();
          resolve(answer);
        },
      );
      request.on("error", reject);
      for (const part of typeof body === "string" ? [body] : body) request.write(part);
      request.end();
    });
  }
});

test("slots never hold more than they may, and give back all they took", async () => {
  stage = await setStage();
  const limits = { intakeConcurrency: 6, intakePerGateway: 3, intakeBytes: 1_000 };
  const step = fc.record({
    gateway: fc.constantFrom("x", "y", "z"),
    bytes: fc.nat(600),
    release: fc.nat(10),
    size: fc.nat(600),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const slots = createIntakeSlots(limits);
      const held: { gateway: string; slot: Exclude<ReturnType<typeof slots.take>, string> }[] = [];
      for (const { gateway, bytes, release, size } of steps) {
        const own = held.filter((each) => each.gateway === gateway).length;
        const slot = slots.take(gateway, bytes);
        const full = held.length === limits.intakeConcurrency ? "busy" : "memory";
        const why = own === limits.intakePerGateway && full !== "busy" ? "gateway_busy" : full;
        expect(typeof slot === "string" ? slot : why).toBe(why);
        if (typeof slot !== "string") held.push({ gateway, slot });
        expect(slots.taken).toBe(held.length);
        const index = release % (held.length + 1);
        held[index]?.slot.resize(size);
        held[index]?.slot.release();
        held[index]?.slot.release();
        held.splice(index, 1);
        expect(slots.taken).toBe(held.length);
      }
      for (const { slot } of held) slot.release();
      expect(slots.taken).toBe(0);
      expect(typeof slots.take("x", 1_000)).toBe("object");
      expect(slots.take("y", 1)).toBe("memory");
    }),
  );
});
