import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { DeviceTest, HeardOfDevice } from "../../src/ports.ts";
import { device, event } from "../http/furniture.ts";
import { setStage, type Stage } from "../http/stage.ts";
import { createActions, type Screen, type } from "./terminal.ts";

let stage: Stage;
let url: string;
let token: string;

beforeAll(async () => {
  stage = await setStage();
  await stage.app.listen({ host: "127.0.0.1", port: 0 });
  url = `http://127.0.0.1:${(stage.app.server.address() as AddressInfo).port}`;
  token = await stage.token("admin");
  const { devices } = stage.store.shelves;
  devices.set("a/cam-1", device("cam-1", "a", { kind: "camera" }));
  const { gatewayId: _none, ...lone } = device("lone", "a");
  devices.set("a/lone", lone);
});
afterAll(() => stage.app.close());
beforeEach(() => stage.seen.tests.splice(0));

const NOTHING: HeardOfDevice = { events: 0, ignored: {}, dead: {}, others: 0, noProof: {} };

/** Runs the command on an answer that is given. */
function run(
  outcome: DeviceTest["outcome"],
  heard: Partial<HeardOfDevice>,
  args: readonly string[] = ["cam-1"],
  more: Partial<DeviceTest> = {},
): Promise<Screen> {
  stage.seen.test = async () => ({
    outcome,
    heard: { ...NOTHING, ...heard },
    clock: {},
    tookMs: 3_210,
    ...more,
  });
  return type(createActions(url, token).actions, ["device", "test", ...args]);
}

const CAMERAS = "Cameras often send nothing until they are told to";

describe("confirmed", () => {
  const proof = { event: event("ev-1", "a"), clock: { deviceAt: 0, skewMs: 5_000 } };

  test("is exit code 0, says what proved it and how long it took", async () => {
    const screen = await run("confirmed", { events: 1 }, ["cam-1", "--wait", "30"], proof);
    expect(screen).toEqual({
      code: 0,
      out: "Confirmed: access.forced_open (raise) of cam-1 is stored, 3.2 s after the test began.",
      err: expect.stringMatching(/^Trigger cam-1 now.*Waiting up to 30 s …$/),
    });
    expect(stage.seen.tests).toMatchObject([{ estateId: "a", deviceId: "cam-1", waitMs: 30_000 }]);
  });

  test("--json prints the answer alone", async () => {
    const { out } = await run("confirmed", { events: 1 }, ["door-1", "--estate", "b", "--json"], proof);
    expect(JSON.parse(out)).toMatchObject({ outcome: "confirmed", event: { id: "ev-1" }, tookMs: 3_210 });
    expect(stage.seen.tests).toMatchObject([{ estateId: "b", deviceId: "door-1", waitMs: 120_000 }]);
  });

  test.each([
    [{}, "It tells no time of its own"],
    [{ deviceAt: 0, skewMs: 180_000 }, "Its clock is about 3 min behind the hub's (校时)"],
    [{ deviceAt: 0, skewMs: -28_800_000 }, "Its clock is about 480 min ahead of the hub's"],
  ])("with the clock %j", async (clock, says) => {
    expect((await run("confirmed", { events: 1 }, ["cam-1"], { ...proof, clock })).out).toContain(says);
  });
});

describe("not confirmed is exit code 1, and says what to look at", () => {
  test.each<[DeviceTest["outcome"], Partial<HeardOfDevice>, readonly string[]]>([
    [
      "silent",
      {},
      ["Nothing was heard of cam-1 in 120 s.", "Nor anything else of its gateway gw-a", CAMERAS],
    ],
    ["silent", { others: 7 }, ["Its gateway sent 7 other messages", CAMERAS]],
    [
      "ignored",
      { ignored: { heartbeat: 3, not_armed: 1 } },
      ["heartbeat ×3, not_armed ×1", "The line works", "arm it (布防)", CAMERAS],
    ],
    ["ignored", { ignored: { no_code: 1 } }, ["`zhian device config --set`"]],
    ["ignored", { ignored: { heartbeat: 1 }, dead: { schema: 2 } }, ["heartbeat ×1", "schema ×2"]],
    [
      "unchanged",
      { events: 3, noProof: { connection: 1, initial: 1 } },
      [
        "cam-1 was heard 3 times",
        "1 × only about its connection.",
        "1 × its present state, told when it connected, not news.",
        "1 × a state the hub knew already",
      ],
    ],
    ["unchanged", { events: 1, noProof: { simulated: 1 } }, ["cam-1 was heard once", "made by a simulator"]],
    [
      "dead",
      { dead: { malformed: 2, no_profile: 1 } },
      ["malformed ×2, no_profile ×1", "`zhian dead-letters list --estate a`", "`zhian gateway bind`"],
    ],
  ])("%s %j", async (outcome, heard, says) => {
    const { code, out, err } = await run(outcome, heard);
    expect(code).toBe(1);
    for (const words of says) expect(out).toContain(words);
    expect(err).toContain("error: the device is not confirmed");
    expect(stage.store.shelves.devices.get("a/cam-1")).not.toHaveProperty("confirmedAt");
  });

  test("what is said of cameras is not said of others, nor where messages cannot be read", async () => {
    expect((await run("silent", {}, ["new-1", "--estate", "a"])).out).not.toContain(CAMERAS);
    expect((await run("dead", { dead: { schema: 1 } })).out).not.toContain(CAMERAS);
  });

  test("only what repeats says so, and nothing of others", async () => {
    const { out } = await run("unchanged", { events: 1, noProof: { replayed: 1 } }, ["lone"]);
    expect(out).toContain("an old event out of its memory");
    expect(out).not.toContain("knew already");
  });

  test("a device without a gateway that stays silent may have another id", async () => {
    expect((await run("silent", {}, ["lone"])).out).toContain("`zhian device list --status pending`");
  });
});

test("Ctrl-C ends the waiting, here and in the hub", async () => {
  const end = new AbortController();
  const ended = Promise.withResolvers<void>();
  stage.seen.test = ({ signal }) => {
    signal.addEventListener("abort", () => ended.resolve());
    end.abort();
    return new Promise<DeviceTest>(() => undefined);
  };
  const args = ["device", "test", "cam-1"];
  const screen = await type(createActions(url, token).actions, args, end.signal);
  expect(screen).toMatchObject({ code: 1, out: "", err: expect.stringContaining("error: broken off") });
  await expect(ended.promise).resolves.toBeUndefined();
});

test.each([
  [["nobody"], 1, "there is no device nobody"],
  [["door-1"], 1, "say --estate a or b"],
  [["cam-1", "--wait", "0"], 2, "whole number from 1 to 290"],
  [["cam-1", "--wait", "291"], 2, "whole number from 1 to 290"],
] as const)("%j waits for nothing", async (args, code, message) => {
  const screen = await run("silent", {}, args);
  expect(screen).toMatchObject({ code, out: "" });
  expect(screen.err).toContain(message);
  expect(stage.seen.tests).toEqual([]);
});
