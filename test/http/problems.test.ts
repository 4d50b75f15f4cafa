import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ZhianError } from "../../src/errors.ts";
import { bearer, setStage, type Stage } from "./stage.ts";

let stage: Stage;
let admin: { authorization: string };

beforeAll(async () => {
  stage = await setStage();
  admin = bearer(await stage.token("admin"));
});
afterAll(() => stage.app.close());

const NEW = { id: "c", name: "新村", households: 10 };

async function post(payload: object | string, headers: Record<string, string> = {}) {
  return stage.app.inject({ method: "POST", url: "/v1/estates", headers: { ...admin, ...headers }, payload });
}

describe("problems", () => {
  test("a path that does not exist", async () => {
    const answer = await stage.app.inject({ url: "/v1/nowhere?token=secret", headers: admin });
    expect(answer.statusCode).toBe(404);
    expect(answer.headers["content-type"]).toBe("application/problem+json");
    expect(answer.json()).toEqual({
      type: "urn:zhian:problem:not-found",
      title: "Not found",
      status: 404,
      detail: "there is no GET /v1/nowhere",
      instance: "/v1/nowhere",
      code: "NOT_FOUND",
      requestId: expect.any(String),
    });
  });

  test("a path that cannot be read", async () => {
    const answer = await stage.app.inject({ url: "/v1/%zz", headers: admin });
    expect(answer.statusCode).toBe(400);
    expect(answer.headers["content-type"]).toContain("application/problem+json");
    expect(answer.json()).toMatchObject({ code: "VALIDATION" });
  });

  test.each([
    ["body", { ...NEW, households: "many" }, ["households"]],
    ["several fields at once", { id: "no spaces", name: "", households: -1 }, ["id", "name", "households"]],
    ["a field that does not exist", { ...NEW, housholds: 3 }, ["housholds"]],
    ["a missing field", { id: "c", name: "x" }, ["households"]],
    ["a zone", { ...NEW, zone: "+08:00" }, ["zone"]],
    ["a day that does not exist", { ...NEW, installedOn: "2025-02-30" }, ["installedOn"]],
    [
      "days in the wrong order",
      { ...NEW, installedOn: "2025-02-03", commissionedOn: "2025-02-01" },
      ["commissionedOn"],
    ],
    ["a day without its partner", { ...NEW, commissionedOn: "2025-02-01" }, ["commissionedOn"]],
    ["a list instead of an object", [], ["body"]],
  ])("names what is wrong: %s", async (_what, payload, fields) => {
    const answer = await post(payload);
    expect(answer.statusCode).toBe(400);
    const { code, faults } = answer.json<{ code: string; faults: { field: string; reason: string }[] }>();
    expect(code).toBe("VALIDATION");
    expect(faults.map(({ field }) => field)).toEqual(fields);
    for (const { reason } of faults) expect(reason).not.toBe("");
    expect(stage.store.shelves.estates.has("c")).toBe(false);
  });

  test.each([
    ["/v1/estates?limit=501", "query.limit"],
    ["/v1/estates?limit=x", "query.limit"],
    ["/v1/estates?limt=5", "query.limt"],
    ["/v1/estates/no%20spaces", "path.estateId"],
    ["/v1/events?from=yesterday", "query.from"],
    ["/v1/incidents?severity=P9", "query.severity"],
    ["/v1/dead-letters?pendingOnly=yes", "query.pendingOnly"],
  ])("names what is wrong in %s", async (url, field) => {
    const answer = await stage.app.inject({ url, headers: admin });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ faults: [{ field }] });
  });

  test.each([
    ["half a document", '{"id":', {}, 400, "VALIDATION"],
    ["an empty document", "", { "content-type": "application/json" }, 400, "VALIDATION"],
    ["a poisoned prototype", '{"__proto__":{"admin":true}}', {}, 400, "VALIDATION"],
    [
      "a media type nobody reads",
      "id=c",
      { "content-type": "application/x-www-form-urlencoded" },
      415,
      "UNSUPPORTED_MEDIA_TYPE",
    ],
    ["plain text", "id=c", { "content-type": "text/plain" }, 415, "UNSUPPORTED_MEDIA_TYPE"],
    ["a file where none belongs", "a,b", { "content-type": "text/csv" }, 415, "UNSUPPORTED_MEDIA_TYPE"],
    ["too much", JSON.stringify({ ...NEW, name: "x".repeat(1_100_000) }), {}, 413, "PAYLOAD_TOO_LARGE"],
  ])("a body that cannot be taken: %s", async (_what, payload, headers, status, code) => {
    const answer = await post(payload, { "content-type": "application/json", ...headers });
    expect(answer.statusCode).toBe(status);
    expect(answer.headers["content-type"]).toContain("application/problem+json");
    expect(answer.json()).toMatchObject({ status, code });
  });

  test.each([
    ["half a document", '{"id":', "application/json"],
    ["an empty document", "", "application/json"],
    ["a poisoned prototype", '{"__proto__":{"admin":true}}', "application/json"],
  ])("what cannot be read is the body's fault: %s", async (_what, payload, type) => {
    const answer = await post(payload, { "content-type": type });
    expect(answer.statusCode).toBe(400);
    const { faults } = answer.json<{ faults: { field: string; reason: string }[] }>();
    expect(faults).toEqual([{ field: "body", reason: expect.stringMatching(/\w/) }]);
  });

  test("a path that cannot be read is not the body's fault", async () => {
    expect((await stage.app.inject({ url: "/v1/%zz", headers: admin })).json()).not.toHaveProperty("faults");
  });

  test.each(["/v1/estates", "/v1/events", "/v1/cases"])(
    "a foreign cursor is the fault of query.after: %s",
    async (url) => {
      const answer = await stage.app.inject({ url: `${url}?after=rubbish`, headers: admin });
      expect(answer.statusCode).toBe(400);
      expect(answer.json()).toMatchObject({ code: "VALIDATION", faults: [{ field: "query.after" }] });
    },
  );

  test.each([
    ["no body", {}, "reason"],
    ["null", { payload: "null", headers: { "content-type": "application/json" } }, "reason"],
    ["an empty object", { payload: {} }, "reason"],
    ["a list", { payload: [] }, "body"],
  ])("closing an incident wants a reason, and says so: %s", async (_what, what, field) => {
    const { headers = {}, ...rest } = what as { payload?: object; headers?: Record<string, string> };
    const answer = await stage.app.inject({
      method: "POST",
      url: "/v1/incidents/in-a/close",
      headers: { ...admin, ...headers },
      ...rest,
    });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: "VALIDATION", faults: [{ field }] });
    expect(stage.store.shelves.incidents.get("in-a")?.incident.status).not.toBe("closed");
  });

  test("an internal fault shows nothing of itself and is found in the log by the request's id", async () => {
    const broken = await setStage();
    broken.store.rules = () => Promise.reject(new Error("SQLITE_IOERR at /var/lib/zhian/zhian.db"));
    const answer = await broken.app.inject({
      url: "/v1/rules",
      headers: bearer(await broken.token("admin")),
    });
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain("SQLITE");
    const { code, requestId } = answer.json<{ code: string; requestId: string }>();
    expect(code).toBe("INTERNAL");
    expect(broken.log()).toContain(requestId);
    expect(broken.log()).toContain("SQLITE_IOERR");
    await broken.app.close();
  });

  test("an answer that does not fit its schema is an internal fault", async () => {
    const broken = await setStage();
    broken.store.shelves.events.push({
      ...broken.store.shelves.events[0]!,
      id: "odd",
      occurredAt: Number.NaN,
    });
    const answer = await broken.app.inject({
      url: "/v1/events/odd",
      headers: bearer(await broken.token("admin")),
    });
    expect(answer.statusCode).toBe(500);
    expect(answer.json()).toMatchObject({
      code: "INTERNAL",
      detail: "the hub failed to answer; see its log",
    });
    await broken.app.close();
  });

  test("a store that does not answer is 503 and says when to come again", async () => {
    const broken = await setStage();
    broken.store.rules = () =>
      Promise.reject(new ZhianError("UNAVAILABLE", "rules took longer than 10000 ms"));
    const answer = await broken.app.inject({
      url: "/v1/rules",
      headers: bearer(await broken.token("admin")),
    });
    expect(answer.statusCode).toBe(503);
    expect(answer.headers["retry-after"]).toBe("5");
    await broken.app.close();
  });

  test("every answer carries the security headers; no CORS, no cookies", async () => {
    for (const url of ["/health", "/v1/estates", "/v1/nowhere", "/v1/%zz"]) {
      const { headers } = await stage.app.inject({ url, headers: { origin: "https://elsewhere.example" } });
      expect(Object.keys(headers).filter((name) => /^access-control|^set-cookie/.test(name))).toEqual([]);
      expect(headers).toMatchObject({
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
      });
      expect(headers["content-security-policy"]).toContain("default-src 'none'");
    }
    const preflight = await stage.app.inject({
      method: "OPTIONS",
      url: "/v1/estates",
      headers: { origin: "https://elsewhere.example", "access-control-request-method": "GET" },
    });
    expect(preflight.statusCode).toBe(404);
  });

  test("bytes that are not HTTP get a problem and the connection ends", async () => {
    await stage.app.listen({ host: "127.0.0.1", port: 0 });
    const [address] = stage.app.addresses();
    const port = typeof address === "object" ? address.port : 0;
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () => socket.write("\x10\x0c\x00\x04MQTT\r\n\r\n"));
      let all = "";
      socket.on("data", (chunk) => (all += chunk.toString()));
      socket.on("end", () => resolve(all));
      socket.on("error", reject);
    });
    expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/problem\+json\r\n/);
    const body = text.slice(text.indexOf("\r\n\r\n") + 4);
    expect(JSON.parse(body)).toMatchObject({ status: 400 });
  });
});
