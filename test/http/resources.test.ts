import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { device } from "./furniture.ts";
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

describe("estates", () => {
  test("are created with defaults, read, changed and deleted", async () => {
    const made = await call("POST", "/v1/estates", { id: "c", name: " 新村 ", households: 10 });
    expect(made.statusCode).toBe(201);
    expect(made.headers.location).toBe("/v1/estates/c");
    const expected = { id: "c", name: "新村", zone: "Asia/Shanghai", households: 10, simulated: false };
    expect(made.json()).toEqual(expected);
    expect((await call("GET", "/v1/estates/c")).json()).toEqual(expected);
    const dates = { installedOn: "2025-03-01", commissionedOn: "2025-03-15", buildings: 4 };
    expect((await call("PATCH", "/v1/estates/c", dates)).json()).toEqual({ ...expected, ...dates });
    const removed = await call("PATCH", "/v1/estates/c", { commissionedOn: null });
    expect(removed.json()).toEqual({ ...expected, installedOn: "2025-03-01", buildings: 4 });
    expect((await call("DELETE", "/v1/estates/c")).statusCode).toBe(204);
    expect((await call("GET", "/v1/estates/c")).statusCode).toBe(404);
    expect(stage.seen.registryChanges).toBe(4);
  });

  test("one that exists is not replaced, one in use not deleted, one that is not there not changed", async () => {
    const twice = await call("POST", "/v1/estates", { id: "a", name: "x", households: 1 });
    expect(twice.json()).toMatchObject({ status: 409, code: "CONFLICT", detail: "estate a exists already" });
    expect((await call("DELETE", "/v1/estates/a")).statusCode).toBe(409);
    expect((await call("PATCH", "/v1/estates/zz", { households: 1 })).statusCode).toBe(404);
    expect((await call("DELETE", "/v1/estates/zz")).statusCode).toBe(404);
    const contrary = await call("PATCH", "/v1/estates/a", { commissionedOn: "2024-01-01" });
    expect(contrary.json()).toMatchObject({ status: 400, faults: [{ field: "commissionedOn" }] });
    expect(stage.seen.registryChanges).toBe(0);
  });
});

describe("places", () => {
  test("form a tree", async () => {
    const url = "/v1/estates/a/places";
    await call("POST", url, { id: "b1", name: "1号楼", kind: "building" });
    const unit = await call("POST", url, { id: "u1", name: "1单元", kind: "unit", parentId: "b1" });
    expect(unit.json()).toEqual({ id: "u1", estateId: "a", name: "1单元", kind: "unit", parentId: "b1" });
    expect((await call("GET", url)).json<{ items: object[] }>().items).toHaveLength(3);
    const orphan = await call("POST", url, { id: "u2", name: "x", kind: "unit", parentId: "b9" });
    expect(orphan.json()).toMatchObject({
      status: 400,
      faults: [{ field: "parentId", reason: "there is no place b9" }],
    });
    const circle = await call("PATCH", `${url}/b1`, { parentId: "u1" });
    expect(circle.json()).toMatchObject({ status: 400, faults: [{ field: "parentId" }] });
    const free = await call("PATCH", `${url}/u1`, { parentId: null });
    expect(free.json()).toEqual({ id: "u1", estateId: "a", name: "1单元", kind: "unit" });
    expect((await call("DELETE", `${url}/u1`)).statusCode).toBe(204);
    expect((await call("DELETE", `${url}/u1`)).statusCode).toBe(404);
    expect((await call("POST", url, { id: "b1", name: "x", kind: "unit" })).statusCode).toBe(409);
    expect((await call("PATCH", `${url}/none`, { name: "x" })).statusCode).toBe(404);
    expect((await call("GET", "/v1/estates/zz/places")).statusCode).toBe(404);
  });
});

