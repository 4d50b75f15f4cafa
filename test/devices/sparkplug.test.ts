/** Sparkplug sessions with real protobuf bytes: births teach, data refers to them, deaths are checked. */
import { PbfReader } from "pbf";
import { describe, expect, test } from "vitest";
import type { Decoded } from "../../src/domain/event.ts";
import { decode, eventsOf, sharedBytes, sharedFixtures, SHARED } from "./support.ts";
import { encode, type Metric } from "./sparkplug-encode.ts";
import { bridge } from "./taught-bridge.ts";

const AT = Date.UTC(2026, 2, 1, 1);
const path = (type: string, rest = "node-1") => `spBv1.0/estate/${type}/${rest}`;
const bdSeq = (value: number): Metric => ({ name: "bdSeq", value });

const summary = (decoded: Decoded) =>
  eventsOf(decoded).map(({ point = "-", code, phase, flags = [] }) =>
    [point, code, phase, ...flags].join(" "),
  );

describe.skipIf(SHARED.missing)("captured messages", () => {
  test.each(sharedFixtures("sparkplug_"))("$file", ({ file, topic, expected }) => {
    const events = eventsOf(decode("sparkplug", topic, sharedBytes(file)));
    expect(events.map(({ code, phase }) => ({ code, phase }))).toContainEqual(expected);
  });
});

