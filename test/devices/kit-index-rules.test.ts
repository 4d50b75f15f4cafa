import { describe, expect, test } from "vitest";
import { equals, exists, field, ignored, not, oneOf, type Rule } from "../../src/device-kit/index.ts";
import { indexRules } from "../../src/device-kit/index-rules.ts";
import type { Scope } from "../../src/device-kit/scope.ts";
import { inputOf } from "./support.ts";

const scope = (body: unknown): Scope => ({
  input: inputOf("t", new Uint8Array()),
  captures: {},
  body,
  config: {},
});

const RULES: readonly Rule[] = [
  ignored("empty", equals(field("a.b"), 1)),
  ignored("empty", exists(field("c"))),
  ignored("empty", equals(field("c"), "x"), oneOf(field("a.b"), "1", 2)),
  ignored("empty", not(equals(field("a.b"), 1))),
  ignored("empty", oneOf(field("a.b"), 2, true)),
  ignored("empty", equals(field("a.b"), 1), equals(field("a.b"), 2)),
];
const NAMES = ["one", "exists", "two words", "not one", "two or true", "never"];

describe("rules by the field they compare", () => {
  test.each([
    [{ a: { b: 1 } }, ["one", "exists", "not one", "never"]],
    [{ a: { b: "1" } }, ["exists", "two words", "not one"]],
    [{ a: { b: 2 } }, ["exists", "two words", "not one", "two or true"]],
    [{ a: { b: true } }, ["exists", "not one", "two or true"]],
    [{ a: { b: "other" } }, ["exists", "not one"]],
    [{ a: { b: { c: 1 } } }, ["exists", "not one"]],
    [{}, ["exists", "not one"]],
  ])("%j", (body, expected) => {
    expect(indexRules(RULES, NAMES)?.(scope(body))).toEqual(expected);
  });

  test("a few rules are asked one by one", () => {
    expect(indexRules(RULES.slice(0, 4), NAMES.slice(0, 4))).toBeUndefined();
  });

  test("a dot in the name of a field is no step", () => {
    const rules = [1, 2, 3, 4].map((value) => ignored("empty", equals(field(String.raw`a\.b`), value)));
    expect(indexRules(rules, NAMES.slice(0, 4))?.(scope({ "a.b": 3 }))).toEqual(["two words"]);
  });
});
