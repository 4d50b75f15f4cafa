import { describe, expect, test } from "vitest";
import {
  bit,
  body,
  captured,
  codeTable,
  constant,
  contact,
  defineProfile,
  each,
  eachDevice,
  edge,
  epochMilliseconds,
  epochSeconds,
  equals,
  exists,
  field,
  firstOf,
  firstTime,
  flag,
  ignored,
  isoTime,
  json,
  key,
  level,
  localTime,
  lookup,
  noTime,
  not,
  oneOf,
  outer,
  phaseTable,
  pseudonym,
  text,
  within,
  type Guard,
  type MessageSpec,
  type Parser,
  type ReadMessage,
  type TimeSpec,
} from "../../src/device-kit/index.ts";
import type { Decoded } from "../../src/domain/event.ts";
import { eventsOf, inputOf, pseudonym as hashOf, type Circumstances } from "./support.ts";

const BASE = {
  path: "{device}",
  parse: json,
  device: captured("device"),
  time: noTime,
  redact: [],
  rules: [],
  otherwise: "telemetry",
} as const satisfies ReadMessage;

function define(...messages: MessageSpec[]) {
  return defineProfile({
    id: "t",
    title: { zh: "测试", en: "Test" },
    vendor: "test",
    transports: ["mqtt"],
    prefix: "t",
    kind: "sensor",
    messages,
  });
}

function run(
  message: Partial<ReadMessage>,
  payload: unknown,
  circumstances?: Circumstances & { path?: string },
): Decoded {
  const bytes = Buffer.from(typeof payload === "string" ? payload : JSON.stringify(payload));
  return define({ ...BASE, ...message }).decode(inputOf(circumstances?.path ?? "t/d", bytes, circumstances));
}

const sos = (when: Guard[]) => edge({ code: "life.sos", phase: "pulse", when });

describe("paths", () => {
  const names = (path: string): unknown => {
    const profile = define(
      { ...BASE, path: "fixed/{a}", device: captured("a"), rules: [sos([])] },
      { ...BASE, path: "{name...}/state/{leaf}", device: captured("name"), rules: [sos([])] },
    );
    const decoded = profile.decode(inputOf(path, Buffer.from('{"x":1}')));
    return decoded.outcome === "events" ? decoded.events[0]?.device : decoded.outcome;
  };

  test("one segment, several segments, literals", () => {
    expect(names("t/fixed/hall")).toBe("hall");
    expect(names("t/3号楼/一单元/state/x")).toBe("3号楼/一单元");
    expect(names("t/a/state/x")).toBe("a");
  });

  test.each(["t/fixed", "t/fixed/", "t/state/x", "t", "u/fixed/hall", "tt/fixed/hall", "t/a/b"])(
    "%s is not read",
    (path) => {
      expect(names(path)).toBe("undecodable");
    },
  );

  test("a malformed pattern fails at the start", () => {
    for (const path of ["a//b", "{a...}/{b...}", "{a}x", ""])
      expect(() => define({ ...BASE, path })).toThrow(/pattern/);
  });
});

describe("guards", () => {
  const holds = (guard: Guard, payload: unknown): boolean =>
    run({ rules: [sos([guard])] }, payload).outcome === "events";

  test.each([
    [equals(field("a"), 1), { a: 1 }, true],
    [equals(field("a"), 1), { a: "1" }, false],
    [oneOf(field("a.b"), "x", "y"), { a: { b: "y" } }, true],
    [oneOf(field("a.b"), "x", "y"), { a: { b: "z" } }, false],
    [exists(field("a")), { a: 0 }, true],
    [exists(field("a")), { a: "", b: 1 }, false],
    [exists(field("a")), { a: null, b: 1 }, false],
    [exists(field("toString")), { b: 1 }, false],
    [within(field("a"), { least: 2, most: 3 }), { a: "2.5" }, true],
    [within(field("a"), { least: 2, most: 3 }), { a: 3.1 }, false],
    [within(field("a"), { least: 2 }), { a: "" }, false],
    [bit(field("a"), 2), { a: 4 }, true],
    [bit(field("a"), 2), { a: "5" }, true],
    [bit(field("a"), 2), { a: 3 }, false],
    [bit(field("a"), 0, false), { a: 2 }, true],
    [bit(field("a"), 0), { a: 1.5 }, false],
    [not(exists(field("a"))), { b: 1 }, true],
    [equals(field(String.raw`a\.b`), 1), { "a.b": 1 }, true],
  ])("%j on %j: %s", (guard, payload, expected) => expect(holds(guard, payload)).toBe(expected));
});

