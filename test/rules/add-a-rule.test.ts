import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createRuleEngine } from "../../src/rules/engine.ts";
import { rulesFrom } from "./build.ts";
import { parseScenarios, play } from "./scenario.ts";

const doc = readFileSync(new URL("../../docs/add-a-rule.md", import.meta.url), "utf8");
const block = (language: string): string =>
  new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(doc)?.[1] ?? "";

test("the rule of the guide loads, and its scenarios come out as written", () => {
  const rules = rulesFrom(block("yaml"));
  const scenarios = parseScenarios(block("text"));
  expect(rules.map(({ id }) => id)).toEqual(["noise-at-night"]);
  expect(scenarios).toHaveLength(2);
  for (const scenario of scenarios)
    expect(play(scenario, createRuleEngine(rules))).toEqual(scenario.expected);
});
