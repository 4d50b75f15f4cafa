import { readdirSync, readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { createRuleEngine } from "../../src/rules/engine.ts";
import { loadRules } from "../../src/rules/load-rules.ts";
import { parseScenarios, play } from "./scenario.ts";

const folder = new URL("scenarios/", import.meta.url);
const { rules, faults } = await loadRules(new URL("../../rules", import.meta.url).pathname);
const files = readdirSync(folder).map((name) => ({
  rule: name.replace(/\.txt$/, ""),
  scenarios: parseScenarios(readFileSync(new URL(name, folder), "utf8")),
}));

test("the default pack loads without a fault and every rule has its scenarios", () => {
  expect(faults).toEqual([]);
  expect(rules.length).toBeGreaterThanOrEqual(57);
  expect(files.map(({ rule }) => rule).toSorted()).toEqual(rules.map(({ id }) => id).toSorted());
});

describe.each(files)("$rule", ({ rule, scenarios }) => {
  const opens = (line: string): boolean => line.includes(`=> open ${rule} `);

  test("has a positive and a negative scenario", () => {
    expect(scenarios.filter(({ expected }) => expected.some(opens))).not.toEqual([]);
    expect(scenarios.filter(({ expected }) => !expected.some(opens))).not.toEqual([]);
  });

  test.each(scenarios)("$title", (scenario) => {
    const engine = createRuleEngine(rules);
    expect(play(scenario, engine)).toEqual(scenario.expected);
    expect(engine.conditionFaults()).toEqual([]);
  });
});

describe("positive control", () => {
  const text = readFileSync(new URL("smoke-alarm.txt", folder), "utf8");
  const first = (changed: string) => {
    const [scenario] = parseScenarios(changed);
    if (!scenario) throw new Error("no scenario");
    return { expected: scenario.expected, played: play(scenario, createRuleEngine(rules)) };
  };

  test.each([
    ["another time", "90s  => end", "91s  => end"],
    ["another place", "0s   => open smoke-alarm unit-3", "0s   => open smoke-alarm unit-4"],
    ["a missing line", "0s   => open smoke-alarm unit-3\n", ""],
    ["an event that did not come", "0s   stairs fire.smoke raise\n", "0s quiet\n"],
  ])("%s makes the scenario fail", (_name, from, to) => {
    expect(text).toContain(from);
    const { expected, played } = first(text.replace(from, to));
    expect(played).not.toEqual(expected);
  });

  test("another level makes the scenario fail", () => {
    const changed = text.replace("verified 2 smoke-alarm", "verified 1 smoke-alarm");
    expect(changed).not.toBe(text);
    const failed = parseScenarios(changed).filter(
      (scenario) => !isDeepStrictEqual(play(scenario, createRuleEngine(rules)), scenario.expected),
    );
    expect(failed).toHaveLength(1);
  });

  test("a line that cannot be read is refused with its number", () => {
    expect(() => parseScenarios("== x\ndevice a sensor\n0s b fire.smoke raise")).toThrow(
      /line 3: no such device/,
    );
    expect(() => parseScenarios("== x\n0x quiet")).toThrow(/line 2: not a time/);
    expect(() => parseScenarios("== x\ndevice a sensor\n0s a fire.smoke raise colour=red")).toThrow(
      /line 3: no such option/,
    );
  });
});
