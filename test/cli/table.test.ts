import { expect, test } from "vitest";
import { fields, table } from "../../src/cli/table.ts";

test("columns line up, also beside wide characters", () => {
  expect(
    table(
      [
        { id: "a", name: "幸福里", rule: { id: "r1" } },
        { id: "b-2", name: "x", rule: { id: "r2" } },
      ],
      ["id", "name", "rule.id"],
    ),
  ).toEqual(["ID   NAME    RULE.ID", "a    幸福里  r1", "b-2  x       r2"]);
});

test("absent values, lists and objects", () => {
  expect(fields({ a: undefined, long: ["x", "y"], c: { d: 1 }, e: false, f: "" })).toEqual([
    "a     -",
    "long  x, y",
    'c     {"d":1}',
    "e     false",
    "f     -",
  ]);
});

test("what devices say cannot steer the terminal", () => {
  const [, line = ""] = table([{ name: "\u001b[2J\u009bdoor\r\n\u202Eetag\u2028" }], ["name"]);
  expect(line).toBe("�[2J�door��\u{fffd}etag�");
  expect(fields({ a: ["\u0007"] })[0]).toBe("a  �");
});
