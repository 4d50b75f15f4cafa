import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { HOUR } from "../../src/domain/time.ts";
import { createConditionCompiler } from "../../src/rules/condition.ts";
import { createRuleEngine } from "../../src/rules/engine.ts";
import { readRules } from "../../src/rules/read-rules.ts";
import { describeFault } from "../../src/rules/rule.ts";
import { feed, GATE, NOON, rulesFrom, ruleText } from "./build.ts";
import { motion, silenceRule } from "./silence.ts";

const OF = "event.code == 'intrusion.motion'";
const faultsOf = (lines: Readonly<Record<string, string>>): string[] =>
  readRules("test.yaml", ruleText(lines), createConditionCompiler()).faults.map(describeFault);

describe("a fault names the field", () => {
  test.each([
    [`of: ${OF}`, "for: It is missing."],
    ["for: 24h", "of: It is missing."],
    [`of: ${OF}, for: soon`, "for: 'soon' is not $threshold or a duration such as 90s, 5m, 12h or 2d."],
    [`of: ${OF}, for: $threshold`, "for: $threshold needs a schedule."],
    [
      "of: event.phase == 'raise', for: 24h",
      "of: The condition must say for which codes it is: event.code == '…' or event.code in ['…'].",
    ],
    [`of: ${OF}, for: 24h, until: ${OF}`, "until: There is no such field."],
  ])("%s", (absent, fault) => {
    expect(faultsOf({ when: `{ absent: { ${absent} } }` })).toEqual([
      `test.yaml:5: a-rule · when.absent.${fault}`,
    ]);
  });

  test("it ends by itself, and follows devices of one estate", () => {
    const when = `{ absent: { of: ${OF}, for: 24h } }`;
    expect(faultsOf({ when, clears: `{ when: ${OF}, after: 1h }` })).toEqual([
      "test.yaml:6: a-rule · clears.when: A rule with absent ends by itself.",
    ]);
    expect(faultsOf({ when, key: "[everywhere, { value: event.device }]" })).toEqual([
      "test.yaml:7: a-rule · key: A rule with absent follows devices of one estate: its key begins with estate.",
    ]);
  });
});

test("the version changes with the time and the condition, not with how they are written", () => {
  const versions = [
    silenceRule("24h"),
    silenceRule("1d"),
    silenceRule("25h"),
    rulesFrom(ruleText({ incident: "life.inactivity", when: `{ absent: { of: "${OF}", for: 24h } }` })),
  ].map(([rule]) => rule?.version);
  expect(versions[1]).toBe(versions[0]);
  expect(new Set(versions).size).toBe(3);
});

test("the example of the guide finds a flat in which nothing moves, longer by night, and no other place", () => {
  const doc = readFileSync(new URL("../../docs/add-a-rule.md", import.meta.url), "utf8");
  const example = /```yaml\n((?:(?!```)[\s\S])*absent:[\s\S]*?)```/.exec(doc)?.[1] ?? "";
  const engine = createRuleEngine(rulesFrom(example));
  const until = (hours: number): string[] =>
    engine.advance(NOON + hours * HOUR).map(({ kind, key }) => `${kind} ${key}`);
  feed(engine, motion(0), { ...GATE, placeId: "care-301" });
  feed(engine, motion(0), { ...GATE, placeId: "unit-3" });
  expect(until(8 - 1 / 60)).toEqual([]);
  expect(until(8)).toEqual(["open e1|life.inactivity|place:care-301"]);
  // Ten in the evening.
  feed(engine, motion(10 * 3_600), { ...GATE, placeId: "care-302" });
  expect(until(22 - 1 / 60)).toEqual([]);
  expect(until(22)).toEqual(["open e1|life.inactivity|place:care-302"]);
});