describe("gateways", () => {
  test("show their secret once, at creation and at rotation, and it is never logged", async () => {
    const body = {
      id: "gw-n",
      name: "新网关",
      estateIds: ["a", "b", "a"],
      bindings: [{ prefix: "z2m", profile: "zigbee2mqtt" }],
    };
    const made = await call("POST", "/v1/gateways", body);
    expect(made.statusCode).toBe(201);
    const { gateway, secret } = made.json<{ gateway: object; secret: string }>();
    expect(gateway).toEqual({
      ...body,
      estateIds: ["a", "b"],
      simulated: false,
      presence: "unknown",
      createdAt: "1970-01-01T00:00:00.000Z",
    });
    expect(stage.gatewaySecrets.get("gw-n")?.secret).toBe(secret);
    const rotated = await call("POST", "/v1/gateways/gw-n/secret");
    const next = rotated.json<{ secret: string }>().secret;
    expect(next).not.toBe(secret);
    for (const url of ["/v1/gateways", "/v1/gateways/gw-n"]) {
      const { body: text } = await call("GET", url);
      expect(text).not.toContain(secret);
      expect(text).not.toContain(next);
      expect(text).not.toMatch(/secret/i);
    }
    expect(stage.log()).not.toContain(secret);
    expect(stage.log()).not.toContain(next);
    expect(stage.seen.registryChanges).toBe(2);
  });

  test("are revoked, changed, and told with their presence", async () => {
    expect((await call("POST", "/v1/gateways/gw-a/revoke")).statusCode).toBe(204);
    expect(stage.seen.revoked).toEqual(["gw-a"]);
    expect((await call("GET", "/v1/gateways/gw-a")).json()).toMatchObject({
      presence: "online",
      presenceSince: "2026-03-10T04:00:00.000Z",
      revokedAt: "2026-03-10T04:00:00.000Z",
    });
    const changed = await call("PATCH", "/v1/gateways/gw-b", { estateIds: ["a"] });
    expect(changed.json()).toMatchObject({ id: "gw-b", name: "网关 b", estateIds: ["a"], bindings: [] });
    const ofB = await call("GET", "/v1/gateways?estateId=b");
    expect(ofB.json<{ items: { id: string }[] }>().items.map(({ id }) => id)).toEqual(["gw-ab"]);
  });

  test("are deleted once they are revoked, and the hot path is told", async () => {
    expect((await call("DELETE", "/v1/gateways/gw-ab")).json()).toMatchObject({ code: "CONFLICT" });
    await call("POST", "/v1/gateways/gw-ab/revoke");
    const before = stage.seen.registryChanges;
    expect((await call("DELETE", "/v1/gateways/gw-ab")).statusCode).toBe(204);
    expect(stage.seen.registryChanges).toBe(before + 1);
    expect((await call("GET", "/v1/gateways/gw-ab")).statusCode).toBe(404);
    expect((await call("DELETE", "/v1/gateways/gw-ab")).statusCode).toBe(404);
  });

  test.each([
    ["POST", "/v1/gateways", { id: "g", name: "x", estateIds: ["a", "zz"] }, 400, "estateIds.1"],
    ["POST", "/v1/gateways", { id: "g", name: "x", estateIds: [] }, 400, "estateIds"],
    [
      "POST",
      "/v1/gateways",
      { id: "g", name: "x", estateIds: ["a"], bindings: [{ prefix: "a/#", profile: "p" }] },
      400,
      "bindings.0.prefix",
    ],
    ["POST", "/v1/gateways", { id: "g", name: "x", estateIds: ["a"], secret: "mine" }, 400, "secret"],
    ["PATCH", "/v1/gateways/gw-a", { estateIds: ["zz"] }, 400, "estateIds.0"],
  ] as const)("%s %s %j is refused", async (method, url, payload, status, field) => {
    expect((await call(method, url, payload)).json()).toMatchObject({ status, faults: [{ field }] });
    expect(stage.store.shelves.gateways.has("g")).toBe(false);
  });

  test.each([
    ["POST", "/v1/gateways", { id: "gw-a", name: "x", estateIds: ["a"] }, 409],
    ["GET", "/v1/gateways/none", undefined, 404],
    ["PATCH", "/v1/gateways/none", { name: "x" }, 404],
    ["POST", "/v1/gateways/none/secret", undefined, 404],
    ["POST", "/v1/gateways/none/revoke", undefined, 404],
    ["DELETE", "/v1/gateways/none", undefined, 404],
    ["DELETE", "/v1/gateways/gw-a", undefined, 409],
  ] as const)("%s %s %j gives %s and issues no secret", async (method, url, payload, status) => {
    const before = stage.gatewaySecrets.get("gw-a")?.secret;
    expect((await call(method, url, payload)).statusCode).toBe(status);
    expect(stage.gatewaySecrets.get("gw-a")?.secret).toBe(before);
  });
});

