import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createTokenDesk, hashToken, newToken } from "../../src/http/auth.ts";
import type { ApiToken } from "../../src/ports.ts";
import { NOW } from "./furniture.ts";
import { basic, bearer, setStage, type Stage } from "./stage.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await setStage({ authFailures: 3 });
});
afterEach(() => stage.app.close());

const ask = (headers: Record<string, string>, remoteAddress = "10.0.0.1") =>
  stage.app.inject({ url: "/v1/whoami", headers, remoteAddress });

describe("tokens", () => {
  test("tell who one is", async () => {
    const officer = await ask(bearer(await stage.token("officer", ["a"], "王警官")));
    expect(officer.json()).toEqual({ name: "王警官", role: "officer", allEstates: false, estateIds: ["a"] });
    const viewer = await ask(bearer(await stage.token("viewer", [], "市局")));
    expect(viewer.json()).toEqual({ name: "市局", role: "viewer", allEstates: true, estateIds: [] });
  });

  test("an officer without estates sees none", async () => {
    const headers = bearer(await stage.token("officer", []));
    expect((await ask(headers)).json()).toMatchObject({ allEstates: false, estateIds: [] });
    expect((await stage.app.inject({ url: "/v1/estates", headers })).json()).toEqual({ items: [] });
  });

  test.each([
    ["nothing", {}, 'Bearer realm="zhian"'],
    ["another scheme", basic("gw-a", "secret-a"), 'Bearer realm="zhian"'],
    ["an empty token", { authorization: "Bearer " }, 'Bearer realm="zhian"'],
    ["a token that is none", bearer(newToken()), 'Bearer realm="zhian", error="invalid_token"'],
  ])("401 with a challenge for %s", async (_what, headers, challenge) => {
    const answer = await ask(headers);
    expect(answer.statusCode).toBe(401);
    expect(answer.headers["www-authenticate"]).toBe(challenge);
    expect(answer.json()).toMatchObject({ code: "UNAUTHENTICATED" });
  });

  test("no token in the query is believed", async () => {
    const secret = await stage.token("admin");
    expect((await stage.app.inject({ url: `/v1/rules?token=${secret}` })).statusCode).toBe(401);
  });

  test("a token is looked up once in a while, and a revocation works at once", async () => {
    const admin = bearer(await stage.token("admin"));
    const viewer = bearer(await stage.token("viewer", [], "gone"));
    const id = [...stage.store.shelves.tokens.values()].find(({ name }) => name === "gone")?.id;
    for (let i = 0; i < 5; i++) expect((await ask(viewer)).statusCode).toBe(200);
    expect(stage.store.shelves.tokenLookUps).toBe(1);
    const gone = await stage.app.inject({ method: "DELETE", url: `/v1/tokens/${id}`, headers: admin });
    expect(gone.statusCode).toBe(204);
    expect((await ask(viewer)).statusCode).toBe(401);
  });

  test("a revocation by another process works within 5 s", async () => {
    const viewer = bearer(await stage.token("viewer", [], "gone"));
    const [id = ""] = stage.store.shelves.tokens.keys();
    expect((await ask(viewer)).statusCode).toBe(200);
    await stage.store.revokeToken(id, NOW);
    stage.seen.now += 4_999;
    expect((await ask(viewer)).statusCode).toBe(200);
    stage.seen.now += 1;
    expect((await ask(viewer)).statusCode).toBe(401);
  });

  test("a clock set back does not prolong a remembered token", async () => {
    const viewer = bearer(await stage.token("viewer"));
    await ask(viewer);
    stage.seen.now -= 60_000;
    await ask(viewer);
    expect(stage.store.shelves.tokenLookUps).toBe(2);
  });

  test("a look-up that was under way during a revocation is not remembered", async () => {
    const token: ApiToken = { id: "t", name: "t", role: "admin", estateIds: [], createdAt: 0 };
    const answers: ((token: ApiToken | undefined) => void)[] = [];
    const tokenByHash = () =>
      new Promise<ApiToken | undefined>((resolve) => {
        answers.push(resolve);
      });
    const desk = createTokenDesk({ tokenByHash }, { now: () => 0 }, 5_000);
    const first = desk.callerOf("h");
    desk.forget("t");
    answers[0]?.(token);
    expect(await first).toMatchObject({ tokenId: "t" });
    expect(desk.remembered("h")).toBeUndefined();
    const second = desk.callerOf("h");
    answers[1]?.(undefined);
    expect(await second).toBeUndefined();
  });

  test("a token cannot revoke itself", async () => {
    const admin = bearer(await stage.token("admin"));
    const [id] = stage.store.shelves.tokens.keys();
    const answer = await stage.app.inject({ method: "DELETE", url: `/v1/tokens/${id}`, headers: admin });
    expect(answer.json()).toMatchObject({ status: 409, code: "CONFLICT" });
    expect((await ask(admin)).statusCode).toBe(200);
  });

  test("are shown once, kept as a hash, and never logged", async () => {
    const admin = await stage.token("admin");
    const made = await stage.app.inject({
      method: "POST",
      url: "/v1/tokens",
      headers: bearer(admin),
      payload: { name: "李警官", role: "officer", estateIds: ["a", "a"] },
    });
    const { token, secret } = made.json<{ token: ApiToken; secret: string }>();
    expect(secret).toMatch(/^zhian_[\w-]{43}$/);
    expect(token).toMatchObject({
      name: "李警官",
      role: "officer",
      estateIds: ["a"],
      createdAt: new Date(NOW).toISOString(),
    });
    expect([...stage.store.shelves.tokens.values()].at(-1)?.hash).toBe(hashToken(secret));
    const list = await stage.app.inject({ url: "/v1/tokens", headers: bearer(admin) });
    expect(list.json<{ items: object[] }>().items).toHaveLength(2);
    expect(list.body).not.toContain(secret);
    expect(list.body).not.toContain(hashToken(secret));
    expect((await ask(bearer(secret))).json()).toMatchObject({ name: "李警官" });
    await ask(bearer("wrong-secret-of-somebody"));
    for (const word of [secret, admin, hashToken(secret), "wrong-secret-of-somebody"]) {
      expect(stage.log()).not.toContain(word);
    }
  });

  test.each([
    [{ name: "x", role: "officer" }, "estateIds"],
    [{ name: "x", role: "admin", estateIds: ["a"] }, "estateIds"],
    [{ name: "x", role: "officer", estateIds: ["a", "nowhere"] }, "estateIds.1"],
    [{ name: "x", role: "boss" }, "role"],
    [{ name: "a\nb", role: "viewer" }, "name"],
  ])("are not made from %j", async (payload, field) => {
    const headers = bearer(await stage.token("admin"));
    const answer = await stage.app.inject({ method: "POST", url: "/v1/tokens", headers, payload });
    expect(answer.json()).toMatchObject({ status: 400, faults: [{ field }] });
    expect(stage.store.shelves.tokens.size).toBe(1);
  });

  test("one that does not exist cannot be revoked", async () => {
    const headers = bearer(await stage.token("admin"));
    const answer = await stage.app.inject({ method: "DELETE", url: "/v1/tokens/none", headers });
    expect(answer.statusCode).toBe(404);
  });
});

