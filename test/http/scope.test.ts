import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bearer, setStage, type Stage } from "./stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.app.close());

/** Everything of estate b that an officer or viewer of estate a could ask for, and its twin that does not exist. */
const SINGLE = [
  ["GET", "/v1/estates/b", "/v1/estates/zz"],
  ["GET", "/v1/estates/b/places", "/v1/estates/zz/places"],
  ["GET", "/v1/gateways/gw-b", "/v1/gateways/zz"],
  ["GET", "/v1/estates/b/devices/door-1", "/v1/estates/b/devices/zz"],
  ["GET", "/v1/events/ev-b", "/v1/events/zz"],
  ["GET", "/v1/incidents/in-b", "/v1/incidents/zz"],
  ["POST", "/v1/incidents/in-b/acknowledge", "/v1/incidents/zz/acknowledge"],
  [
    "GET",
    "/v1/estates/b/incident-rates?category=fraud&unit=call&from=2025-01-01&to=2025-02-01",
    "/v1/estates/zz/incident-rates?category=fraud&unit=call&from=2025-01-01&to=2025-02-01",
  ],
  [
    "GET",
    "/v1/estates/b/rate-comparison?category=fraud&unit=call",
    "/v1/estates/zz/rate-comparison?category=fraud&unit=call",
  ],
] as const;

const LISTINGS = ["estates", "gateways", "devices", "events", "incidents", "dead-letters", "cases"] as const;

describe.each(["officer", "viewer"] as const)("a %s of estate a", (role) => {
  test.each(SINGLE)("%s %s cannot be told from %s", async (method, foreign, missing) => {
    const headers = bearer(
      await stage.token(role === "viewer" && method === "POST" ? "officer" : role, ["a"]),
    );
    const [there, nowhere] = await Promise.all(
      [foreign, missing].map((url) => stage.app.inject({ method, url, headers })),
    );
    expect(there?.statusCode).toBe(404);
    expect(nowhere?.statusCode).toBe(404);
    const blank = (text = ""): string =>
      text.replaceAll(/(gw-|ev-|in-)?\b(b|zz|door-1)\b/g, "X").replaceAll(/"requestId":"[^"]+"/g, "");
    expect(blank(there?.body)).toBe(blank(nowhere?.body));
  });

  test.each(LISTINGS)("%s holds nothing of estate b", async (listing) => {
    const headers = bearer(await stage.token(role, ["a"]));
    const all = await stage.app.inject({ url: `/v1/${listing}?limit=500`, headers });
    expect(all.statusCode).toBe(200);
    expect(all.json<{ items: object[] }>().items.length).toBeGreaterThan(0);
    expect(all.body).not.toMatch(/"(b|gw-b|ev-b|in-b|dl-b|c-b)"/);
    if (listing === "estates") return;
    for (const estateId of ["b", "zz"]) {
      const asked = await stage.app.inject({ url: `/v1/${listing}?estateId=${estateId}`, headers });
      expect(asked.json()).toEqual({ items: [] });
    }
  });

  test("sees of a gateway for several estates only its own", async () => {
    const headers = bearer(await stage.token(role, ["a"]));
    const one = await stage.app.inject({ url: "/v1/gateways/gw-ab", headers });
    expect(one.json()).toMatchObject({ id: "gw-ab", estateIds: ["a"] });
    const list = await stage.app.inject({ url: "/v1/gateways", headers });
    expect(list.json<{ items: object[] }>().items).toMatchObject([
      { estateIds: ["a"] },
      { id: "gw-ab", estateIds: ["a"] },
    ]);
  });
});

test("a foreign incident stays untouched", async () => {
  const headers = bearer(await stage.token("officer", ["a"]));
  const url = "/v1/incidents/in-b/close";
  const answer = await stage.app.inject({ method: "POST", url, headers, payload: { reason: "test" } });
  expect(answer.statusCode).toBe(404);
  expect(stage.store.shelves.incidents.get("in-b")).toMatchObject({
    incident: { status: "open" },
    history: [{}],
  });
});

test("positive control: a viewer of the city sees both estates", async () => {
  const headers = bearer(await stage.token("viewer"));
  for (const listing of LISTINGS) {
    const { body } = await stage.app.inject({ url: `/v1/${listing}`, headers });
    expect(body).toMatch(/"(b|gw-b|ev-b|in-b|dl-b|c-b)"/);
  }
  expect((await stage.app.inject({ url: "/v1/events/ev-b", headers })).statusCode).toBe(200);
});