describe("devices", () => {
  test("a pending one is enrolled with one call, with or without a body", async () => {
    const pending = await call("GET", "/v1/devices?status=pending&estateId=a");
    expect(pending.json()).toMatchObject({ items: [{ id: "new-1", status: "pending" }] });
    const plain = await call("POST", "/v1/estates/a/devices/new-1/enrol");
    expect(plain.json()).toMatchObject({
      id: "new-1",
      status: "enrolled",
      lastSeen: "2026-03-10T04:00:00.000Z",
    });
    const full = { name: "门磁", kind: "gate", placeId: "gate", config: { contact: "normally-closed" } };
    const again = await call("POST", "/v1/estates/b/devices/new-1/enrol", full);
    expect(again.json()).toMatchObject({ ...full, status: "enrolled", estateId: "b" });
    expect((await call("GET", "/v1/devices?status=pending")).json()).toEqual({ items: [] });
    expect(stage.seen.registryChanges).toBe(2);
  });

  test("ids in a vendor's own words work in paths", async () => {
    const id = "gw-a:zigbee2mqtt:前门/客厅 100%?";
    stage.store.shelves.devices.set(`a/${id}`, device(id, "a", { status: "pending" }));
    const url = `/v1/estates/a/devices/${encodeURIComponent(id)}`;
    expect((await call("GET", url)).json()).toMatchObject({ id });
    expect((await call("POST", `${url}/enrol`)).json()).toMatchObject({ id, status: "enrolled" });
    const long = `gw-a:x:${"长".repeat(240)}`;
    stage.store.shelves.devices.set(`a/${long}`, device(long, "a"));
    const found = await call("GET", `/v1/estates/a/devices/${encodeURIComponent(long)}`);
    expect(found.json()).toMatchObject({ id: long });
  });

  test("are created, changed and deleted", async () => {
    const made = await call("POST", "/v1/estates/a/devices", {
      id: "d9",
      name: "按钮",
      kind: "sensor",
      config: { buttonCode: "life.sos" },
    });
    expect(made.json()).toEqual({
      id: "d9",
      estateId: "a",
      name: "按钮",
      kind: "sensor",
      profile: "native",
      status: "enrolled",
      config: { buttonCode: "life.sos" },
      simulated: false,
    });
    await call("PATCH", "/v1/estates/a/devices/d9", { placeId: "gate", config: {} });
    const changed = await call("PATCH", "/v1/estates/a/devices/d9", { placeId: null, name: "求助" });
    expect(changed.json()).toMatchObject({ name: "求助", config: {} });
    expect(changed.json()).not.toHaveProperty("placeId");
    expect((await call("DELETE", "/v1/estates/a/devices/d9")).statusCode).toBe(204);
    expect((await call("DELETE", "/v1/estates/a/devices/d9")).statusCode).toBe(404);
    expect(
      (await call("POST", "/v1/estates/a/devices", { id: "door-1", name: "x", kind: "gate" })).statusCode,
    ).toBe(409);
    expect(
      (await call("POST", "/v1/estates/zz/devices", { id: "d", name: "x", kind: "gate" })).statusCode,
    ).toBe(404);
  });

  test.each([
    [{ placeId: "nowhere" }, "placeId"],
    [{ config: { zone: "Mars/Base" } }, "config.zone"],
    [{ config: { buttonCode: "no.such" } }, "config.buttonCode"],
    [{ status: "enrolled" }, "status"],
  ])("a change to %j is refused", async (payload, field) => {
    const answer = await call("PATCH", "/v1/estates/a/devices/door-1", payload);
    expect(answer.json()).toMatchObject({ status: 400, faults: [{ field }] });
    expect(stage.store.shelves.devices.get("a/door-1")).toEqual(device("door-1", "a"));
  });
});
