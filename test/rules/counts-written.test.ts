import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { SECOND } from "../../src/domain/time.ts";
import { createConditionCompiler } from "../../src/rules/condition.ts";
import { createRuleEngine } from "../../src/rules/engine.ts";
import { readRules } from "../../src/rules/read-rules.ts";
import { describeFault } from "../../src/rules/rule.ts";
import { eventAt, feed, rulesFrom, ruleText } from "./build.ts";

const DENIED = "event.code == 'access.denied'";

describe("a fault names the field", () => {
  const count = "It must be a whole number from 2 to 100.";
  test.each([
    [`of: ${DENIED}, within: 2m`, "when.counts.atLeast: It is missing."],
    [`of: ${DENIED}, atLeast: 1, within: 2m`, `when.counts.atLeast: ${count}`],
    [`of: ${DENIED}, atLeast: 101, within: 2m`, `when.counts.atLeast: ${count}`],
    [`of: ${DENIED}, atLeast: 2.5, within: 2m`, `when.counts.atLeast: ${count}`],
    [`of: ${DENIED}, atLeast: three, within: 2m`, `when.counts.atLeast: ${count}`],
    [`of: ${DENIED}, atLeast: 3, within: 8d`, "when.counts.within: It must be 7d at most."],
    [
      `of: ${DENIED}, atLeast: 3, within: soon`,
      "when.counts.within: 'soon' is not a duration such as 90s, 5m, 12h or 2d.",
    ],
    [
      `of: ${DENIED}, atLeast: 3, within: 2m, distinct: event.card`,
      "when.counts.distinct: The expression cannot be read at character 7: No such key: card.",
    ],
    [
      `of: ${DENIED}, atLeast: 3, within: 2m, distinct: event.attributes`,
      "when.counts.distinct: A value must be a text, a number or a truth, this one is a map<string, dyn>.",
    ],
    [`of: ${DENIED}, atLeast: 3, within: 2m, by: x`, "when.counts.by: There is no such field."],
  ])("%s", (counts, fault) => {
    const text = ruleText({ when: `{ counts: { ${counts} } }` });
    const { rules, faults } = readRules("test.yaml", text, createConditionCompiler());
    expect(rules).toEqual([]);
    expect(faults.map(describeFault)).toEqual([`test.yaml:5: a-rule · ${fault}`]);
  });
});

test("the version changes with the number, the window and the value", () => {
  const versions = [
    `of: ${DENIED}, atLeast: 3, within: 2m`,
    `of: ${DENIED}, atLeast: 3, within: 120s`,
    `of: ${DENIED}, atLeast: 4, within: 2m`,
    `of: ${DENIED}, atLeast: 3, within: 3m`,
    `of: ${DENIED}, atLeast: 3, within: 2m, distinct: event.device`,
    `of: ${DENIED}, atLeast: 3, within: 2m, distinct: event.point`,
  ].map((counts) => rulesFrom(ruleText({ when: `{ counts: { ${counts} } }` }))[0]?.version);
  expect(versions[1]).toBe(versions[0]);
  expect(new Set(versions).size).toBe(5);
});

test("the example of the guide counts as it says", () => {
  const doc = readFileSync(new URL("../../docs/add-a-rule.md", import.meta.url), "utf8");
  const example = /```yaml\n((?:(?!```)[\s\S])*counts:[\s\S]*?)```/.exec(doc)?.[1] ?? "";
  const engine = createRuleEngine(rulesFrom(example));
  const at = (second: number, cardHash: string): string[] =>
    feed(engine, eventAt(second * SECOND, "access.denied", "pulse", { attributes: { cardHash } })).map(
      ({ kind, key }) => `${kind} ${key}`,
    );
  expect([...at(0, "a"), ...at(30, "a"), ...at(60, "b")]).toEqual([]);
  expect(at(120, "c")).toEqual(["open e1|access.denied_repeat|device:d1"]);
  expect(at(241, "d")).toEqual([]);
});
