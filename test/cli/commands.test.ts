import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CALLS } from "../../src/cli/calls.ts";
import { event } from "../http/furniture.ts";
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

const run = (...args: readonly string[]): Promise<Screen> => type(createActions(url, token).actions, args);
const write = (name: string, text: string | Uint8Array): string => {
  const file = join(directory, name);
  writeFileSync(file, text);
  return file;
};

test("every call of the table is an operation of the hub", async () => {
  const document = (await stage.app.inject({ url: "/openapi.json" })).json<{
    paths: Record<string, Record<string, unknown>>;
  }>();
  const missing = Object.values(CALLS).filter(
    ({ method, path }) => document.paths[path]?.[method.toLowerCase()] === undefined,
  );
  const names = missing.map(({ method, path }) => `${method} ${path}`);
  expect(names).toEqual([]);
});

describe("gateways and tokens", () => {
  test("add prints the secret alone, so that a script can take it", async () => {
    const { code, out, err } = await run(
      "gateway",
      "add",
      "gw-9",
      "--estate",
      "a",
      "b",
      "--binding",
      "z=zigbee2mqtt",
    );
    expect(code).toBe(0);
    expect(out).toMatch(/^issued-gw-9-\S+$/);
    expect(err).toContain("not shown again");
    expect(err).not.toContain(out);
    expect(stage.store.shelves.gateways.get("gw-9")).toMatchObject({
      name: "gw-9",
      estateIds: ["a", "b"],
      bindings: [{ prefix: "z", profile: "zigbee2mqtt" }],
    });
    expect((await run("gateway", "rotate", "gw-9")).out).not.toBe(out);
    expect((await run("gateway", "revoke", "gw-9")).out).toBe("gw-9 is revoked.");
    expect(stage.seen.revoked).toContain("gw-9");
    expect((await run("gateway", "remove", "gw-9")).out).toBe("gw-9 is removed.");
    expect(stage.store.shelves.gateways.has("gw-9")).toBe(false);
    const refused = await run("gateway", "remove", "gw-a");
    expect([refused.code, refused.out]).toEqual([1, ""]);
    expect(refused.err).toContain("not revoked");
  });

  test("list, as a table and as JSON, by estate", async () => {
    const { out } = await run("gateway", "list");
    expect(out.split("\n")[0]).toMatch(/^ID +NAME +ESTATEIDS +PRESENCE/);
    expect(out).toMatch(/^gw-ab +平台 +a, b +unknown/m);
    const json = JSON.parse((await run("gateway", "list", "--estate", "a", "--json")).out) as {
      id: string;
    }[];
    expect(json.map(({ id }) => id)).toEqual(expect.arrayContaining(["gw-a", "gw-ab"]));
    expect(json.map(({ id }) => id)).not.toContain("gw-b");
  });

  test("tokens", async () => {
    const { out } = await run("token", "add", "片警 王", "--role", "officer", "--estate", "a");
    expect(out).toMatch(/^\S{20,}$/);
    const listed = JSON.parse((await run("token", "list", "--json")).out) as { id: string; name: string }[];
    const made = listed.find(({ name }) => name === "片警 王");
    expect(JSON.stringify(listed)).not.toContain(out);
    expect((await run("token", "revoke", made?.id ?? "")).code).toBe(0);
    expect((await run("token", "list")).out).toContain("片警 王");
  });

  test("a refusal names the fields", async () => {
    const { code, err, out } = await run("gateway", "add", "no spaces", "--estate", "a");
    expect(code).toBe(1);
    expect(out).toBe("");
    expect(err).toMatch(/error: the request is not valid\n {2}id: must be/);
  });
});

test("households of an estate: shown, changed from a day on, taken back", async () => {
  expect((await run("estate", "households", "a")).out).toMatch(/^always +1000$/m);
  const put = await run("estate", "households", "a", "--from", "2026-02-01", "--households", "900");
  expect([put.code, put.out]).toEqual([0, expect.stringMatching(/^before +1000\n2026-02-01 +900$/m)]);
  const half = await run("estate", "households", "a", "--from", "2026-02-01");
  expect([half.code, half.err]).toEqual([2, expect.stringContaining("belong together")]);
  const bad = await run("estate", "households", "a", "--from", "2026-02-30", "--households", "900");
  expect([bad.code, bad.err]).toEqual([1, expect.stringContaining("day")]);
  const removed = await run("estate", "households", "a", "--remove", "2026-02-01", "--json");
  expect(JSON.parse(removed.out)).toEqual({ households: 1000, changes: [] });
});