describe("throttle", () => {
  test("guessing tokens is slowed down per address; who is known goes on", async () => {
    const known = bearer(await stage.token("viewer"));
    await ask(known);
    for (let i = 0; i < 3; i++) expect((await ask(bearer(newToken()))).statusCode).toBe(401);
    const refused = await ask(bearer(newToken()));
    expect(refused.statusCode).toBe(429);
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    expect(refused.json()).toMatchObject({ code: "TOO_MANY_REQUESTS" });
    expect((await ask(known)).statusCode).toBe(200);
    expect((await ask(bearer(newToken()), "10.0.0.2")).statusCode).toBe(401);
    expect(stage.store.shelves.tokenLookUps).toBe(5);
  });

  test("requests are limited per address, API and intake each, errors included", async () => {
    const tight = await setStage({}, { rateLimit: 3 });
    const get = (url: string, remoteAddress: string) => tight.app.inject({ url, remoteAddress });
    const first = await get("/health", "10.0.0.1");
    expect(first.headers).toMatchObject({ "ratelimit-limit": "3", "ratelimit-remaining": "2" });
    await get("/v1/nowhere", "10.0.0.1");
    await get("/v1/estates", "10.0.0.1");
    const fourth = await get("/health", "10.0.0.1");
    expect(fourth.statusCode).toBe(429);
    expect(fourth.headers["content-type"]).toContain("application/problem+json");
    expect(fourth.headers["retry-after"]).toBeDefined();
    expect((await get("/v1/nowhere", "10.0.0.1")).statusCode).toBe(429);
    expect((await get("/health", "10.0.0.2")).statusCode).toBe(200);
    const intake = await tight.app.inject({
      method: "POST",
      url: "/intake/a/gw-a/x",
      remoteAddress: "10.0.0.1",
      headers: basic("gw-a", "secret-a"),
    });
    expect(intake.statusCode).toBe(200);
    await tight.app.close();
  });

  test("X-Forwarded-For counts only from a trusted proxy", async () => {
    const behind = await setStage({}, { rateLimit: 1, trustProxy: ["10.9.0.0/16"] });
    const get = async (remoteAddress: string, client: string): Promise<number> => {
      const headers = { "x-forwarded-for": client };
      return (await behind.app.inject({ url: "/health", remoteAddress, headers })).statusCode;
    };
    expect(await get("10.9.0.1", "1.1.1.1")).toBe(200);
    expect(await get("10.9.0.1", "2.2.2.2")).toBe(200);
    expect(await get("10.9.0.1", "1.1.1.1")).toBe(429);
    expect(await get("8.8.8.8", "3.3.3.3")).toBe(200);
    expect(await get("8.8.8.8", "4.4.4.4")).toBe(429);
    await behind.app.close();
  });
});

describe("metrics", () => {
  const metrics = (remoteAddress: string, headers: Record<string, string> = {}) =>
    stage.app.inject({ url: "/metrics", remoteAddress, headers });

  test("are open on this machine and need a token from elsewhere", async () => {
    expect((await metrics("127.0.0.1")).statusCode).toBe(200);
    expect((await metrics("::1")).statusCode).toBe(200);
    expect((await metrics("10.0.0.1")).statusCode).toBe(401);
    expect((await metrics("10.0.0.1", bearer(await stage.token("viewer")))).statusCode).toBe(200);
  });

  test("a proxy on this machine does not make everybody local", async () => {
    expect((await metrics("127.0.0.1", { "x-forwarded-for": "1.2.3.4" })).statusCode).toBe(401);
    expect((await metrics("127.0.0.1", { forwarded: "for=1.2.3.4" })).statusCode).toBe(401);
  });

  test("count requests by route, not by path, and failures by door", async () => {
    await ask(bearer(newToken()));
    await stage.app.inject({ url: "/v1/estates/a" });
    await stage.app.inject({ url: "/anything" });
    const { body, headers } = await metrics("127.0.0.1");
    expect(headers["content-type"]).toContain("text/plain");
    expect(body).toContain(
      'zhian_http_requests_total{method="GET",route="/v1/estates/:estateId",status="401"} 1',
    );
    expect(body).toContain('route="none",status="404"} 1');
    expect(body).toContain('zhian_http_auth_failures_total{door="api"} 1');
    expect(body).not.toContain("/anything");
  });
});
