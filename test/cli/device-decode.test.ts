import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Trial, TrialOutcome } from "../../src/ports.ts";
import { createActions, type Screen, type } from "./terminal.ts";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "zhian-decode-"));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const write = (name: string, content: string | Uint8Array): string => {
  const file = join(directory, name);
  writeFileSync(file, content);
  return file;
};

const IGNORED: TrialOutcome = { topic: "a/b", profile: "p", outcome: "ignored", reason: "heartbeat" };

/** Runs the command on answers that are given; tells what was asked. */
async function decode(
  args: readonly string[],
  answer: readonly TrialOutcome[] = [IGNORED],
  input = "",
): Promise<Screen & { readonly trials: readonly Trial[] }> {
  const trials: Trial[] = [];
  const actions = {
    ...createActions().actions,
    decode(trial: Trial) {
      trials.push(trial);
      return Promise.resolve(answer);
    },
    input: () => Readable.from([Buffer.from(input)]),
  };
  return { ...(await type(actions, ["device", "decode", ...args])), trials };
}

describe("what is asked", () => {
  test("the bytes of the file, where they arrive, and nothing that was not said", async () => {
    const file = write("m.bin", Uint8Array.from([0, 255]));
    const { trials } = await decode(["--topic", "a/b", file]);
    expect(trials).toEqual([
      { messages: [{ transport: "mqtt", topic: "a/b", payload: Buffer.from([0, 255]), retained: false }] },
    ]);
  });

  test("everything that can be said", async () => {
    const file = write("m.xml", "<a/>");
    const [first, second] = [write("1.json", "1"), write("2.json", "2")];
    const options = write("options.yaml", "codes: { 17: ignore }");
    const { trials } = await decode(
      "--topic park/gate --transport http --content-type text/xml --retained --profile park=hikvision --zone Asia/Urumqi"
        .split(" ")
        .concat("--options", options, "--config", '{"zone":"UTC"}')
        .concat("--before", `c/1=${first}`, "--before", `c/2=${second}`, file),
    );
    const http = { transport: "http", contentType: "text/xml" };
    expect(trials).toEqual([
      {
        messages: [
          { ...http, topic: "c/1", payload: Buffer.from("1"), retained: false },
          { ...http, topic: "c/2", payload: Buffer.from("2"), retained: false },
          { ...http, topic: "park/gate", payload: Buffer.from("<a/>"), retained: true },
        ],
        profile: "hikvision",
        prefix: "park",
        options: { codes: { "17": "ignore" } },
        config: { zone: "UTC" },
        zone: "Asia/Urumqi",
      },
    ]);
  });

  test("- is standard input; a panel's connection needs no topic", async () => {
    const { trials } = await decode(["--transport", "tcp", "-"], [IGNORED], "\n0000…");
    expect(trials[0]?.messages).toEqual([
      { transport: "tcp", topic: "sia", payload: Buffer.from("\n0000…"), retained: false },
    ]);
  });

  test.each([
    [["m"], 2, "--topic"],
    [["--topic", "a", "--transport", "carrier-pigeon", "m"], 2, "Allowed choices are mqtt, http, tcp"],
    [["--topic", "a", "--options", "{}", "m"], 2, "say its --profile"],
    [["--topic", "a", "--profile", "a=b=c", "-"], 2, "--profile is written"],
    [["--topic", "a", "--profile", "a=", "-"], 2, "--profile is written"],
    [["--topic", "a", "--before", "x", "m"], 2, "It must be written topic=file"],
    [["--topic", "a", "--before", "x=none.json", "m"], 1, "none.json cannot be read"],
    [["--topic", "a", "none.json"], 1, "none.json cannot be read"],
    [["--topic", "a", "--config", "none.yaml", "-"], 1, "none.yaml cannot be read"],
  ])("%j is refused", async (args, code, message) => {
    const screen = await decode(args);
    expect(screen).toMatchObject({ code, out: "", trials: [] });
    expect(screen.err).toContain(message);
  });
});

describe("what is printed", () => {
  test("events with instants, lessons and questions", async () => {
    const event = {
      id: "1",
      estateId: "e",
      gatewayId: "g",
      deviceId: "d",
      code: "life.sos",
      phase: "pulse",
      transition: "edge",
      occurredAt: 0,
      receivedAt: 1_000,
      attributes: {},
      flags: [],
      profile: "p",
      report: "edge",
      stored: true,
    } as const;
    const learned = [{ key: "k", value: { a: 1 } }];
    const asks = [
      { path: "again", payload: Buffer.from("全部") },
      { path: "raw", payload: Uint8Array.from([255]) },
    ];
    const { code, out } = await decode(
      ["--topic", "a", "-"],
      [IGNORED, { topic: "a", profile: "p", outcome: "events", events: [event], learned, asks }],
    );
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      topic: "a",
      profile: "p",
      outcome: "events",
      events: [{ ...event, occurredAt: "1970-01-01T00:00:00.000Z", receivedAt: "1970-01-01T00:00:01.000Z" }],
      learned,
      asks: [
        { path: "again", payload: "全部" },
        { path: "raw", base64: "/w==" },
      ],
      before: [IGNORED],
    });
  });

  test("what was ignored is exit code 0, a dead letter 1", async () => {
    expect(await decode(["--topic", "a", "-"])).toMatchObject({ code: 0, err: "" });
    const dead = { topic: "a", profile: "p", outcome: "dead", reason: "schema", detail: "no type" } as const;
    const { code, out, err } = await decode(["--topic", "a", "-"], [dead]);
    expect([code, JSON.parse(out), err]).toEqual([1, dead, "error: the hub could not read it"]);
    // One before the last does not decide.
    expect(await decode(["--topic", "a", "-"], [dead, IGNORED])).toMatchObject({ code: 0 });
  });
});

test("the real command, from a file, offline", async () => {
  const file = write("open.json", '{"contact":false}');
  const root = resolve(import.meta.dirname, "../..");
  const args = [
    "bin/zhian.mjs",
    "device",
    "decode",
    "--topic",
    "zigbee2mqtt/front",
    "--url",
    "http://127.0.0.1:9",
    file,
  ];
  const { NODE_OPTIONS: _, VITEST: __, ...env } = process.env;
  const out = await new Promise<string>((done, fail) => {
    execFile("node", args, { cwd: root, env }, (error, stdout) => {
      if (error) fail(error);
      else done(stdout);
    });
  });
  expect(JSON.parse(out)).toMatchObject({
    profile: "zigbee2mqtt",
    events: [{ deviceId: "gateway:zigbee2mqtt:front", code: "access.door_opened" }],
  });
});