test("estates and devices", async () => {
  expect((await run("estate", "list")).out).toMatch(/^a +幸福里 +1000 +2025-01-01/m);
  const pending = await run("device", "list", "--status", "pending", "--estate", "a");
  expect(pending.out).toContain("new-1");
  expect(pending.out).not.toContain("door-1");
  const enrolled = await run(
    "device",
    "enrol",
    "a",
    "new-1",
    "--name",
    "南门",
    "--kind",
    "gate",
    "--place",
    "gate",
  );
  expect(enrolled.out).toBe("南门 (new-1) is enrolled.");
  expect(stage.store.shelves.devices.get("a/new-1")).toMatchObject({ status: "enrolled", kind: "gate" });
  expect((await run("device", "list", "--status", "pending", "--estate", "a")).out).toBe(
    "There are no such devices.",
  );
});

test("a listing goes through all pages up to its limit, and says that there is more", async () => {
  const one = await run("device", "list", "--limit", "1");
  expect(one.out.split("\n")).toHaveLength(2);
  expect(one.err).toContain("only the first 1 are shown");
  expect((await run("device", "list")).err).toBe("");
});

test("incidents: list, show, ack, verify, close", async () => {
  expect((await run("incidents", "list", "--estate", "a", "--severity", "P2")).out).toContain("in-a");
  expect((await run("incidents", "list", "--severity", "P1")).out).toBe("There are no such incidents.");
  const shown = await run("incidents", "show", "in-a");
  expect(shown.out).toContain("access.forced_open");
  expect(shown.out).toContain("rule:forced-open");
  const json = JSON.parse((await run("incidents", "show", "in-a", "--json")).out) as object;
  expect(Object.keys(json)).toEqual(["incident", "history"]);
  expect((await run("incidents", "ack", "in-a", "--note", "on my way")).code).toBe(0);
  const sure = ["incidents", "list", "--min-verification", "3"] as const;
  expect((await run(...sure)).out).toBe("There are no such incidents.");
  expect((await run("incidents", "verify", "in-a", "--level", "3", "--note", "video")).out).toContain(
    "verified at level 3",
  );
  expect((await run(...sure)).out).toContain("in-a");
  expect((await run("incidents", "verify", "in-a", "--level", "3")).code).toBe(1);
  expect((await run("incidents", "close", "in-a", "--reason", "false_alarm")).out).toContain("is closed");
  expect(await run("incidents", "show", "nowhere")).toMatchObject({ code: 1, out: "" });
});

test.each([
  ["list", "--severity", "P2"],
  ["ack", "in-b", "--note", "on my way"],
  ["verify", "in-b", "--level", "3", "--note", "video"],
  ["close", "in-b", "--reason", "duplicate", "--note", "see in-a"],
])("what every command takes is not asked of the hub: incidents %s", async (...line) => {
  const { code, out, err } = await run("incidents", ...line, "--json");
  expect([code, err]).toEqual([0, ""]);
  expect(JSON.parse(out)).toBeTruthy();
});

test("rules in force, as a table and as JSON", async () => {
  const { code, out } = await run("rules", "list");
  expect(code).toBe(0);
  expect(out.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
    ["ID", "VERSION", "INCIDENT", "SEVERITY", "TITLE.ZH", "TITLE.EN", "FILE"],
    ["forced-open", "1", "access.forced_open", "P2", "强行开门", "Door forced open", "access.yaml"],
  ]);
  expect(JSON.parse((await run("rules", "list", "--json")).out)).toEqual(stage.store.shelves.rules);
});

test("dead letters: list, replay one, replay all", async () => {
  const listed = await run("dead-letters", "list", "--pending");
  expect(listed.out).toContain("dl-a");
  expect(listed.out).not.toContain("张三");
  expect((await run("dead-letters", "replay", "dl-a")).out).toBe("dl-a: events, 2 events.");
  stage.seen.replay = () => Promise.resolve({ outcome: "dead", events: 0, reason: "malformed" });
  expect(await run("dead-letters", "replay", "dl-b")).toMatchObject({
    code: 1,
    out: expect.stringContaining("malformed"),
  });
  const all = await run("dead-letters", "replay", "--all");
  expect(all).toMatchObject({ code: 1, err: "error: not all could be decoded" });
  expect(all.out).toMatch(/\d+ still cannot be decoded/);
});

