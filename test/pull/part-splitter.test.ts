import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createPartSplitter, type PartLimits, type Piece } from "../../src/pull/part-splitter.ts";

const SMALL: PartLimits = { headBytes: 200, documentBytes: 400 };

/** What comes of a body, as short words: a document is its text. */
function cut(
  chunks: readonly (string | Uint8Array)[],
  {
    boundary = "boundary",
    limits = SMALL,
    end,
  }: { boundary?: string; limits?: PartLimits; end?: boolean } = {},
): readonly string[] {
  const splitter = createPartSplitter(boundary, limits);
  const pieces: Piece[] = chunks.flatMap((chunk) => [
    ...splitter.push(typeof chunk === "string" ? Buffer.from(chunk, "latin1") : chunk),
  ]);
  if (end !== undefined) pieces.push(...splitter.end(end));
  return pieces.map((piece) =>
    piece.kind === "document" ? piece.body.toString("latin1") : `[${piece.kind}]`,
  );
}

const part = (body: string, head = "Content-Type: application/xml\r\n"): string =>
  `--boundary\r\n${head}\r\n${body}\r\n`;
const withLength = (body: string, type = "application/xml"): string =>
  part(body, `Content-Type: ${type}\r\nContent-Length: ${body.length}\r\n`);

describe("parts", () => {
  test("a document with a length is complete with its last byte, not with the next boundary", () => {
    expect(cut([withLength("<a/>").trimEnd()])).toEqual(["<a/>"]);
    expect(cut([part("<a/>")])).toEqual([]);
    expect(cut([part("<a/>"), "--boundary\r\n"])).toEqual(["<a/>"]);
  });

  test("the content type goes along", () => {
    const [piece] = createPartSplitter("boundary").push(
      Buffer.from(withLength("{}", 'application/json; charset="UTF-8"')),
    );
    expect(piece).toMatchObject({ kind: "document", contentType: 'application/json; charset="UTF-8"' });
  });

  test("pictures are passed over, with and without a length, declared or only begun as one", () => {
    const jpeg = "\u00ff\u00d8\u00ff\u00e0 --bound --boundaryless \r\n--boundar\r\n \u00ff\u00d9";
    const body = [
      withLength("<a/>"),
      withLength(jpeg, "image/jpeg"),
      withLength("<b/>"),
      part(jpeg, "Content-Type: image/jpeg\r\n"),
      part(jpeg, ""),
      withLength("<c/>"),
    ];
    expect(cut(body)).toEqual(["<a/>", "[picture]", "<b/>", "[picture]", "[picture]", "<c/>"]);
  });

  test("as Dahua writes: bare names, no space, two line ends, heartbeats", () => {
    const event = "Code=AlarmLocal;action=Start;index=5";
    const body =
      `--myboundary\r\nContent-Type: text/plain\r\nContent-Length:${event.length}\r\n\r\n${event}\r\n\r\n` +
      `--myboundary\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nHeartbeat\r\n\r\n` +
      `--myboundary\r\nContent-Type: text/plain\r\n\r\n${event}\r\n\r\n--myboundary\r\n`;
    expect(cut([body], { boundary: "myboundary" })).toEqual([event, "Heartbeat", event]);
  });

  test("firmware that forgets the blank line after the head, or the head", () => {
    const event = "Code=AlarmLocal;action=Start;index=5";
    const body =
      `--myboundary\nContent-Length:${event.length}\n${event}\n` +
      `--myboundary\nHeartbeat\n--myboundary\n<a/>\n--myboundary\n`;
    expect(cut([body], { boundary: "myboundary" })).toEqual([event, "Heartbeat", "<a/>"]);
  });

  test("no head, and a first word longer than a head may be", () => {
    const word = "z".repeat(300);
    expect(cut([`--boundary\n${word}`, "\n--boundary\n"])).toEqual([word]);
  });

  test("a boundary parameter with the dashes in it, and bodies with bare line feeds", () => {
    expect(cut(["--b\nContent-Length: 4\n\n<a/>\n--b\n\n<b/>\n--b--\n"], { boundary: "--b" })).toEqual([
      "<a/>",
      "<b/>",
    ]);
  });

  test("what stands before the first part and after the last is nothing", () => {
    const body = ["preamble -- --bound\r\n", withLength("<a/>"), "--boundary--\r\nepilogue <x/>"];
    expect(cut(body, { end: true })).toEqual(["<a/>"]);
  });

  test("a stream may go on after its closing delimiter", () => {
    expect(cut([withLength("<a/>"), "--boundary--\r\n", withLength("<b/>")])).toEqual(["<a/>", "<b/>"]);
  });

  test("a length of nothing is none; one that reaches over the boundary spoils no other part", () => {
    const zero = part("<a/>", "Content-Length: 0\r\n");
    const long = part("<b/>", "Content-Length: 300\r\n");
    expect(cut([zero, long, withLength("<c/>")])).toEqual(["<a/>", "<b/>", "<c/>"]);
  });

  test("too large, with and without a length, and a head without end: passed over, told, and read on", () => {
    const large = "x".repeat(500);
    const body = [
      withLength(large),
      withLength("<a/>"),
      part(large),
      withLength("<b/>"),
      part("<c/>", `X-Long: ${large}\r\n`),
      withLength("<d/>"),
    ];
    expect(cut(body)).toEqual(["[too_large]", "<a/>", "[too_large]", "<b/>", "[too_large]", "<d/>"]);
  });

  test("just within the bound and just beyond it", () => {
    for (const make of [withLength, part]) {
      const body = [make("x".repeat(400)), make("y".repeat(401)), withLength("<a/>")];
      expect(cut(body)).toEqual(["x".repeat(400), "[too_large]", "<a/>"]);
    }
  });

  test("the end completes a document without length, only when the device meant it", () => {
    expect(cut([part("<a/>")], { end: true })).toEqual(["<a/>"]);
    expect(cut([part("<a/>")], { end: false })).toEqual(["[truncated]"]);
    const half = withLength("<a>0123456789</a>").slice(0, -10);
    expect(cut([half], { end: true })).toEqual(["[truncated]"]);
    expect(cut([withLength("<a/>")], { end: false })).toEqual(["<a/>"]);
  });

  test("a megabyte in small chunks is put together in well under a second", () => {
    const body = "x".repeat(1024 * 1024);
    const bytes = Buffer.from(part(body, ""));
    const splitter = createPartSplitter("boundary");
    const began = performance.now();
    for (let at = 0; at < bytes.length; at += 100) splitter.push(bytes.subarray(at, at + 100));
    const [piece] = splitter.push(Buffer.from("--boundary\r\n"));
    expect(piece?.kind === "document" && piece.body.equals(Buffer.from(body))).toBe(true);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});

describe("any chunking gives the same parts", () => {
  const text = fc.string({
    unit: fc.constantFrom("a", "<", ">", "\r", "\n", "-", "--boundary", "--boundar", ":", "=", " ", "\u00ff"),
    maxLength: 40,
  });
  const size = fc.option(fc.nat(600), { nil: undefined });
  const anyPart = fc
    .tuple(text, size, fc.constantFrom("application/xml", "image/jpeg", "", "text/plain"), fc.boolean())
    .map(([body, length, type, blank]) =>
      [
        `--boundary\r\n`,
        type === "" ? "" : `Content-Type: ${type}\r\n`,
        length === undefined ? "" : `Content-Length: ${length}\r\n`,
        blank ? "\r\n" : "",
        body,
        "\r\n",
      ].join(""),
    );
  const large = fc.nat(900).map((count) => part("z".repeat(count)));
  const stream = fc.array(fc.oneof({ arbitrary: anyPart, weight: 4 }, large, text), { maxLength: 8 });

  test("split at arbitrary bytes, down to single ones", () => {
    fc.assert(
      fc.property(stream, fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (pieces, sizes) => {
        const bytes = Buffer.from(pieces.join(""), "latin1");
        const whole = cut([bytes], { end: false });
        const chunks: Buffer[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const step = sizes[turn % sizes.length] ?? 1;
          chunks.push(bytes.subarray(at, at + step));
          at += step;
        }
        expect(cut(chunks, { end: false })).toEqual(whole);
        expect(
          cut(
            [...bytes].map((byte) => Uint8Array.of(byte)),
            { end: false },
          ),
        ).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });

  test("well-formed parts come out as they went in, whatever the chunks", () => {
    const document = fc.string({
      unit: fc.constantFrom("a", "<", "-", "\r\n", "é"),
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(fc.array(document), fc.integer({ min: 1, max: 30 }), (documents, step) => {
        const bodies = documents.map((each) => Buffer.from(each));
        const bytes = Buffer.concat(
          bodies.flatMap((body) => [
            Buffer.from(`\r\n--boundary\r\nContent-Length: ${body.length}\r\n\r\n`),
            body,
          ]),
        );
        const splitter = createPartSplitter("boundary");
        const seen: string[] = [];
        for (let at = 0; at < bytes.length; at += step) {
          for (const piece of splitter.push(bytes.subarray(at, at + step)))
            if (piece.kind === "document") seen.push(piece.body.toString());
        }
        expect(seen).toEqual(documents.filter((each) => each.trim() !== ""));
      }),
      { numRuns: 300 },
    );
  });
});
