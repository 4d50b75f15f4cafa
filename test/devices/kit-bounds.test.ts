import { describe, expect, test } from "vitest";
import {
  body,
  each,
  edge,
  field,
  outer,
  pseudonym,
  text,
  xml,
  type Parser,
} from "../../src/device-kit/index.ts";
import { BASE, define, run } from "./kit-support.ts";
import { eventsOf, inputOf } from "./support.ts";

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

  test("a mebibyte that stands around 500 events is not read 500 times", () => {
    const around = "中".repeat(300_000);
    const decoded = run(
      {
        device: field("l.0.device"),
        rules: [
          each(
            field("l"),
            edge({
              code: "life.sos",
              phase: "pulse",
              point: outer(field("long")),
              attributes: {
                personHash: outer(pseudonym(field("long"))),
                words: outer(field("list")),
                text: outer(field("long")),
              },
            }),
          ),
        ],
      },
      { long: around, list: ["a", around.slice(0, 20_000)], l: members(500).map(() => ({ device: "d" })) },
    );
    const [event] = eventsOf(decoded);
    expect(event).not.toHaveProperty("point");
    expect(event?.attributes).toEqual({ words: `a,${"中".repeat(498)}`, text: "中".repeat(500) });
  });

  test("a long text is looked through for its nesting before it is parsed", () => {
    const long = (rest: string) => `{"a":"${"x".repeat(100_000)}","b":${rest}}`;
    const nested = (depth: number) => "[".repeat(depth) + "1" + "]".repeat(depth);
    expect(run({}, long(nested(31)))).toMatchObject({ outcome: "ignored" });
    for (const broken of [nested(32), "[".repeat(900_000), `{"c":${"[".repeat(40)}`]) {
      expect(run({}, long(broken))).toMatchObject({
        reason: "malformed",
        detail: "nested deeper than 32 levels",
      });
    }
    const inTexts = ["[{".repeat(100), "\\", `"${"[".repeat(100)}`];
    expect(run({}, long(JSON.stringify(inTexts)))).toMatchObject({ outcome: "ignored" });
    expect(run({}, long('"'))).toMatchObject({ reason: "malformed" });
  });

  test("50000 members of a long message are read, one more is not; colons in texts do not count", () => {
    const named = (count: number): unknown =>
      Object.fromEntries(Array.from({ length: count }, (_none, at) => [`k${at}`, "::"]));
    expect(run({}, named(50_000))).toMatchObject({ outcome: "ignored" });
    expect(run({}, named(50_001))).toMatchObject({
      reason: "malformed",
      detail: "more than 50000 members",
    });
  });

  test("20000 elements and attributes are read, one more is not", () => {
    const elements = (count: number) => `<r>${"<a/>".repeat(count - 1)}</r>`;
    const attributes = (count: number) =>
      `<r ${Array.from({ length: count - 1 }, (_none, at) => `a${at}=""`).join(" ")}/>`;
    for (const document of [elements, attributes]) {
      expect(run({ parse: xml() }, document(20_000))).toMatchObject({ outcome: "ignored" });
      expect(run({ parse: xml() }, document(20_001))).toMatchObject({
        reason: "malformed",
        detail: "more than 20000 elements and attributes",
      });
    }
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
    expect(decoded.outcome === "undecodable" && decoded.detail).toMatch(
      /^TypeError at kit-bounds\.test\.ts:\d+$/,
    );
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