describe("imports", () => {
  test("cases: the file goes as it is, with what was said about it", async () => {
    const bytes = Uint8Array.from([0xb0, 0xb8, 0xbc, 0xfe]);
    const { code, out } = await run(
      ..."import cases --unit call --estate a --source 110 --encoding gb18030 --simulated --skip-refused".split(
        " ",
      ),
      write("gb.csv", bytes),
    );
    expect(code).toBe(0);
    expect(out).toContain("2 rows read (UTF-8): 2 good, 0 refused. 2 new, 0 changed, 0 as before.");
    const [last] = stage.seen.cases.splice(0);
    expect(last?.bytes).toEqual(Buffer.from(bytes));
    expect(last?.request).toMatchObject({
      unit: "call",
      estateId: "a",
      source: "110",
      encoding: "gb18030",
      simulated: true,
      skipRefused: true,
    });
  });

  test("cases with a mapping: both files arrive as text", async () => {
    const bytes = Uint8Array.from([0xb0, 0xb8, 0xbc, 0xfe]);
    const mapping = write("types.yaml", "types: { 甲: theft.ebike }\n");
    const { code } = await run(
      "import",
      "cases",
      write("gb.csv", bytes),
      "--unit",
      "case",
      "--mapping",
      mapping,
    );
    expect(code).toBe(0);
    const [last] = stage.seen.cases.splice(0);
    expect(last?.bytes).toEqual(Buffer.from("案件"));
    expect(last?.request.mapping).toBe("types: { 甲: theft.ebike }\n");
  });

  test("refused rows are listed with line, field and reason, and nothing is stored", async () => {
    const before = stage.seen.outcome;
    stage.seen.outcome = {
      ...before,
      stored: false,
      inserted: 0,
      accepted: 1,
      refusedRows: 1,
      refused: [{ line: 3, field: "案由, 大类", reason: 'is a type the mapping does not know: "飞碟"' }],
      ignoredColumns: [
        { name: "报警人", personal: true },
        { name: "天气", personal: false },
      ],
      unknownTypes: [{ type: "飞碟", line: 3, rows: 1 }],
    };
    const file = write("cases.csv", "x");
    const { code, out, err } = await run("import", "cases", file, "--unit", "case");
    expect(code).toBe(1);
    expect(out).toMatch(/ 3 +案由, 大类 +is a type the mapping does not know/);
    expect(out).toMatch(/Types the mapping does not know:\n +TYPE +ROWS +LINE\n +飞碟 +1 +3/);
    expect(out).toContain("Columns not read (personal data): 报警人");
    expect(out).toContain("Columns not read: 天气");
    expect(out).toContain("Nothing was stored.");
    expect(err).toContain("--skip-refused");
    const dry = await run("import", "cases", file, "--unit", "case", "--dry-run", "--json");
    expect(dry.code).toBe(1);
    expect(JSON.parse(dry.out)).toMatchObject({ stored: false, refused: [{ line: 3, field: "案由, 大类" }] });
    stage.seen.outcome = { ...stage.seen.outcome, stored: true, inserted: 1 };
    expect((await run("import", "cases", file, "--unit", "case", "--skip-refused")).code).toBe(0);
    stage.seen.outcome = before;
    stage.seen.cases.splice(0);
  });

  test("registry: CSV with its kind, YAML by its ending", async () => {
    expect((await run("import", "registry", write("e.csv", "id"), "--kind", "estate")).code).toBe(0);
    expect((await run("import", "registry", write("e.YAML", "estates: []"), "--dry-run")).code).toBe(0);
    expect(stage.seen.registry.splice(0).map(({ request }) => request)).toMatchObject([
      { format: "csv", kind: "estate" },
      { format: "yaml", dryRun: true },
    ]);
  });

  test("files that are not there, or hold nothing", async () => {
    expect(await run("import", "cases", join(directory, "none.csv"))).toMatchObject({
      code: 1,
      err: expect.stringMatching(/none\.csv cannot be read: ENOENT/),
    });
    expect((await run("import", "cases", write("empty.csv", ""))).err).toContain("it is empty");
    const file = write("a.csv", "x");
    const broken = write("broken.yaml", Uint8Array.from([0xff]));
    expect((await run("import", "cases", file, "--mapping", broken)).err).toContain("is not utf-8");
    expect(stage.seen.cases).toEqual([]);
  });
});

