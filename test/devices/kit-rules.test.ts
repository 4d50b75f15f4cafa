import { describe, expect, test } from "vitest";
import {
  bit,
  codeTable,
  constant,
  contact,
  each,
  eachDevice,
  edge,
  equals,
  field,
  firstOf,
  flag,
  ignored,
  key,
  level,
  lookup,
  outer,
  phaseTable,
  pseudonym,
  type ReadMessage,
} from "../../src/device-kit/index.ts";
import { run } from "./kit-support.ts";
import { eventsOf, pseudonym as hashOf } from "./support.ts";

describe("rules", () => {
  const door = contact({
    of: field("contact"),
    property: constant("contact"),
    on: ["open", 1],
    off: ["closed", 0],
    whenOn: { code: "access.door_opened", phase: "state" },
    whenOff: { code: "access.door_closed", phase: "state" },
  });

  test("polarity is what is declared, and what the device's configuration turns round", () => {
    const code = (value: unknown, config = {}) => {
      const decoded = run({ rules: [door] }, { contact: value }, { config });
      return decoded.outcome === "events" ? decoded.events[0]?.code : decoded.outcome;
    };
    expect([code("open"), code(1), code("closed"), code(0)]).toEqual([
      "access.door_opened",
      "access.door_opened",
      "access.door_closed",
      "access.door_closed",
    ]);
    expect([
      code("open", { contact: "normally-open" }),
      code("closed", { contact: "normally-open" }),
    ]).toEqual(["access.door_closed", "access.door_opened"]);
    expect(code("open", { contact: "normally-closed" })).toBe("access.door_opened");
    for (const unknown of [null, true, "OPEN", 2, {}]) expect(code(unknown)).toBe("ignored");
  });

  test("devices as keys: each has its own name and configuration, bits and outer values are at hand", () => {
    const rules = [
      eachDevice(
        field("received"),
        firstOf(field("Name"), key()),
        door,
        level({
          when: [bit(field("zone"), 2)],
          code: "device.tamper",
          phase: "raise",
          property: constant("zone"),
          attributes: { gateway: outer(field("gateway")), address: key() },
        }),
      ),
    ];
    const payload = {
      gateway: "g1",
      received: { "0x5FA7": { Name: "cellar", contact: 1 }, "0x898E": { zone: 5, contact: 0 } },
    };
    expect(
      eventsOf(run({ rules }, payload)).map(({ device, code, attributes }) => [device, code, attributes]),
    ).toEqual([
      ["cellar", "access.door_opened", undefined],
      ["0x898E", "access.door_closed", undefined],
      ["0x898E", "device.tamper", { gateway: "g1", address: "0x898E" }],
    ]);
  });

  test("one message, many events: lists in lists, tables for code and phase", () => {
    const rules = [
      each(
        field("events"),
        each(
          field("details"),
          edge({
            code: codeTable(field("type"), { 254103: "fire.lane_blocked", 131616: "order.crowd" }),
            phase: phaseTable(outer(field("status")), { 1: "raise", 2: "clear" }),
            point: outer(field("src")),
            key: [field("id"), constant("x")],
            value: lookup(field("unit"), { p: "persons" }, "?"),
          }),
        ),
      ),
    ];
    const events = [
      { src: 7, status: 1, details: [{ type: 254103, id: "a" }, { type: 9 }, { type: 131616, unit: "p" }] },
      { src: "8", status: 2, details: [{ type: "254103", id: "b", unit: "q" }] },
      { src: "9", status: 3, details: [{ type: 254103 }] },
    ];
    expect(eventsOf(run({ rules }, { events }))).toEqual([
      { device: "d", code: "fire.lane_blocked", phase: "raise", report: "edge", point: "7", eventKey: "a:x" },
      { device: "d", code: "order.crowd", phase: "raise", report: "edge", point: "7", value: "persons" },
      {
        device: "d",
        code: "fire.lane_blocked",
        phase: "clear",
        report: "edge",
        point: "8",
        eventKey: "b:x",
        value: "?",
      },
    ]);
  });

  test("attributes: message and event joined, lists, pseudonyms, bounds", () => {
    const message: Partial<ReadMessage> = {
      attributes: { all: field("zones") },
      flags: { replayed: [equals(field("current"), false)] },
      rules: [
        edge({
          code: "access.granted",
          phase: "pulse",
          attributes: {
            who: pseudonym(field("names")),
            long: field("long"),
            none: field("none"),
            object: field("object"),
          },
        }),
      ],
    };
    const payload = {
      zones: ["a", 1, null, {}],
      names: ["Li", "Wu"],
      long: "长".repeat(900),
      object: {},
      current: false,
    };
    const [event] = eventsOf(run(message, payload));
    expect(event?.attributes).toEqual({
      all: "a,1",
      who: `${hashOf("Li")},${hashOf("Wu")}`,
      long: "长".repeat(500),
    });
    expect(event?.flags).toEqual(["replayed"]);
  });

  test("flags of a member stand beside those of the message, each once", () => {
    const flags = { initial: [equals(field("told"), "first")], test: [equals(field("test"), true)] };
    const message: Partial<ReadMessage> = {
      flags: { test: [equals(field("drill"), true)] },
      rules: [each(field("list"), edge({ code: "life.sos", phase: "pulse", flags }))],
    };
    const list = [{ told: "first" }, {}, { told: "first", test: true }];
    const flagsOf = (drill: boolean) => eventsOf(run(message, { drill, list })).map((event) => event.flags);
    expect(flagsOf(true)).toEqual([["test", "initial"], ["test"], ["test", "initial"]]);
    expect(flagsOf(false)).toEqual([["initial"], undefined, ["initial", "test"]]);
  });

  test("a message without an event says why", () => {
    const rules = [ignored("not_armed", equals(field("armed"), false))];
    expect(run({ rules }, { armed: false })).toEqual({
      outcome: "ignored",
      reason: "not_armed",
      device: "d",
    });
    expect(run({ rules }, { armed: true })).toEqual({ outcome: "ignored", reason: "telemetry", device: "d" });
    expect(run({ rules }, "")).toEqual({ outcome: "ignored", reason: "empty", device: "d" });
    for (const nothing of ["{}", "[]", "null"])
      expect(run({ rules }, nothing)).toMatchObject({ reason: "empty" });
    const strict: Partial<ReadMessage> = { otherwise: { undecodable: "schema", detail: "no type" } };
    expect(run(strict, { x: 1 })).toEqual({ outcome: "undecodable", reason: "schema", detail: "no type" });
  });

  test("a configured button", () => {
    const rules = [
      edge({ code: { configured: "buttonCode", otherwise: "info.button" }, phase: "pulse" as const }),
    ];
    const code = (buttonCode?: string) =>
      eventsOf(run({ rules }, { x: 1 }, buttonCode === undefined ? {} : { config: { buttonCode } }))[0]?.code;
    expect([code(), code("life.sos"), code("sos.panic"), code("no.such")]).toEqual([
      "info.button",
      "life.sos",
      "life.sos",
      "info.button",
    ]);
  });
});

test("flags with no position known stay silent", () => {
  const rule = flag({
    of: field("x"),
    property: constant("x"),
    on: [true],
    off: [false],
    whenOn: { code: "fire.smoke", phase: "raise" },
    whenOff: { code: "fire.smoke", phase: "clear" },
  });
  for (const x of [null, undefined, "", 1, [], "true"])
    expect(run({ rules: [rule] }, { x, y: 1 }).outcome).toBe("ignored");
});