describe("a session", () => {
  test("birth, data by alias, death, and the next birth", () => {
    const { send } = bridge();
    const born = [
      bdSeq(1),
      { name: "Mains", alias: 3, value: true },
      { name: "Volt", alias: 4, value: 229.5 },
    ];
    expect(summary(send(path("NBIRTH"), encode(born, AT, 0)))).toEqual([
      "- device.offline clear",
      "Mains device_input.on state initial",
    ]);
    expect(summary(send(path("NDATA"), encode([{ alias: 3, value: false }], AT + 1, 1)))).toEqual([
      "Mains device_input.off state",
    ]);
    expect(send(path("NDATA"), encode([{ alias: 4, value: 3.5 }], AT + 2, 2))).toMatchObject({
      reason: "telemetry",
    });
    expect(summary(send(path("NDEATH"), encode([bdSeq(1)], AT)))).toEqual(["- device.offline raise"]);
    const again = eventsOf(send(path("NBIRTH"), encode([bdSeq(2)], AT + 9, 0)));
    expect(again).toMatchObject([{ device: "estate/node-1", code: "device.offline", phase: "clear" }]);
    expect(again[0]?.deviceAt).toBeUndefined();
  });

  test("a death of an earlier session does not take a new one off line", () => {
    const { send } = bridge();
    send(path("NBIRTH"), encode([bdSeq(8)], AT));
    expect(send(path("NDEATH"), encode([bdSeq(7)], AT))).toMatchObject({
      outcome: "ignored",
      reason: "superseded",
    });
    expect(summary(send(path("NDEATH"), encode([bdSeq(8)], AT)))).toEqual(["- device.offline raise"]);
  });

  test.each([
    ["a number", 8],
    ["a text", "8"],
    ["two halves", { low: 8, high: 0, unsigned: true }],
  ])("bdSeq in JSON as %s", (_form, value) => {
    const { send } = bridge();
    send(path("NBIRTH"), encode([bdSeq(8)], AT));
    const death = (seq: unknown) =>
      send(path("NDEATH"), { timestamp: AT, metrics: [{ name: "bdSeq", value: seq }] });
    expect(death(value).outcome).toBe("events");
    expect(death(9)).toMatchObject({ reason: "superseded" });
  });

  test("a death without bdSeq, or before any birth, counts", () => {
    const { send } = bridge();
    expect(summary(send(path("NDEATH"), encode([bdSeq(3)])))).toEqual(["- device.offline raise"]);
    send(path("NBIRTH"), encode([bdSeq(8)], AT));
    expect(summary(send(path("NDEATH"), new Uint8Array()))).toEqual(["- device.offline raise"]);
  });

  test("a device's names hold only for the birth of its node that they followed", () => {
    const { send } = bridge();
    const device = [{ name: "Door", alias: 1, value: false }];
    const opened = encode([{ alias: 1, value: true }], AT + 5);
    send(path("NBIRTH"), encode([bdSeq(1)], AT));
    send(path("DBIRTH", "node-1/plc"), encode(device, AT + 1));
    expect(summary(send(path("DDATA", "node-1/plc"), opened))).toEqual(["Door device_input.on state"]);
    send(path("NBIRTH"), encode([bdSeq(1)], AT + 2));
    expect(send(path("DDATA", "node-1/plc"), opened)).toMatchObject({ reason: "not_learned" });
    send(path("DBIRTH", "node-1/plc"), encode(device, AT + 3));
    expect(send(path("DDATA", "node-1/plc"), opened).outcome).toBe("events");
    expect(summary(send(path("DDEATH", "node-1/plc"), encode([], AT + 6)))).toEqual([
      "- device.offline raise",
    ]);
  });

  test("an unknown alias: the whole message is kept, and the node is asked to say everything again", () => {
    const decoded = bridge().send(
      path("DDATA", "node-1/plc"),
      encode([
        { name: "A", value: true },
        { alias: 2, value: true },
      ]),
    );
    expect(decoded).toMatchObject({ outcome: "undecodable", reason: "not_learned" });
    const [ask] = decoded.asks ?? [];
    expect(ask?.path).toBe("spBv1.0/estate/NCMD/node-1");
    const command = new PbfReader(ask?.payload ?? new Uint8Array()).readFields<Record<string, unknown>>(
      (tag, into, reader) => {
        if (tag === 1) into["timestamp"] = reader.readVarint();
        if (tag !== 2) return;
        reader.readMessage((field, metric, inner) => {
          if (field === 1) metric["name"] = inner.readString();
          if (field === 4) metric["datatype"] = inner.readVarint();
          if (field === 14) metric["value"] = inner.readBoolean();
        }, into);
      },
      {},
    );
    expect(command).toEqual({ timestamp: AT, name: "Node Control/Rebirth", datatype: 11, value: true });
    expect(decode("sparkplug", ask?.path ?? "", ask?.payload)).toMatchObject({ reason: "command" });
  });

  test("a birth with too much to remember or to report", () => {
    const many = (count: number, name: string) =>
      Array.from({ length: count }, (_, at) => ({ name: `${name}${at}`, alias: at, value: true }));
    const long = bridge().send(path("NBIRTH"), encode(many(2_000, "x".repeat(60)), AT));
    expect(long).toMatchObject({ outcome: "undecodable", reason: "too_large" });
    expect(long.learned).toBeUndefined();
    const { send, shelf } = bridge();
    expect(send(path("NBIRTH"), encode(many(600, "in"), AT))).toMatchObject({ reason: "too_large" });
    expect(JSON.stringify([...shelf]).length).toBeLessThan(20_000);
    expect(summary(send(path("NDATA"), encode([{ alias: 599, value: true }], AT)))).toEqual([
      "in599 device_input.on state",
    ]);
  });
});

describe("meaning", () => {
  const config = { codes: { Smoke: "fire.smoke", Level: "facility.flood", State: "life.elevator_trapped" } };
  test.each([
    ["Smoke", true, "fire.smoke raise"],
    ["Smoke", false, "fire.smoke clear"],
    ["Level", 3, "facility.flood raise"],
    ["Level", 0, "facility.flood clear"],
    ["State", "ALARM", "life.elevator_trapped raise"],
    ["State", "恢复", "life.elevator_trapped clear"],
  ])("%s %s is %s", (name, value, expected) => {
    const { send } = bridge(config);
    expect(summary(send(path("NDATA"), encode([{ name, value }], AT)))).toEqual([`${name} ${expected}`]);
  });

  test("a configured metric that says neither is kept, not dropped", () => {
    const { send } = bridge(config);
    const odd = encode([{ name: "State", value: "?" }], AT);
    expect(send(path("NDATA"), odd)).toMatchObject({ outcome: "undecodable", reason: "unknown_code" });
  });
});
