import { describe, expect, test } from "vitest";
import { body, each, edge, field, text, type Parser } from "../../src/device-kit/index.ts";
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
