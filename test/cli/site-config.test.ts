/** What an installation says about devices and bindings, from the command line. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { device, NOW } from "../http/furniture.ts";
import { setStage, type Stage } from "../http/stage.ts";
import { createActions, type Screen, type } from "./terminal.ts";

let stage: Stage;
let url: string;
let token: string;
let directory: string;

beforeAll(async () => {
  stage = await setStage();
  await stage.app.listen({ host: "127.0.0.1", port: 0 });
  url = `http://127.0.0.1:${(stage.app.server.address() as AddressInfo).port}`;
  token = await stage.token("admin");
  directory = mkdtempSync(join(tmpdir(), "zhian-cli-"));
});
afterAll(async () => {
  rmSync(directory, { recursive: true, force: true });
  await stage.app.close();
});
beforeEach(() => {
  const { devices } = stage.store.shelves;
  devices.set("a/panel-1", device("panel-1", "a", { kind: "panel" }));
});

const run = (...args: readonly string[]): Promise<Screen> => type(createActions(url, token).actions, args);
const write = (name: string, text: string): string => {
  const file = join(directory, name);
  writeFileSync(file, text);
  return file;
};
const configOf = (key: string) => stage.store.shelves.devices.get(key)?.config;

describe("device config", () => {
  const FILE = `
points:
  3: { inputCode: fire.alarm, contact: normally-closed }
codes:
  17: fire.smoke
  18: ignore
`;
  const CONFIG = {
    points: { "3": { inputCode: "fire.alarm", contact: "normally-closed" } },
    codes: { "17": "fire.smoke", "18": "ignore" },
  };

  test("--set stores a YAML file in place of what stood there; without it, it is shown", async () => {
    const set = await run("device", "config", "panel-1", "--set", write("panel.yaml", FILE));
    expect(set).toMatchObject({ code: 0, err: expect.stringContaining("from its next message on") });
    expect(configOf("a/panel-1")).toEqual(CONFIG);
    const shown = await run("device", "config", "panel-1", "--estate", "a");
    expect(shown).toMatchObject({ code: 0, out: set.out, err: "" });
    expect(shown.out).toContain("inputCode: fire.alarm");
    expect(JSON.parse((await run("device", "config", "panel-1", "--json")).out)).toEqual(CONFIG);
    expect((await run("device", "config", "panel-1", "--set", "{}")).code).toBe(0);
    expect(configOf("a/panel-1")).toEqual({});
  });

  test("JSON may stand on the command line", async () => {
    expect((await run("device", "config", "panel-1", "--set", '{"inputCode":"life.sos"}')).code).toBe(0);
    expect(configOf("a/panel-1")).toEqual({ inputCode: "life.sos" });
  });

  test("enrol takes the same", async () => {
    const args = ["device", "enrol", "a", "new-1", "--kind", "panel", "--set"];
    expect((await run(...args, write("panel.yaml", FILE))).code).toBe(0);
    expect(stage.store.shelves.devices.get("a/new-1")).toMatchObject({ status: "enrolled", config: CONFIG });
  });

  test("an id that two estates have needs the estate", async () => {
    const refused = await run("device", "config", "door-1");
    expect(refused).toMatchObject({ code: 1, out: "" });
    expect(refused.err).toContain("say --estate a or b");
    expect((await run("device", "config", "door-1", "--estate", "b")).code).toBe(0);
  });

  test.each([
    [["nobody"], "`zhian device list` shows those that were heard of"],
    [["nobody", "--estate", "a"], "there is no device nobody"],
    [["panel-1", "--set", '{"inputCode":"no.such"}'], "config.inputCode: is not a code of the taxonomy"],
    [["panel-1", "--set", '{"codes":{"a":"no.such"}}'], "config.codes.a: must be a code of the taxonomy"],
    [["panel-1", "--set", "none.yaml"], "none.yaml cannot be read"],
    [["panel-1", "--set", "{a"], "the settings cannot be understood"],
  ])("%j is refused and changes nothing", async (args, message) => {
    const { code, out, err } = await run("device", "config", ...args);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain(message);
    expect(configOf("a/panel-1")).toEqual({});
  });

  test("a file that holds no settings, or too many", async () => {
    const list = await run("device", "config", "panel-1", "--set", write("list.yaml", "- 1\n"));
    expect(list.err).toContain("must hold names and values");
    const large = await run(
      "device",
      "config",
      "panel-1",
      "--set",
      write("large.yaml", "a: 1\n".repeat(1 << 18)),
    );
    expect(large.err).toContain("it has more than");
    expect(configOf("a/panel-1")).toEqual({});
  });
});

test("device list tells when a device was confirmed", async () => {
  await stage.store.confirmDevice("a", "panel-1", NOW);
  const { out } = await run("device", "list", "--estate", "a");
  expect(out.split("\n")[0]).toMatch(/LASTSEEN +CONFIRMEDAT$/);
  expect(out).toMatch(/panel-1 .* 2026-03-10T04:00:00.000Z$/m);
});

test("device bad-actors lists who chatters, or says that nobody does", async () => {
  expect((await run("device", "bad-actors")).out).toBe("No device chattered in the last 30 days.");
  const [known] = stage.store.shelves.incidents.values();
  if (!known) throw new Error("the stage has no incident");
  const incident = { ...known.incident, openedAt: NOW, chattering: true };
  stage.store.shelves.incidents.set(incident.id, { ...known, incident });
  const { out } = await run("device", "bad-actors", "--estate", incident.estateId);
  expect(out.split("\n")[0]).toMatch(/ESTATEID +DEVICEID +INCIDENTS +LASTAT/);
  expect(out).toContain(incident.deviceId);
});

describe("gateway bind and unbind", () => {
  const bindings = () => stage.store.shelves.gateways.get("gw-ab")?.bindings;

  test("add, replace and take back one binding, and leave the others alone", async () => {
    const options = write(
      "park.yaml",
      "codes: { 17: fire.smoke }\nfields: { device: a.b }\ntimeUnit: seconds\n",
    );
    const bound = await run("gateway", "bind", "gw-ab", "park/cams", "frigate", "--options", options);
    expect(bound).toMatchObject({
      code: 0,
      out: "What gw-ab sends below park/cams/ is read by frigate.",
    });
    const z2m = { prefix: "z2m", profile: "zigbee2mqtt" };
    expect(bindings()).toEqual([
      z2m,
      {
        prefix: "park/cams",
        profile: "frigate",
        options: { codes: { "17": "fire.smoke" }, fields: { device: "a.b" }, timeUnit: "seconds" },
      },
    ]);
    expect((await run("gateway", "bind", "gw-ab", "park/cams", "zigbee2mqtt")).code).toBe(0);
    expect(bindings()).toEqual([z2m, { prefix: "park/cams", profile: "zigbee2mqtt" }]);
    expect((await run("gateway", "unbind", "gw-ab", "park/cams")).out).toBe(
      "park/cams/ of gw-ab is bound no more.",
    );
    expect(bindings()).toEqual([z2m]);
  });

  test.each([
    [["bind", "gw-ab", "a", "frigat"], "there is no profile frigat"],
    [["bind", "gw-ab", "a/#", "frigate"], "must be topic segments without + and #"],
    [["bind", "nobody", "a", "frigate"], "there is no gateway nobody"],
    [["bind", "gw-ab", "a", "frigate", "--options", '{"foo":1}'], "there is no such field"],
    [["unbind", "gw-ab", "frigate"], "gw-ab has no binding of that prefix; it has z2m"],
  ])("%j is refused and changes nothing", async (args, message) => {
    const { code, out, err } = await run("gateway", ...args);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain(message);
    expect(bindings()).toEqual([{ prefix: "z2m", profile: "zigbee2mqtt" }]);
  });
});
