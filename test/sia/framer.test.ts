/** Cutting messages out of a line, whatever comes in whatever pieces. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createFramer, type Found } from "../../src/sia/framer.ts";
import { frame, panelCrc } from "./panel.ts";

const MAX = 256;
const A = '"ADM-CID"0001L0#4F39[#4F39|1130 01 004]';
const B = '"SIA-DCS"0002R1L0#4F39[#4F39|Nri1/BA3]';
const OH = "SR0001L0001    006969XX    [ID00000000]";

/** What was found, as words: the text of a message, or what kind of nothing it was. */
const words = (found: readonly Found[]): readonly string[] =>
  found.map((each) => ("text" in each ? each.text.toString("latin1") : each.kind));

/** What a line of these pieces holds. */
function cut(...pieces: readonly (string | Buffer)[]): { found: readonly string[]; owes: boolean } {
  const framer = createFramer(MAX);
  const found = pieces.flatMap((piece) => words(framer.push(Buffer.from(piece as string, "latin1"))));
  return { found, owes: framer.owes() };
}

describe("messages", () => {
  test.each([
    ["one", [frame(A)], [A]],
    ["two in one packet", [frame(A) + frame(B)], [A, B]],
    ["one in two packets", [frame(A).slice(0, 20), frame(A).slice(20)], [A]],
    ["byte by byte", Array.from(frame(A)), [A]],
    ["with a line's end after each", [`${frame(A)}\n${frame(B)}\n`], [A, B]],
    ["behind blanks", [`\r\n\0 ${frame(A)}`], [A]],
    ["behind noise", [`GET / HTTP/1.1\r\n\r\n${frame(A)}`], ["noise", A]],
    ["behind a message that was cut short", [frame(A).slice(0, 30) + frame(B)], ["noise", B]],
    ["a supervision line", [OH], [OH]],
    ["a supervision line in pieces", [OH.slice(0, 12), OH.slice(12)], [OH]],
    ["a supervision line between messages", [`${frame(A)}${OH}\r${frame(B)}`], [A, OH, B]],
    ["binary noise", [Buffer.from([0xff, 0xfe, 0x00, 0x80])], ["noise"]],
  ])("%s", (_name, pieces, expected) => {
    expect(cut(...pieces)).toEqual({ found: expected, owes: false });
  });

  test("what has begun is owed until it ends", () => {
    const framer = createFramer(MAX);
    framer.push(Buffer.from(frame(A).slice(0, 20)));
    expect(framer.owes()).toBe(true);
    framer.push(Buffer.from(frame(A).slice(20)));
    expect(framer.owes()).toBe(false);
  });

  test("one longer than allowed is told and forgotten, ended or not", () => {
    const long = `"SIA-DCS"0001L0#4F39[${"9".repeat(MAX)}]`;
    expect(cut(frame(long), frame(A)).found).toEqual(["oversize", A]);
    expect(cut(frame(long).slice(0, -1), frame(A)).found).toEqual(["oversize", A]);
    const fits = `"SIA-DCS"0001L0#4F39[${"9".repeat(MAX - 22)}]`;
    expect(fits).toHaveLength(MAX);
    expect(cut(frame(fits)).found).toEqual([fits]);
  });

  test("a flood of noise is one thing, and what follows it is found", () => {
    expect(cut("x\n".repeat(30_000) + frame(A)).found).toEqual(["noise", A]);
  });

  test.each([
    ["heads that never end", '\n00000000"'],
    ["short heads that never end", '\nxx0000"'],
    ["supervision lines without an end", "SR0001L0001 00A [ID0]"],
    ["line ends", "\n"],
  ])("the work for a byte does not grow with what follows it: %s", (_name, piece) => {
    const megabyte = Buffer.from(piece.repeat(2 ** 20 / piece.length));
    const began = performance.now();
    createFramer(4_096).push(megabyte);
    expect(performance.now() - began).toBeLessThan(1_500);
  });

  test("a supervision line at the end of long noise, and a checksum of line ends behind line ends", () => {
    for (const length of [1_000, 1_010, 1_023, 1_024, 1_050, 5_000]) {
      expect(cut("x".repeat(length) + OH).found.slice(-1)).toEqual([OH]);
    }
    for (const crc of ["\n\n", "\nx", "x\n"]) {
      expect(cut(`\n\n\n\n${crc}0027${A}\r`).found).toEqual([A]);
    }
  });

  test("memory does not grow with what never ends", () => {
    const framer = createFramer(MAX);
    framer.push(Buffer.from(frame(A).slice(0, -1)));
    const found = words(framer.push(Buffer.alloc(1 << 20, "9")));
    expect(found).toEqual(["oversize"]);
    expect(framer.owes()).toBe(false);
  });

  test("a checksum of two bytes, whatever they are", () => {
    for (const crc of [0x0a0d, 0x0d0a, 0x0a0a, 0x2222, panelCrc(A)]) {
      const bytes = Buffer.concat([
        Buffer.from("\n"),
        Buffer.from([crc >> 8, crc & 0xff]),
        Buffer.from(`0027${A}\r`),
      ]);
      const [found] = createFramer(MAX).push(bytes);
      expect(found).toMatchObject({ kind: "frame", crc, length: 0x27, binaryCrc: true });
    }
  });
});

describe("properties", () => {
  const piece = fc.oneof(
    fc.constantFrom(frame(A), frame(B), OH, "\n", "\r", "\n\r", '"', "\n1234", frame(A).slice(0, 25)),
    fc.string({ maxLength: 12 }),
  );

  test("where the packets break makes no difference to the messages", () => {
    const line = fc.array(fc.constantFrom(frame(A), frame(B), `${frame(A)}\n`), { maxLength: 6 });
    const property = fc.property(line, fc.array(fc.nat({ max: 40 }), { maxLength: 20 }), (parts, sizes) => {
      const text = parts.join("");
      const pieces: string[] = [];
      let at = 0;
      for (const size of sizes) pieces.push(text.slice(at, (at += size)));
      pieces.push(text.slice(at));
      return JSON.stringify(cut(...pieces).found) === JSON.stringify(cut(text).found);
    });
    expect(fc.check(property).counterexample).toBeNull();
  });

  test("a good message behind anything is found, at the latest after the next line's end", () => {
    const property = fc.property(fc.array(piece, { maxLength: 8 }), (parts) => {
      const { found } = cut(...parts, "\r", frame(B));
      return found.at(-1) === B;
    });
    expect(fc.check(property, { numRuns: 2_000 }).counterexample).toBeNull();
  });
});