describe("times", () => {
  const at = (time: TimeSpec, value: unknown, circumstances?: Circumstances) => {
    const [event] = eventsOf(run({ time, rules: [sos([])] }, { t: value }, circumstances));
    return event?.deviceAt === undefined ? undefined : [new Date(event.deviceAt).toISOString(), event.flags];
  };
  const t = field("t");

  test.each([
    [epochSeconds(t), 1646945882.47, "2022-03-10T20:58:02.470Z"],
    [epochSeconds(t), "1583173448", "2020-03-02T18:24:08.000Z"],
    [epochMilliseconds(t), 1590045190230, "2020-05-21T07:13:10.230Z"],
    [isoTime(t, "device"), "2024-11-19T16:53:28+01:00", "2024-11-19T15:53:28.000Z"],
    [isoTime(t, "device"), "2026-04-17T23:33:22.123456789Z", "2026-04-17T23:33:22.123Z"],
    [isoTime(t, "utc"), "2026-04-17T23:33:22", "2026-04-17T23:33:22.000Z"],
    [localTime(t, "HH:mm:ss,MM-dd-yyyy", "utc"), "14:12:04,09-25-2011", "2011-09-25T14:12:04.000Z"],
  ])("%j of %j", (time, value, expected) => expect(at(time, value)).toEqual([expected, undefined]));

  test.each([
    [isoTime(t, "device"), "2009-12-04T16:23:32", "2009-12-04T08:23:32.000Z"],
    [localTime(t, "yyyyMMddHHmmss", "device"), 20230412145514, "2023-04-12T06:55:14.000Z"],
    [
      localTime(t, "yyyy-MM-dd HH:mm:ss.SSS", "device"),
      "2024-11-11 11:11:11.250",
      "2024-11-11T03:11:11.250Z",
    ],
  ])("%j of %j assumes the zone and says so", (time, value, expected) =>
    expect(at(time, value)).toEqual([expected, ["zone_assumed"]]),
  );

  test("the device's own zone goes before the estate's, summer time included", () => {
    const berlin = { config: { zone: "Europe/Berlin" } };
    const local = localTime(t, "yyyy-MM-dd HH:mm:ss", "device");
    expect(at(local, "2026-07-01 12:00:00", berlin)?.[0]).toBe("2026-07-01T10:00:00.000Z");
    expect(at(local, "2026-01-01 12:00:00", berlin)?.[0]).toBe("2026-01-01T11:00:00.000Z");
    expect(at(local, "2026-03-29 03:00:00", berlin)?.[0]).toBe("2026-03-29T01:00:00.000Z");
    expect(at(local, "2026-01-01 12:00:00", { zone: "America/St_Johns" })?.[0]).toBe(
      "2026-01-01T15:30:00.000Z",
    );
  });

  test.each([
    [epochSeconds(t), 1.33],
    [epochSeconds(t), 1646945882470],
    [epochMilliseconds(t), 1646945882],
    [isoTime(t, "device"), "2026-13-01T00:00:00Z"],
    [isoTime(t, "device"), "2026-02-29T00:00:00Z"],
    [isoTime(t, "device"), "now"],
    [localTime(t, "yyyyMMddHHmmss", "device"), "2023041214551"],
    [epochSeconds(t), null],
    [epochSeconds(t), {}],
  ])("%j of %j is no time", (time, value) => expect(at(time, value)).toBeUndefined());

  test("the first plausible of several", () => {
    const any = firstTime(isoTime(t, "device"), epochMilliseconds(t), epochSeconds(t));
    for (const value of ["2020-05-21T07:13:10Z", 1590045190000, 1590045190]) {
      expect(at(any, value)?.[0]).toBe("2020-05-21T07:13:10.000Z");
    }
  });

  test("an unknown zone is a dead letter, not a throw", () => {
    const decoded = run({ time: isoTime(t, "device") }, { t: "2026-01-01T00:00:00" }, { zone: "Moon/Base" });
    expect(decoded).toMatchObject({ outcome: "undecodable", reason: "profile_fault" });
    expect(() => define({ ...BASE, time: localTime(t, "dd.MM.", "utc") })).toThrow(/lacks yyyy, HH, mm/);
  });
});

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

