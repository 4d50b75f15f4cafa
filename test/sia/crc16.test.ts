/** The checksum, and what it says of messages published by real panels. */
import { describe, expect, test } from "vitest";
import { crc16 } from "../../src/sia/crc16.ts";
import { SHARED, sharedBytes, sharedFixtures } from "../devices/support.ts";
import { panelCrc } from "./panel.ts";

test("the check value of CRC-16/ARC", () => {
  expect(crc16(Buffer.from("123456789"))).toBe(0xbb3d);
  expect(crc16(Buffer.alloc(0))).toBe(0);
});

test("every byte counts, wherever it stands", () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  expect(crc16(bytes)).toBe(panelCrc(bytes));
  const sums = new Set([...bytes.keys()].map((at) => crc16(bytes.with(at, (bytes[at] ?? 0) ^ 1))));
  expect(sums.size).toBe(256);
  expect(sums).not.toContain(crc16(bytes));
});

describe.skipIf(SHARED.missing)("published messages", () => {
  const framed = sharedFixtures("sia_").flatMap((fixture) => {
    const text = sharedBytes(fixture.file).toString("latin1");
    return text.includes('"') ? [{ ...fixture, text }] : [];
  });
  /** Printed with a checksum that is not theirs; the source says so. */
  const WRONG = new Set([
    "sia_dc09_adm_fire.txt",
    "sia_dc09_sia_closing_text.txt",
    "sia_dc09_sia_heat_restoral.txt",
    "sia_dc09_sia_opening_no_crlf_time.txt",
  ]);

  test("nine have a frame", () => expect(framed).toHaveLength(9));

  test.each(framed)("$file", ({ file, text }) => {
    const printed = Number.parseInt(text.slice(0, 4), 16);
    expect(crc16(Buffer.from(text.slice(8), "latin1")) === printed).toBe(!WRONG.has(file));
  });

  test("the length is right in one of them: no reason to refuse a message whose checksum fits", () => {
    const right = framed.filter(({ text }) => Number.parseInt(text.slice(4, 8), 16) === text.length - 8);
    expect(right.map(({ file }) => file)).toEqual(["sia_dc09_null_encrypted.txt"]);
  });
});
