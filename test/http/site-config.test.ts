/** What an installation says about devices and bindings, over the API. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { DeviceConfig, TopicBinding } from "../../src/domain/estate.ts";
import { device, NOW } from "./furniture.ts";
import { bearer, setStage, type Stage } from "./stage.ts";

let stage: Stage;
let admin: { authorization: string };

beforeEach(async () => {
  stage = await setStage();
  admin = bearer(await stage.token("admin"));
});
afterEach(() => stage.app.close());

const call = (method: "GET" | "POST" | "PATCH", url: string, payload?: object | string) =>
  stage.app.inject({
    method,
    url,
    headers: { ...admin, ...(typeof payload === "string" && { "content-type": "application/json" }) },
    ...(payload !== undefined && { payload }),
  });

/** A table of so many members. */
const table = (members: number, value: unknown = "ignore") =>
  Object.fromEntries(Array.from({ length: members }, (_, at) => [`w${at}`, value]));

const CONFIG: DeviceConfig = {
  zone: "Asia/Urumqi",
  contact: "normally-closed",
  buttonCode: "life.sos",
  inputCode: "fire.alarm",
  points: {
    "3": { inputCode: "fire.smoke", contact: "normally-open" },
    "门/1": { buttonCode: "life.medical" },
  },
  codes: { "17": "fire.smoke", 区故障: "ignore" },
};

describe("a device's configuration", () => {
  test("is given when creating, enrolling and changing, and told in every answer", async () => {
    const url = "/v1/estates/a/devices";
    const made = await call("POST", url, { id: "d9", name: "主机", kind: "panel", config: CONFIG });
    expect(made.json()).toMatchObject({ config: CONFIG });
    const enrolled = await call("POST", `${url}/new-1/enrol`, { config: CONFIG });
    expect(enrolled.json()).toMatchObject({ status: "enrolled", config: CONFIG });
    const changed = await call("PATCH", `${url}/d9`, { config: { codes: { a: "ignore" } } });
    expect(changed.json<{ config: object }>().config).toEqual({ codes: { a: "ignore" } });
    expect((await call("GET", `${url}/new-1`)).json()).toMatchObject({ config: CONFIG });
    expect(stage.store.shelves.devices.get("a/new-1")?.config).toEqual(CONFIG);
    const { items } = (await call("GET", "/v1/devices?estateId=a")).json<{ items: object[] }>();
    expect(items).toContainEqual(expect.objectContaining({ id: "new-1", config: CONFIG }));
  });

  test("may have tables of 500 members and words of 128 characters", async () => {
    const config = { codes: { ...table(499), ["x".repeat(128)]: "fire.smoke" }, points: table(500, {}) };
    expect((await call("PATCH", "/v1/estates/a/devices/door-1", { config })).statusCode).toBe(200);
  });

  test.each<[object, string]>([
    [{ codes: { a: "fire.dragon" } }, "config.codes.a"],
    [{ codes: { a: "sos.panic" } }, "config.codes.a"],
    [{ codes: { a: 7 } }, "config.codes.a"],
    [{ codes: { "": "ignore" } }, "config.codes"],
    [{ codes: { ["x".repeat(129)]: "ignore" } }, `config.codes.${"x".repeat(129)}`],
    [{ codes: { "a\u0000": "ignore" } }, "config.codes.a\u0000"],
    [{ codes: table(501) }, "config.codes"],
    [{ codes: ["fire.smoke"] }, "config.codes"],
    [{ points: table(501, {}) }, "config.points"],
    [{ points: { "1": { inputCode: "no.such" } } }, "config.points.1.inputCode"],
    [{ points: { "1": { inputCode: "ignore" } } }, "config.points.1.inputCode"],
    [{ points: { "1": { contact: "sideways" } } }, "config.points.1.contact"],
    [{ points: { "1": { zone: "UTC" } } }, "config.points.1.zone"],
    [{ inputCode: "no.such" }, "config.inputCode"],
    [{ colour: "red" }, "config.colour"],
  ])("%j is refused and changes nothing", async (config, field) => {
    const answer = await call("PATCH", "/v1/estates/a/devices/door-1", { config });
    expect(answer.json()).toMatchObject({ status: 400, faults: [{ field }] });
    expect(stage.store.shelves.devices.get("a/door-1")).toEqual(device("door-1", "a"));
    expect(stage.seen.registryChanges).toBe(0);
  });

  test("a table cannot reach a prototype", async () => {
    const body = '{"config":{"codes":{"__proto__":"ignore"}}}';
    expect((await call("PATCH", "/v1/estates/a/devices/door-1", body)).statusCode).toBe(400);
  });

  test("what an older version stored is told as it stands", async () => {
    const config = { zone: "Mars/Base", codes: { a: "gone.code" } };
    stage.store.shelves.devices.set("a/old", device("old", "a", { config }));
    expect((await call("GET", "/v1/estates/a/devices/old")).json()).toMatchObject({ config });
  });
});

