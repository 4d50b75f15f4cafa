import { describe, expect, test } from "vitest";
import {
  bit,
  captured,
  constant,
  defineProfile,
  equals,
  exists,
  field,
  not,
  oneOf,
  within,
  type Guard,
} from "../../src/device-kit/index.ts";
import { BASE, define, run, sos } from "./kit-support.ts";
import { inputOf } from "./support.ts";

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

  test("the prefix alone, and topics that begin with a slash", () => {
    const alone = define({ ...BASE, path: "", device: constant("hub"), rules: [sos([])] });
    const decode = (path: string): unknown => alone.decode(inputOf(path, Buffer.from('{"x":1}'))).outcome;
    expect(["t", "t/", "t/x", "u"].map(decode)).toEqual(["events", ...Array(3).fill("undecodable")]);
    const spec = {
      ...alone.spec,
      prefix: "",
      messages: [{ ...BASE, path: "/{device}/up", rules: [sos([])] }],
    };
    const slash = defineProfile(spec);
    expect(["/a/up", "a/up", "//up"].map((path) => slash.matches(path, "mqtt"))).toEqual([
      true,
      false,
      false,
    ]);
  });

  test("a malformed pattern fails at the start", () => {
    for (const path of ["a//b", "{a...}/{b...}", "{a}x"])
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