describe("bounds", () => {
  const list = edge({ code: "life.sos", phase: "pulse" });
  const members = (count: number) => Array.from({ length: count }, () => ({}));

  test("500 events pass, 501 do not, nor does a list of more", () => {
    const rules = [each(field("l"), list)];
    expect(eventsOf(run({ rules }, { l: members(500) }))).toHaveLength(500);
    expect(run({ rules }, { l: members(501) })).toMatchObject({
      outcome: "undecodable",
      reason: "too_large",
    });
    expect(run({ rules: [...rules, ...rules] }, { l: members(251) })).toMatchObject({ reason: "too_large" });
  });

  test("32 levels pass, 33 do not; brackets in texts do not count", () => {
    const nested = (depth: number) => "[".repeat(depth) + "1" + "]".repeat(depth);
    expect(run({}, nested(32))).toMatchObject({ outcome: "ignored" });
    expect(run({}, nested(33))).toMatchObject({ outcome: "undecodable", reason: "malformed" });
    expect(run({}, "[".repeat(900_000))).toMatchObject({ outcome: "undecodable", reason: "malformed" });
    expect(run({}, { a: String.raw`\"[[[`.repeat(100) })).toMatchObject({ outcome: "ignored" });
    expect(run({}, `{"a":"${"[".repeat(100)}`)).toMatchObject({
      outcome: "undecodable",
      reason: "malformed",
    });
  });

  test("a message of more than a mebibyte is not read", () => {
    expect(run({}, `{"a":"${"x".repeat(1024 * 1024)}"}`)).toMatchObject({
      outcome: "undecodable",
      reason: "too_large",
    });
  });

  test("a device without a printable name is refused, names are cleaned", () => {
    const rules = [list];
    for (const name of ["", "\u0000\u0007", null, {}, "x".repeat(129)]) {
      expect(run({ rules, device: field("n") }, { n: name, a: 1 })).toMatchObject({
        outcome: "undecodable",
        reason: "schema",
      });
    }
    expect(eventsOf(run({ rules, device: field("n") }, { n: " 东\u0000门\u2028\ud800 " }))[0]?.device).toBe(
      "东门",
    );
    expect(eventsOf(run({ rules, device: field("n") }, { n: 12 }))[0]?.device).toBe("12");
  });

  test("an exception inside a profile is a dead letter that does not quote the message", () => {
    const parse: Parser = {
      format: "broken",
      parse: () => {
        throw new TypeError("Zhang San is not a function");
      },
    };
    const decoded = run({ parse }, { a: 1 });
    expect(decoded).toMatchObject({ outcome: "undecodable", reason: "profile_fault" });
    expect(decoded.outcome === "undecodable" && decoded.detail).toMatch(/^TypeError at kit\.test\.ts:\d+$/);
  });

  test("text with a byte order mark and bytes that are not UTF-8", () => {
    const word = (bytes: Uint8Array) =>
      define({
        ...BASE,
        parse: text,
        rules: [edge({ code: "info.button", phase: "pulse", value: body() })],
      }).decode(inputOf("t/d", bytes));
    expect(eventsOf(word(Buffer.from("\ufeff ON\n")))[0]?.value).toBe("ON");
    expect(eventsOf(word(Uint8Array.of(0x4f, 0xff, 0x4e)))[0]?.value).toBe("ON");
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
