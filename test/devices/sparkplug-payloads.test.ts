/** Payloads as bytes: by name or alias, in protobuf or JSON, cut off, with numbers of 64 bits. */
import fc from "fast-check";
import { PbfWriter } from "pbf";
import { expect, test } from "vitest";
import { encode } from "./sparkplug-encode.ts";
import { decode } from "./support.ts";
import { bridge } from "./taught-bridge.ts";

const AT = Date.UTC(2026, 2, 1, 1);
const path = (type: string) => `spBv1.0/estate/${type}/node-1`;
const bdSeq = (value: number) => ({ name: "bdSeq", value });

const metric = fc.record({
  name: fc.string({ minLength: 1, maxLength: 20 }).filter((name) => !/Control\//.test(name)),
  value: fc.oneof(fc.boolean(), fc.nat(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.string()),
  timestamp: fc.integer({ min: AT - 1_000_000, max: AT }),
  historical: fc.boolean(),
  isNull: fc.boolean(),
});
const metrics = fc.uniqueArray(metric, { selector: ({ name }) => name, maxLength: 20 });

test("what is told by alias is what is told by name, in protobuf and in JSON", () => {
  fc.assert(
    fc.property(metrics, (list) => {
      const { send } = bridge();
      const aliased = list.map((one, at) => ({ ...one, alias: at + 1 }));
      send(path("NBIRTH"), encode([bdSeq(1), ...aliased], AT));
      const nameless = aliased.map(({ name: _known, ...rest }) => rest);
      const byAlias = send(path("NDATA"), encode(nameless, AT));
      const byName = decode("sparkplug", path("NDATA"), encode(list, AT));
      const json = {
        timestamp: AT,
        metrics: list.map((one) => Object.assign({ isHistorical: one.historical }, one)),
      };
      expect(byAlias).toEqual(byName);
      expect(decode("sparkplug", path("NDATA"), json)).toEqual(byName);
    }),
    { numRuns: 300 },
  );
});

test("every cut of a payload is refused or reads as a shorter one", () => {
  const bytes = encode(
    [bdSeq(1), { name: "Door", alias: 300, value: true, timestamp: AT }, { name: "x", value: 1.5 }],
    AT,
  );
  for (let end = 1; end < bytes.length; end++) {
    const decoded = decode("sparkplug", path("NDATA"), bytes.subarray(0, end));
    expect(decoded.outcome === "undecodable" ? decoded.reason : "malformed").toBe("malformed");
  }
});

test("aliases of 64 bits are told apart", () => {
  const writer = new PbfWriter();
  // 2^63 and 2^63 + 1, which are one number where digits are lost.
  for (const [name, last] of [
    ["A", 0x80],
    ["B", 0x81],
  ] as const) {
    writer.writeMessage(
      2,
      (text, inner) => {
        inner.writeStringField(1, text);
        inner.writeTag(2, 0);
        for (const byte of [last, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]) {
          inner.realloc(1);
          inner.buf[inner.pos++] = byte;
        }
      },
      name,
    );
  }
  const { send, shelf } = bridge();
  send(path("NBIRTH"), writer.finish());
  expect(shelf.get("sparkplug\nestate/node-1")).toMatchObject({
    names: { "9223372036854775808": "A", "9223372036854775809": "B" },
  });
});
