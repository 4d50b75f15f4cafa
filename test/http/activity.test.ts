import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ZhianError } from "../../src/errors.ts";
import { event, incident, letter, NOW } from "./furniture.ts";
import { bearer, setStage, type Stage } from "./stage.ts";

let stage: Stage;
let headers: { authorization: string };
beforeEach(async () => {
  stage = await setStage();
  headers = bearer(await stage.token("admin", [], "值班长"));
});
afterEach(() => stage.app.close());

type Method = "GET" | "POST" | "PATCH" | "DELETE";

async function call(method: Method, url: string, payload?: object) {
  return stage.app.inject({ method, url, headers, ...(payload && { payload }) });
}

describe("events", () => {
  test("come as they are, instants as text, filtered", async () => {
    stage.store.shelves.events.push(
      event("ev-2", "a", { code: "fire.smoke", occurredAt: NOW - 60_000, value: true }),
    );
    const one = await call("GET", "/v1/events/ev-2");
    expect(one.json()).toEqual({
      ...event("ev-2", "a"),
      code: "fire.smoke",
      value: true,
      occurredAt: "2026-03-10T03:59:00.000Z",
      receivedAt: "2026-03-10T04:00:00.000Z",
    });
    const ids = async (query: string): Promise<string[]> =>
      (await call("GET", `/v1/events?${query}`))
        .json<{ items: { id: string }[] }>()
        .items.map(({ id }) => id);
    expect(await ids("code=fire.smoke")).toEqual(["ev-2"]);
    expect(await ids("estateId=b")).toEqual(["ev-b"]);
    expect(await ids("deviceId=other")).toEqual([]);
    expect(await ids("to=2026-03-10T11:59:30%2B08:00")).toEqual(["ev-2"]);
    expect(await ids("from=2026-03-10T03:59:30Z&estateId=a")).toEqual(["ev-a"]);
    expect((await call("GET", "/v1/events/none")).statusCode).toBe(404);
  });
});

describe("listings", () => {
  test("are paged with a cursor", async () => {
    stage.store.shelves.events.length = 0;
    for (let i = 0; i < 7; i++) stage.store.shelves.events.push(event(`e${i}`, "a"));
    const ids: string[] = [];
    let next: string | undefined = "";
    let pages = 0;
    while (next !== undefined) {
      const answer = await call("GET", `/v1/events?limit=3${next === "" ? "" : `&after=${next}`}`);
      const page: { items: { id: string }[]; next?: string } = answer.json();
      expect(page.items.length).toBeLessThanOrEqual(3);
      ids.push(...page.items.map(({ id }) => id));
      ({ next } = page);
      pages++;
    }
    expect(pages).toBe(3);
    expect(ids).toEqual(["e0", "e1", "e2", "e3", "e4", "e5", "e6"]);
    expect((await call("GET", "/v1/events?after=rubbish")).statusCode).toBe(400);
  });

  test.each(["/v1/estates", "/v1/gateways", "/v1/devices", "/v1/incidents", "/v1/dead-letters", "/v1/cases"])(
    "%s has a next page",
    async (url) => {
      const first = await call("GET", `${url}?limit=1`);
      const { items, next } = first.json<{ items: object[]; next?: string }>();
      expect(items).toHaveLength(1);
      const second = await call("GET", `${url}?limit=500&after=${next}`);
      expect(second.json<{ items: object[]; next?: string }>().items).not.toContainEqual(items[0]);
      expect(second.json()).not.toHaveProperty("next");
    },
  );
});