test("when a device was confirmed is told and survives a change", async () => {
  await stage.store.confirmDevice("a", "door-1", NOW);
  const answer = await call("PATCH", "/v1/estates/a/devices/door-1", { name: "南门" });
  expect(answer.json()).toMatchObject({ name: "南门", confirmedAt: "2026-03-10T04:00:00.000Z" });
});

const BINDING: TopicBinding = {
  prefix: "park/cams",
  profile: "frigate",
  options: {
    codes: { "3": "fire.smoke", leer: "ignore" },
    fields: { device: "a.b.0", time: "@ts" },
    timeUnit: "seconds",
    edition: "2016",
  },
};

describe("a gateway's bindings", () => {
  test("have options, told in every answer", async () => {
    const plain = { prefix: "z", profile: "zigbee2mqtt" };
    const body = { id: "g", name: "新", estateIds: ["a"], bindings: [BINDING, plain] };
    const made = await call("POST", "/v1/gateways", body);
    expect(made.json()).toMatchObject({ gateway: { bindings: [BINDING, plain] } });
    const changed = await call("PATCH", "/v1/gateways/gw-a", { bindings: [BINDING] });
    expect(changed.json()).toMatchObject({ bindings: [BINDING] });
    expect((await call("GET", "/v1/gateways/g")).json()).toMatchObject({ bindings: [BINDING, plain] });
    expect(stage.store.shelves.gateways.get("g")?.bindings).toEqual([BINDING, plain]);
  });

  test.each<[object, string]>([
    [{ options: { codes: { a: "fire.dragon" } } }, "bindings.0.options.codes.a"],
    [{ options: { codes: table(501) } }, "bindings.0.options.codes"],
    [{ options: { fields: table(501, "a") } }, "bindings.0.options.fields"],
    [{ options: { fields: { a: "" } } }, "bindings.0.options.fields.a"],
    [{ options: { fields: { a: "x".repeat(257) } } }, "bindings.0.options.fields.a"],
    [{ options: { timeUnit: "hours" } }, "bindings.0.options.timeUnit"],
    [{ options: { edition: "" } }, "bindings.0.options.edition"],
    [{ options: { polarity: "odd" } }, "bindings.0.options.polarity"],
    [{ profile: "frigat" }, "bindings.0.profile"],
    [{ profile: "native" }, "bindings.0.profile"],
  ])("%j is refused", async (change, field) => {
    const bindings = [{ ...BINDING, ...change }];
    const made = await call("POST", "/v1/gateways", { id: "g", name: "新", estateIds: ["a"], bindings });
    expect(made.json()).toMatchObject({ status: 400, faults: [{ field }] });
    expect(stage.store.shelves.gateways.has("g")).toBe(false);
    const changed = await call("PATCH", "/v1/gateways/gw-a", { bindings });
    expect(changed.json()).toMatchObject({ status: 400, faults: [{ field }] });
    expect(stage.store.shelves.gateways.get("gw-a")?.bindings).toEqual([]);
  });

  test("a profile that is gone may stay bound, so that the others can be changed", async () => {
    const gone = { prefix: "old", profile: "discontinued" };
    const { gateways } = stage.store.shelves;
    const before = await stage.store.gateway("gw-a");
    gateways.set("gw-a", { ...before, bindings: [gone] });
    const changed = await call("PATCH", "/v1/gateways/gw-a", { bindings: [gone, BINDING] });
    expect(changed.json()).toMatchObject({ bindings: [gone, BINDING] });
    expect((await call("PATCH", "/v1/gateways/gw-b", { bindings: [gone] })).statusCode).toBe(400);
  });
});

test("the reference tells of points, codes and options", async () => {
  const document = (await stage.app.inject({ url: "/openapi.json" })).json<{
    paths: Record<string, Record<string, object>>;
  }>();
  const devices = JSON.stringify(document.paths["/v1/estates/{estateId}/devices/{deviceId}"]);
  for (const word of ["points", "codes", "inputCode", "confirmedAt"]) expect(devices).toContain(`"${word}"`);
  const gateway = JSON.stringify(document.paths["/v1/gateways/{gatewayId}"]);
  for (const word of ["options", "fields", "timeUnit", "edition"]) expect(gateway).toContain(`"${word}"`);
});
