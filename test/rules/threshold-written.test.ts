import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createConditionCompiler } from "../../src/rules/condition.ts";
import { createRuleEngine } from "../../src/rules/engine.ts";
import { readRules } from "../../src/rules/read-rules.ts";
import { describeFault } from "../../src/rules/rule.ts";
import { decode, eventsOf } from "../devices/support.ts";
import { feed, GATE, rulesFrom, ruleText } from "./build.ts";
import { limitRule, reading } from "./gauge.ts";

const OF = "of: event.code == 'info.telemetry', value: event.value";
const faultsOf = (threshold: string, lines: Readonly<Record<string, string>> = {}): string[] =>
  readRules(
    "test.yaml",
    ruleText({ when: `{ threshold: { ${threshold} } }`, ...lines }),
    createConditionCompiler(),
  ).faults.map(describeFault);

describe("a fault names the field", () => {
  test.each([
    [`${OF}, above: 70`, ".clearsBelow: It is missing."],
    [`${OF}, below: 70`, ".clearsAbove: It is missing."],
    [`${OF}, risesBy: 8`, ".within: It is missing."],
    [`${OF}, fallsBy: 8`, ".within: It is missing."],
    [OF, ": It must have one of above, below, risesBy, fallsBy."],
    [`${OF}, above: 70, clearsBelow: 60, below: 5`, ".below: It has above already; a rule has one limit."],
    [`${OF}, above: 70, clearsBelow: 71`, ".clearsBelow: It must not be higher than above."],
    [`${OF}, below: 70, clearsAbove: 69`, ".clearsAbove: It must not be lower than below."],
    [`${OF}, above: hot, clearsBelow: 60`, ".above: It must be a number."],
    [`${OF}, above: .inf, clearsBelow: 60`, ".above: It must be a number."],
    [`${OF}, risesBy: 0, within: 5m`, ".risesBy: It must be more than 0."],
    [`${OF}, risesBy: 8, within: 25h`, ".within: It must be 1d at most."],
    [`${OF}, risesBy: 8, within: 5m, for: 1m`, ".for: It has no effect without above or below."],
    [
      `${OF}, above: 70, clearsBelow: 60, within: 5m`,
      ".within: It has no effect without risesBy or fallsBy.",
    ],
    [`${OF}, above: 70, clearsBelow: 60, clearsAbove: 60`, ".clearsAbove: It has no effect without below."],
    [
      `${OF}, above: 70, clearsBelow: 60, for: long`,
      ".for: 'long' is not a duration such as 90s, 5m, 12h or 2d.",
    ],
    ["of: event.code == 'info.telemetry', above: 70, clearsBelow: 60", ".value: It is missing."],
    [
      "of: event.code == 'info.telemetry', value: event.reading, above: 70, clearsBelow: 60",
      ".value: The expression cannot be read at character 7: No such key: reading.",
    ],
    [`${OF}, above: 70, clearsBelow: 60, limit: 3`, ".limit: There is no such field."],
  ])("%s", (threshold, fault) => {
    expect(faultsOf(threshold)).toEqual([`test.yaml:5: a-rule · when.threshold${fault}`]);
  });

  test("it ends by itself", () => {
    const clears = "{ when: event.code == 'info.telemetry', after: 1h }";
    expect(faultsOf(`${OF}, above: 70, clearsBelow: 60`, { clears })).toEqual([
      "test.yaml:6: a-rule · clears.when: A rule with threshold ends by itself.",
    ]);
  });
});

test("the version changes with each number, each time and the value", () => {
  const versions = [
    limitRule("above: 70, clearsBelow: 60, for: 1m"),
    limitRule("for: 60s, clearsBelow: 60.0, above: 70"),
    limitRule("above: 70, clearsBelow: 60, for: 2m"),
    limitRule("above: 70, clearsBelow: 61, for: 1m"),
    limitRule("above: 71, clearsBelow: 60, for: 1m"),
    limitRule("above: 70, clearsBelow: 60"),
    limitRule("risesBy: 70, within: 1m"),
    limitRule("fallsBy: 70, within: 1m"),
    limitRule("risesBy: 70, within: 2m"),
    rulesFrom(
      ruleText({
        incident: "facility.high_temperature",
        when: "{ threshold: { of: event.code == 'info.telemetry', value: event.attributes.t, above: 70, clearsBelow: 60, for: 1m } }",
      }),
    ),
  ].map(([rule]) => rule?.version);
  expect(versions[1]).toBe(versions[0]);
  expect(new Set(versions).size).toBe(9);
});

describe("the examples of the guide", () => {
  const doc = readFileSync(new URL("../../docs/add-a-rule.md", import.meta.url), "utf8");
  const rules = [...doc.matchAll(/```yaml\n((?:(?!```)[\s\S])*threshold:\n[\s\S]*?)```/g)].map(
    ([, example = ""]) => rulesFrom(example),
  );
  const at = (placeId: string, quantity: string, ...readings: readonly (readonly [number, number])[]) => {
    const engine = createRuleEngine(rules.flat());
    return readings.flatMap(([second, value]) => {
      const event = reading(second, value, { attributes: { quantity } });
      return [...engine.advance(event.receivedAt), ...feed(engine, event, { ...GATE, placeId })].map(
        ({ kind, rule, key, at: time }) => `${kind} ${rule.id} ${key} ${(time - event.occurredAt) / 1_000}`,
      );
    });
  };

  test("are sent as it says", () => {
    const sent: unknown = JSON.parse(/```json\n([\s\S]*?info\.telemetry[\s\S]*?)```/.exec(doc)?.[1] ?? "{}");
    expect(eventsOf(decode("native", "devices/probe-1/events", sent))).toEqual([
      {
        device: "probe-1",
        code: "info.telemetry",
        phase: "state",
        report: "edge",
        value: 24.5,
        attributes: { quantity: "temperature" },
      },
    ]);
  });

  test("find what they say, and nothing else", () => {
    expect(rules.flat().map(({ id }) => id)).toEqual(["server-room-hot", "tank-empties"]);
    expect(at("server-room-1", "temperature", [0, 36], [299, 36])).toEqual([]);
    expect(at("server-room-1", "temperature", [0, 36], [300, 34], [400, 29])).toEqual([
      "open server-room-hot e1|facility.high_temperature|place:server-room-1 -300",
      "end server-room-hot e1|facility.high_temperature|place:server-room-1 0",
    ]);
    expect(at("tank-1", "level", [0, 90], [1_800, 70])).toEqual([
      "open tank-empties e1|fire.water_pressure|place:tank-1 0",
    ]);
    expect(at("tank-1", "level", [0, 90], [1_801, 70])).toEqual([]);
    expect(at("tank-1", "temperature", [0, 90], [1_800, 70])).toEqual([]);
  });
});