describe("events", () => {
  test("tail prints the latest, oldest first, also as JSON lines", async () => {
    expect((await run("events", "tail", "--estate", "a")).out).toMatch(
      /^2026-\S+Z {2}a {2}door-1 {2}access\.forced_open {2}raise {2}edge {2}\[simulated\]$/,
    );
    const lines = (await run("events", "tail", "--json", "--limit", "2")).out.split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { estateId: string }).estateId).toSorted()).toEqual([
      "a",
      "b",
    ]);
    expect((await run("events", "tail", "--code", "life.sos")).out).toBe("");
  });

  test("--follow goes on with the stream: each event once, only what was asked for, until the end", async () => {
    const end = new AbortController();
    const seen: string[] = [];
    const following = type(
      createActions(url, token).actions,
      ["events", "tail", "-f", "--estate", "a", "--code", "access.forced_open", "--json"],
      end.signal,
      (line) => {
        const { id } = JSON.parse(line) as { id: string };
        seen.push(id);
        if (id === "ev-a") {
          const later = event("ev-later", "a");
          stage.publish(
            { estateId: "a", event: event("ev-a", "a") },
            { estateId: "b", event: event("ev-other", "b") },
            { estateId: "a", event: event("ev-code", "a", { code: "life.sos" }) },
            { estateId: "a", event: later },
          );
        }
        if (id === "ev-later") end.abort();
      },
    );
    expect((await following).code).toBe(0);
    expect(seen).toEqual(["ev-a", "ev-later"]);
  });

  test("--follow comes back after a break and shows what it missed", async () => {
    const end = new AbortController();
    let streams = 0;
    const server = createServer((request, response) => {
      if (request.url?.startsWith("/v1/events")) {
        response.end(
          JSON.stringify({ items: Array.from({ length: streams }, (_, at) => ({ id: `e${streams - at}` })) }),
        );
        return;
      }
      streams++;
      response.writeHead(200).write(": hello\n\n");
      if (streams === 1) setTimeout(() => response.destroy(), 20);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const { actions } = createActions(`http://127.0.0.1:${port}`, "t");
    const { out, err } = await type(actions, ["events", "tail", "-f", "--json"], end.signal, (line) => {
      if (line.includes("e2")) end.abort();
    });
    server.closeAllConnections();
    server.close();
    expect(out.split("\n").map((line) => (JSON.parse(line) as { id: string }).id)).toEqual(["e1", "e2"]);
    expect(err).toContain("coming back");
  });

  test("--follow fails at once where coming back would not help", async () => {
    const { actions } = createActions(url, "wrong");
    expect(await type(actions, ["events", "tail", "-f"])).toMatchObject({
      code: 1,
      err: expect.stringContaining("Give a token"),
    });
  });
});

test("health", async () => {
  const well = await run("health");
  expect(well).toMatchObject({ code: 0, out: expect.stringContaining("status: ok") });
  const before = stage.seen.health;
  stage.seen.health = () =>
    Promise.resolve({
      status: "failing",
      ready: false,
      faults: [{ part: "journal", message: "disk full" }],
      figures: {},
    });
  const ill = await run("health");
  expect(ill.code).toBe(1);
  expect(ill.out).toMatch(/journal +- +disk full/);
  stage.seen.health = before;
});

test("the mode of an estate is told, ordered and ended", async () => {
  expect((await run("estate", "mode", "a")).out).toBe("a is armed.");
  const forgotten = await run("estate", "mode", "a", "--set", "disarmed");
  expect([forgotten.code, forgotten.err]).toEqual([1, expect.stringContaining("without an end")]);
  // The command counts the hours from now, the hub of this test stands still.
  const still = stage.seen.now;
  stage.seen.now = Date.now();
  const ordered = await run("estate", "mode", "a", "--set", "maintenance", "--for", "4", "--note", "cameras");
  expect(ordered.out).toMatch(/^a is maintenance, ordered by .+ until \d{4}-.+Z\.\n/);
  expect(ordered.out).toContain("cameras");
  // Half of an order is none: whoever wrote it believes that it was given.
  for (const half of [
    ["--for", "4"],
    ["--note", "cameras"],
    ["--set", "plan", "--for", "4"],
  ]) {
    const { code, out, err } = await run("estate", "mode", "a", ...half);
    expect([code, out, err]).toEqual([2, "", expect.stringContaining("--set armed")]);
  }
  expect((await run("estate", "mode", "a")).out).toMatch(/^a is maintenance/);
  expect((await run("estate", "mode", "a", "--set", "plan")).out).toMatch(/^a is armed\.\n/);
  stage.seen.now = still;
});

test("backup asks the hub for a file in its own folder", async () => {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    request.on("data", (chunk: Buffer) => bodies.push(`${request.url} ${chunk.toString()}`));
    request.on("end", () => response.writeHead(201).end('{"file":"/data/backups/b.db","bytes":7}'));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const { code, out } = await run("backup", "b.db", "--url", `http://127.0.0.1:${port}`);
  server.close();
  expect([code, bodies]).toEqual([0, ['/v1/backup {"file":"b.db"}']]);
  expect(out).toContain("/data/backups/b.db");
});

test("a hub that is not there is a sentence, not a stack", async () => {
  const { code, err } = await run("estate", "list", "--url", "http://127.0.0.1:1");
  expect(code).toBe(1);
  expect(err).toContain("Start it with `zhian start`");
  expect(err).not.toContain("    at ");
});