describe("incidents", () => {
  test("are acknowledged and closed by name, with reason, into the history", async () => {
    const acknowledged = await call("POST", "/v1/incidents/in-a/acknowledge", { note: "派人查看" });
    expect(acknowledged.json()).toMatchObject({
      status: "acknowledged",
      acknowledgedAt: "2026-03-10T04:00:00.000Z",
    });
    const closed = await call("POST", "/v1/incidents/in-a/close", { reason: "confirmed" });
    expect(closed.json()).toMatchObject({ status: "closed", closeReason: "confirmed" });
    const detail = await call("GET", "/v1/incidents/in-a");
    const { history } = detail.json<{ history: object[] }>();
    expect(history).toEqual([
      {
        incidentId: "in-a",
        kind: "opened",
        at: "2026-03-10T04:00:00.000Z",
        by: "rule:forced-open",
        eventId: "ev-a",
      },
      {
        incidentId: "in-a",
        kind: "acknowledged",
        at: "2026-03-10T04:00:00.000Z",
        by: "值班长",
        note: "派人查看",
      },
      { incidentId: "in-a", kind: "closed", at: "2026-03-10T04:00:00.000Z", by: "值班长" },
    ]);
    expect((await call("POST", "/v1/incidents/in-a/close", { reason: "test" })).statusCode).toBe(409);
    expect((await call("POST", "/v1/incidents/none/close", { reason: "test" })).statusCode).toBe(404);
  });

  test("are verified by name, and found by how sure they are", async () => {
    const ids = async (query: string): Promise<string[]> =>
      (await call("GET", `/v1/incidents?${query}`))
        .json<{ items: { id: string }[] }>()
        .items.map(({ id }) => id);
    expect(await ids("minVerification=3")).toEqual([]);
    const verified = await call("POST", "/v1/incidents/in-a/verify", { verification: 4, note: "有人受伤" });
    expect(verified.json()).toMatchObject({ status: "open", verification: 4 });
    expect(await ids("minVerification=3")).toEqual(["in-a"]);
    const detail = await call("GET", "/v1/incidents/in-a");
    expect(detail.json<{ history: object[] }>().history.at(-1)).toEqual({
      incidentId: "in-a",
      kind: "verified",
      at: "2026-03-10T04:00:00.000Z",
      by: "值班长",
      note: "有人受伤",
    });
    expect((await call("POST", "/v1/incidents/in-a/verify", { verification: 3 })).statusCode).toBe(409);
    expect((await call("GET", "/v1/incidents?minVerification=5")).json()).toMatchObject({
      status: 400,
      faults: [{ field: "query.minVerification" }],
    });
  });

  test.each([
    [undefined, "verification"],
    [{ verification: 2 }, "verification"],
    [{ verification: "3" }, "verification"],
    [{ verification: 3, by: "somebody else" }, "by"],
  ])("are not verified with %j", async (payload, field) => {
    const answer = await call("POST", "/v1/incidents/in-a/verify", payload);
    expect(answer.json()).toMatchObject({ status: 400, faults: [{ field }] });
    expect(stage.store.shelves.incidents.get("in-a")?.incident.verification).toBe(0);
  });

  test.each([
    [undefined, "reason"],
    [{}, "reason"],
    [{ reason: "" }, "reason"],
    [{ reason: "bored" }, "reason"],
    [{ reason: "other", note: " " }, "note"],
    [{ reason: "other", by: "somebody else" }, "by"],
  ])("are not closed with %j", async (payload, field) => {
    const answer = await call("POST", "/v1/incidents/in-a/close", payload);
    expect(answer.json()).toMatchObject({ status: 400, faults: [{ field }] });
    expect(stage.store.shelves.incidents.get("in-a")?.incident.status).toBe("open");
  });

  test("are filtered", async () => {
    stage.store.shelves.incidents.set("in-2", {
      incident: incident("in-2", "a", {
        status: "closed",
        severity: "P1",
        type: "fire.smoke",
        closeReason: "test",
        closedAt: NOW,
      }),
      history: [],
    });
    const ids = async (query: string): Promise<string[]> =>
      (await call("GET", `/v1/incidents?${query}`))
        .json<{ items: { id: string }[] }>()
        .items.map(({ id }) => id);
    expect(await ids("status=closed")).toEqual(["in-2"]);
    expect(await ids("severity=P2&estateId=a")).toEqual(["in-a"]);
    expect(await ids("type=fire.smoke")).toEqual(["in-2"]);
  });
});

describe("dead letters", () => {
  test("show their content to admins, one at a time", async () => {
    const list = await call("GET", "/v1/dead-letters");
    expect(list.json<{ items: object[] }>().items[0]).toEqual({
      id: "dl-a",
      receivedAt: "2026-03-10T04:00:00.000Z",
      estateId: "a",
      gatewayId: "gw-a",
      transport: "mqtt",
      path: "zigbee2mqtt/front",
      reason: "malformed",
      count: 1,
      lastAt: "2026-03-10T04:00:00.000Z",
    });
    expect(list.body).not.toContain("张三");
    expect((await call("GET", "/v1/dead-letters/dl-a")).json()).toMatchObject({
      detail: "Unexpected token in JSON: 张三",
      payload: Buffer.from("{张三").toString("base64"),
    });
  });

  test("one is replayed", async () => {
    const answer = await call("POST", "/v1/dead-letters/dl-a/replay");
    expect(answer.json()).toEqual({ outcome: "events", events: 2 });
    expect(stage.seen.replayed).toEqual(["dl-a"]);
    expect((await call("POST", "/v1/dead-letters/none/replay")).statusCode).toBe(404);
    expect(stage.seen.replayed).toHaveLength(1);
  });

  test("all that wait are replayed page by page; one that fails keeps no other", async () => {
    for (let i = 0; i < 4; i++) stage.store.shelves.letters.set(`x${i}`, letter(`x${i}`, "a"));
    await stage.store.markReplayed("x0", NOW, "events");
    stage.seen.replay = async (id) => {
      if (id === "x1") throw new ZhianError("CONFLICT", "the gateway is gone");
      return id === "x2"
        ? { outcome: "dead", events: 0, reason: "schema" }
        : { outcome: "events", events: 2 };
    };
    const first = await call("POST", "/v1/dead-letters/replay?limit=3&estateId=a");
    expect(first.json()).toEqual({
      replayed: 2,
      events: 2,
      outcomes: { events: 1, ignored: 0, dead: 1 },
      failed: [{ id: "x1", reason: "the gateway is gone" }],
      next: "c3",
    });
    const second = await call("POST", "/v1/dead-letters/replay?limit=3&estateId=a&after=c3");
    expect(second.json()).toEqual({
      replayed: 1,
      events: 2,
      outcomes: { events: 1, ignored: 0, dead: 0 },
      failed: [],
    });
    expect(stage.seen.replayed).toEqual(["dl-a", "x1", "x2", "x3"]);
    expect((await call("GET", "/v1/dead-letters?pendingOnly=true")).body).not.toContain('"x0"');
  });
});

test("the rules in force", async () => {
  expect((await call("GET", "/v1/rules")).json()).toEqual({ items: stage.store.shelves.rules });
});
