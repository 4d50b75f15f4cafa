import { expect, test } from "vitest";
import { decodeText } from "../../src/import/encoding.ts";

/** 案件,小区 in GB18030. */
const GB = Uint8Array.from([0xb0, 0xb8, 0xbc, 0xfe, 0x2c, 0xd0, 0xa1, 0xc7, 0xf8]);

test("UTF-8 with and without byte order mark", () => {
  for (const bytes of [Buffer.from("案件,小区"), Buffer.from("\ufeff案件,小区")]) {
    expect(decodeText(bytes)).toEqual({ ok: true, text: "案件,小区", encoding: "utf-8" });
  }
});

test("GB18030 is found where UTF-8 fails, four-byte characters included", () => {
  expect(decodeText(GB)).toEqual({ ok: true, text: "案件,小区", encoding: "gb18030" });
  // U+20005 as GB18030 writes it.
  expect(decodeText(Uint8Array.from([0x95, 0x32, 0x83, 0x31]))).toMatchObject({ text: "𠀅" });
});

test("a named encoding wins over the guess and is not stretched", () => {
  expect(decodeText(Buffer.from("案件"), "gb18030")).not.toMatchObject({ text: "案件" });
  expect(decodeText(GB, "utf-8")).toEqual({ ok: false, reason: "the file is not UTF-8" });
  expect(decodeText(Uint8Array.from([0xff, 0x20]), "gb18030")).toMatchObject({ ok: false });
});

test("what is neither, and what people send by mistake", () => {
  expect(decodeText(Uint8Array.from([0x80, 0xff]))).toMatchObject({
    reason: expect.stringContaining("neither UTF-8 nor GB18030"),
  });
  expect(decodeText(Buffer.from("\ufeffa", "utf16le"))).toMatchObject({
    reason: expect.stringContaining("UTF-16"),
  });
  expect(decodeText(Buffer.from("PK\u0003\u0004"))).toMatchObject({
    reason: expect.stringContaining("spreadsheet"),
  });
});
