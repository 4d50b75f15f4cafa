import { expect, test } from "vitest";
import { closingsOf } from "../../src/backtest/closings.ts";
import type { Spell } from "../../src/backtest/spell.ts";
import { createTrial } from "../../src/backtest/trial.ts";
import { MINUTE } from "../../src/domain/time.ts";
import { createIncidentLifeCycle } from "../../src/incidents/life-cycle.ts";
import { createRuleEngine } from "../../src/rules/engine.ts";
import { incident } from "../contracts/store/samples.ts";
import { eventAt, GATE, NOON, rulesFrom, ruleText } from "../rules/build.ts";

const KEY = "e1|fire.smoke|place:unit-3";
const RULE = {
  severity: "P1",
  cause: "{ zh: 甲, en: A }",
  consequence: "{ zh: 甲, en: A }",
  response: "{ zh: 甲, en: A }",
  respondWithin: "5m",
  clears: "{ when: event.code == 'fire.smoke' && event.phase == 'clear', after: 12h }",
};

/** What is found when it smokes for a minute at these minutes. */
function found(
  rule: Readonly<Record<string, string>>,
  minutes: readonly number[],
  stored: readonly Spell[] = [],
): Spell[] {
  const all: Spell[] = [];
  const trial = createTrial({
    engine: createRuleEngine(rulesFrom(ruleText({ ...RULE, ...rule }))),
    lifeCycle: createIncidentLifeCycle(),
    closings: closingsOf(stored),
    found: (one) => all.push(one),
  });
  for (const minute of minutes) {
    trial.fold(eventAt(minute * MINUTE, "fire.smoke", "raise"), GATE);
    trial.fold(eventAt((minute + 1) * MINUTE, "fire.smoke", "clear"), GATE);
    trial.rest();
  }
  trial.finish(NOON + 24 * 60 * MINUTE);
  return all.toSorted((a, b) => a.openedAt - b.openedAt);
}

const episodes = (spells: readonly Spell[]): number[] => spells.map(({ episodeCount }) => episodeCount);

test("within an hour of its end it resumes the incident, later it opens another one", () => {
  expect(episodes(found({}, [0, 60]))).toEqual([2]);
  expect(episodes(found({}, [0, 63]))).toEqual([1, 1]);
});

test("a rule that reopens does so within its time, and no later", () => {
  expect(episodes(found({ reopenWithin: "1h" }, [0, 63]))).toEqual([2]);
  expect(episodes(found({ reopenWithin: "1h" }, [0, 200]))).toEqual([1, 1]);
});

test("what people closed stays closed as they closed it, and what was judged false is not reopened", () => {
  const stored = (closeReason: "confirmed" | "false_alarm") => [
    incident("s", { key: KEY, detectedAt: NOON, closedAt: NOON + 5 * MINUTE, closedBy: "wang", closeReason }),
  ];
  const rule = { reopenWithin: "1h" };
  expect(found(rule, [0, 10], stored("false_alarm"))).toMatchObject([
    { closedBy: "wang", closeReason: "false_alarm", episodeCount: 1 },
    { episodeCount: 1 },
  ]);
  expect(episodes(found(rule, [0, 10], stored("confirmed")))).toEqual([2]);
});

test("each incident is told once, whether it is closed or not", () => {
  const ids = found({ reopenWithin: "1h" }, [0, 63, 300, 600]).map(({ id }) => id);
  expect(ids).toHaveLength(3);
  expect(new Set(ids).size).toBe(3);
});
