import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { COMPARISON_VERDICTS } from "../../src/domain/comparison.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const DOC = readFileSync(join(ROOT, "docs/statistics.md"), "utf8");

function sources(dir: string): readonly string[] {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    if (statSync(path).isDirectory()) return sources(path);
    return path.endsWith(".ts") ? [readFileSync(path, "utf8")] : [];
  });
}

/** Codes of the caveats a text makes. */
const codesIn = (text: string): readonly string[] =>
  [...text.matchAll(/\bcode: "([A-Z_]+)",\s*(?:\/\/[^\n]*\n\s*)*severity\b/gu)].map(([, code = ""]) => code);

/** What the first column of a table holds in code marks. */
const rowsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^\| `(\w+)` \|/gmu)].map(([, code = ""]) => code);

test("docs/statistics.md explains every caveat the hub gives, and no other, in order", () => {
  const made = [...new Set(sources(join(ROOT, "src")).flatMap(codesIn))].toSorted();
  expect(made.length).toBeGreaterThan(15);
  expect(rowsOf(DOC).filter((code) => /^[A-Z_]+$/u.test(code))).toEqual(made);
});

test("it explains every verdict", () => {
  expect(
    rowsOf(DOC)
      .filter((code) => /^[a-z_]+$/u.test(code))
      .toSorted(),
  ).toEqual([...COMPARISON_VERDICTS].toSorted());
});

test("control: a caveat is seen in the code, and a missing row in the table", () => {
  expect(codesIn('  code: "NEW_ONE",\n  severity: "info",')).toEqual(["NEW_ONE"]);
  expect(codesIn('  code: "VALIDATION",\n  message: "no caveat",')).toEqual([]);
  expect(rowsOf("| Code | x |\n| `A_B` | y |")).toEqual(["A_B"]);
});
