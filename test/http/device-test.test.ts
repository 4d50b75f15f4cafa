import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ZhianError } from "../../src/errors.ts";
import type { DeviceTest } from "../../src/ports.ts";
import { event, NOW } from "./furniture.ts";
import { bearer, setStage, type Stage } from "./stage.ts";

let stage: Stage;
let officer: string;
const URL_OF_DOOR = "/v1/estates/a/devices/door-1/test";

beforeEach(async () => {
  stage = await setStage();
  officer = await stage.token("officer", ["a"]);
});
afterEach(() => stage.app.close());

const ask = (url: string, secret = officer) =>
  stage.app.inject({ method: "POST", url, headers: bearer(secret) });

test("the answer tells what came, instants as everywhere", async () => {
  const heard: DeviceTest["heard"] = {
    events: 2,
    ignored: { heartbeat: 3 },
    dead: { malformed: 1 },
    others: 4,
    noProof: { connection: 1 },
  };
  stage.seen.test = async () => ({
    outcome: "confirmed",
    event: event("ev-1", "a"),
    heard,
    clock: { deviceAt: NOW - 2_000, skewMs: 2_000 },
    tookMs: 1_234,
  });
  const answer = await ask(`${URL_OF_DOOR}?wait=30`);
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toMatchObject({
    outcome: "confirmed",
    event: { id: "ev-1", receivedAt: "2026-03-10T04:00:00.000Z" },
    heard,
    clock: { deviceAt: "2026-03-10T03:59:58.000Z", skewMs: 2_000 },
    tookMs: 1_234,
  });
  expect(stage.seen.tests).toMatchObject([{ estateId: "a", deviceId: "door-1", waitMs: 30_000 }]);
});

test("without a wait it is two minutes", async () => {
  expect((await ask(URL_OF_DOOR)).json()).toMatchObject({ outcome: "silent", clock: {} });
  expect(stage.seen.tests).toMatchObject([{ waitMs: 120_000 }]);
});

test.each(["0", "301", "1.5", "x", ""])("wait=%s is refused", async (wait) => {
  const answer = await ask(`${URL_OF_DOOR}?wait=${wait}`);
  expect(answer.json()).toMatchObject({ status: 400, faults: [{ field: "query.wait" }] });
  expect(stage.seen.tests).toEqual([]);
});

describe("who may", () => {
  test.each([
    ["/v1/estates/b/devices/door-1/test", "a device of another estate"],
    ["/v1/estates/a/devices/nobody/test", "one that is not there"],
    ["/v1/estates/zz/devices/door-1/test", "one of no estate"],
  ])("%s is NOT_FOUND: %s", async (url) => {
    expect((await ask(url)).statusCode).toBe(404);
    expect(stage.seen.tests).toEqual([]);
  });

  test("ids in a vendor's own words work", async () => {
    const id = "gw-a:zigbee2mqtt:前门/客厅";
    const [door] = stage.store.shelves.devices.values();
    if (!door) throw new Error("there is no device");
    stage.store.shelves.devices.set(`a/${id}`, { ...door, id });
    expect((await ask(`/v1/estates/a/devices/${encodeURIComponent(id)}/test`)).statusCode).toBe(200);
    expect(stage.seen.tests).toMatchObject([{ deviceId: id }]);
  });
});

test("too many tests are a problem with a reason", async () => {
  stage.seen.test = () => Promise.reject(new ZhianError("UNAVAILABLE", "50 tests are running"));
  const answer = await ask(URL_OF_DOOR);
  expect(answer.json()).toMatchObject({ status: 503, code: "UNAVAILABLE", detail: "50 tests are running" });
});

/** A test that waits until its signal aborts. */
function waiting() {
  const begun = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<void>();
  stage.seen.test = ({ signal }) =>
    new Promise((_resolve, reject) => {
      begun.resolve();
      signal.addEventListener("abort", () => {
        aborted.resolve();
        reject(new ZhianError("UNAVAILABLE", "the test was broken off"));
      });
    });
  return { begun: begun.promise, aborted: aborted.promise };
}

test("it ends when whoever asked is gone", async () => {
  await stage.app.listen({ host: "127.0.0.1", port: 0 });
  const { begun, aborted } = waiting();
  const { port } = stage.app.server.address() as AddressInfo;
  const asked = request({
    method: "POST",
    host: "127.0.0.1",
    port,
    path: URL_OF_DOOR,
    headers: bearer(officer),
  });
  asked.on("error", () => undefined);
  asked.end();
  await begun;
  asked.destroy();
  await expect(aborted).resolves.toBeUndefined();
});

test("it ends when the hub stops", async () => {
  const { begun } = waiting();
  const answer = ask(URL_OF_DOOR);
  await begun;
  stage.drain();
  expect((await answer).statusCode).toBe(503);
});
