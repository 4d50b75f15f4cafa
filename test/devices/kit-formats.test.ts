import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { field, json, LIMITS, withPictures, xml, xmlOrJson } from "../../src/device-kit/index.ts";
import { run, sos } from "./kit-support.ts";
import { inputOf } from "./support.ts";

const parse = (source: string | Uint8Array, ...lists: string[]) =>
  xml(...lists).parse(Buffer.from(source), inputOf("t", new Uint8Array()), {});
const bodyOf = (source: string | Uint8Array, ...lists: string[]): unknown => {
  const parsed = parse(source, ...lists);
  return "body" in parsed ? parsed.body : parsed;
};

describe("XML", () => {
  test("elements, attributes, lists, prefixes and white space", () => {
    const source = `<?xml version="1.0"?>
      <a:Root xmlns:a="urn:x" v="1"> <a:One> x &amp; y </a:One> <Two k="v">t</Two>
      <L>1</L><L>2</L> <Empty/> <![CDATA[ c ]]> </a:Root>`;
    expect(bodyOf(source)).toEqual({
      "@a": "urn:x",
      "@v": "1",
      One: "x & y",
      Two: { "@k": "v", "#text": "t" },
      L: ["1", "2"],
      Empty: "",
      "#text": "c",
    });
    expect(bodyOf("<r><L>1</L></r>", "L")).toEqual({ L: ["1"] });
    expect(bodyOf("<r/>")).toBe("");
  });

  test("GB2312 is read as declared, UTF-8 with its mark too", () => {
    const gb = Buffer.concat([
      Buffer.from('<?xml version="1.0" encoding="GB2312"?><r><n>'),
      Buffer.from([0xb4, 0xf3, 0xc3, 0xc5]),
      Buffer.from("</n></r>"),
    ]);
    expect(bodyOf(gb)).toEqual({ n: "大门" });
    expect(bodyOf("\ufeff<r><n>大门</n></r>")).toEqual({ n: "大门" });
  });

  test.each([
    ["entities of its own", '<!DOCTYPE r [<!ENTITY a "b">]><r>&a;</r>'],
    ["an unknown entity", "<r>&a;</r>"],
    ["an open element", "<r><a></r>"],
    ["no element", "   "],
    ["words", "hello"],
    ["two roots", "<a/><b/>"],
    ["an attribute twice", '<a b="1" b="2"/>'],
    ["depth", "<a>".repeat(40) + "</a>".repeat(40)],
  ])("%s: refused as malformed, without a word of the message", (_what, source) => {
    const parsed = parse(source);
    expect(parsed).toMatchObject({ fault: "malformed" });
    expect(JSON.stringify(parsed)).not.toContain("hello");
  });

  test("names that objects have by birth are data like any other", () => {
    const body = bodyOf("<r><__proto__>x</__proto__><constructor>y</constructor></r>");
    expect(Object.entries(body as object)).toEqual([
      ["__proto__", "x"],
      ["constructor", "y"],
    ]);
    expect(Object.getPrototypeOf(body)).toBe(Object.prototype);
  });

  test("many repeated elements are read in time bounded by their number", () => {
    const many = `<r>${"<a>1</a>".repeat(19_999)}</r>`;
    expect((bodyOf(many) as { a: unknown[] }).a).toHaveLength(19_999);
  });

  test("whatever arrives, it is a body or a fault", () => {
    const odd = fc.oneof(
      fc.string(),
      fc
        .array(
          fc.constantFrom("<a>", "</a>", "<b x='1'>", "&lt;", "&", "<![CDATA[", "]]>", "<!--", "-->", "<?p"),
        )
        .map((parts) => parts.join("")),
    );
    const sound = fc.property(odd, (source) => "body" in parse(source) || "fault" in parse(source));
    expect(fc.check(sound).failed).toBe(false);
  });

  test("XML or JSON is told by its first character", () => {
    const both = (source: string) =>
      xmlOrJson().parse(Buffer.from(source), inputOf("t", new Uint8Array()), {});
    expect(both(" \n<r><a>1</a></r>")).toEqual({ body: { a: "1" } });
    expect(both('{"a":1}')).toEqual({ body: { a: 1 } });
    expect(both("")).toMatchObject({ fault: "malformed" });
  });
});

describe("documents with pictures", () => {
  const type = "multipart/form-data; boundary=--x1";
  const picture = `----x1\r\nContent-Type: image/jpeg\r\n\r\n<\xff\xd8not a document\r\n`;
  const document = `----x1\r\nContent-Disposition: form-data; name="a"\r\nContent-Type: application/json\r\n\r\n{"n":1}\r\n`;
  const read = (payload: string, contentType?: string) =>
    run({ parse: withPictures(json), rules: [sos([{ is: "exists", of: field("n") }])] }, payload, {
      ...(contentType !== undefined && { contentType }),
    });

  test("the document is found before, between and after pictures, and alone", () => {
    for (const payload of [`${document}${picture}----x1--`, `${picture}${document}${picture}----x1--`]) {
      expect(read(payload, type).outcome).toBe("events");
    }
    expect(read('{"n":1}').outcome).toBe("events");
    expect(read('{"n":1}', "application/json").outcome).toBe("events");
    expect(read(document, 'multipart/mixed; charset=utf-8; boundary="--x1"').outcome).toBe("events");
  });

  test("pictures alone, a wrong boundary and no parts are malformed", () => {
    for (const payload of [picture, "----x1--", "", "----x2\r\n\r\n{}"]) {
      const decoded = read(payload || " ", type);
      expect(decoded).toMatchObject({ outcome: "undecodable", reason: "malformed" });
    }
  });

  test("pictures may make a message large, a document may not", () => {
    const large = "y".repeat(LIMITS.payloadBytes);
    expect(
      read(`${document}----x1\r\nContent-Type: image/jpeg\r\n\r\n${large}\r\n----x1--`, type).outcome,
    ).toBe("events");
    const bloated = document.replace('{"n":1}', JSON.stringify({ n: large }));
    expect(read(`${bloated}----x1--`, type)).toMatchObject({ outcome: "undecodable", reason: "too_large" });
  });
});
