import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ZhianError } from "../../src/errors.ts";
import { fieldsOf, lineOf, seriesOf } from "../../src/timeseries/line.ts";
import { MEASUREMENTS } from "../../src/timeseries/measurements.ts";
import { parseLine } from "./parse-line.ts";

const AT = Date.UTC(2026, 2, 1);
const TAGS = { code: "life.sos", device: "d1", estate: "e1", phase: "pulse", severity: "P1" };

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof ZhianError) return `${error.faults[0]?.field} ${error.faults[0]?.reason}`;
    throw error;
  }
  throw new Error("it was not refused");
}

describe("a line", () => {
  test("is written as InfluxDB reads it", () => {
    const series = seriesOf("security_event", { ...TAGS, device: "门 1,a=b" });
    const fields = fieldsOf("security_event", { n: 1, event_id: 'a"b\\c', value: 21.5, late: false });
    expect(lineOf(series, fields, AT, 7)).toBe(
      String.raw`security_event,code=life.sos,device=门\ 1\,a\=b,estate=e1,phase=pulse,severity=P1 n=1i,event_id="a\"b\\c",value=21.5,late=false 1772323200000000007`,
    );
  });

  test.each([
    ["", "is empty"],
    ["a\nb", "has a line break or another control character"],
    ["a\\", "has a backslash that line protocol cannot write"],
    ["a\\ b", "has a backslash that line protocol cannot write"],
    ["a\\,b", "has a backslash that line protocol cannot write"],
    ["a\uD800", "is no well-formed text"],
    ["x".repeat(1_025), "is longer than 1024 characters"],
  ])("with the tag %j is refused by name and reason", (device, reason) => {
    expect(refusal(() => seriesOf("security_event", { ...TAGS, device }))).toBe(
      `security_event.device ${reason}`,
    );
  });

  test.each([
    [{ n: 1.5 }, "security_event.n is no whole number"],
    [{ value: Number.NaN }, "security_event.value is no finite number"],
    [{ event_id: "a\nb" }, "security_event.event_id has a line break or another control character"],
    [{}, "security_event has no field"],
  ])("with the fields %j is refused by name and reason", (fields, reason) => {
    expect(refusal(() => fieldsOf("security_event", fields))).toBe(reason);
  });

  test.each([0, -1, 1.5, Number.NaN, 9_223_372_036_854])("of the time %d is refused", (at) => {
    expect(refusal(() => lineOf("hub", "n=1i", at, 0))).toContain("is out of range");
  });

  test("of a step beyond the millisecond is refused", () => {
    expect(lineOf("hub", "n=1i", AT, 999_999)).toBe("hub n=1i 1772323200000999999");
    expect(refusal(() => lineOf("hub", "n=1i", AT, 1_000_000))).toContain("at most 1000000 points");
  });

  test("any point yields exactly one line that says the same, or a refusal with a field", () => {
    let written = 0;
    const refusable = ["", "security_event.device", "security_event.event_id", "security_event.value"];
    const text = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: "binary" }),
      fc.stringMatching(/^[\\ ,="ab\n]{1,8}$/),
    );
    /** What became of a point: the field that was refused, or the line read back. */
    const outcome = (
      tags: typeof TAGS,
      fields: Parameters<typeof fieldsOf<"security_event">>[1],
      step: number,
    ) => {
      try {
        const line = lineOf(seriesOf("security_event", tags), fieldsOf("security_event", fields), AT, step);
        written++;
        return { lines: line.split("\n").length, ...parseLine(line) };
      } catch (error) {
        if (!(error instanceof ZhianError)) throw error;
        return { refused: error.faults[0]?.field };
      }
    };
    fc.assert(
      fc.property(text, text, fc.double(), fc.boolean(), fc.nat(999_999), (device, id, value, late, step) => {
        const tags = { ...TAGS, device };
        const fields = { n: 1, event_id: id, value, late };
        const made = outcome(tags, fields, step);
        const same = {
          lines: 1,
          measurement: "security_event",
          tags,
          fields: { ...fields, n: "1i", value: value === 0 ? 0 : value },
          time: BigInt(AT) * 1_000_000n + BigInt(step),
        };
        expect("refused" in made ? { ...same, refused: made.refused } : made).toMatchObject(same);
        expect(refusable).toContain("refused" in made ? made.refused : "");
      }),
      { numRuns: 5_000 },
    );
    expect(written).toBeGreaterThan(500);
  });
});

test("tags stand in the order InfluxDB sorts them into", () => {
  for (const { tags } of Object.values(MEASUREMENTS))
    expect([...tags]).toEqual([...tags].toSorted((a, b) => (a < b ? -1 : 1)));
});
