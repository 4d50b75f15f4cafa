import { expect, test } from "vitest";
import { DAY, HOUR, MINUTE } from "../../src/domain/time.ts";
import { reachOf, warmUpOf } from "../../src/rules/reach.ts";
import { rulesFrom, ruleText } from "./build.ts";

function ruleOf(lines: Readonly<Record<string, string>>) {
  const [rule] = rulesFrom(ruleText(lines));
  if (!rule) throw new Error("no rule");
  return rule;
}

test("one event looks no further back; what comes afterwards does not count", () => {
  const rule = ruleOf({ clears: "{ after: 12h }" });
  expect(reachOf(rule)).toBe(0);
  expect(warmUpOf(rule)).toBe(DAY);
});

test("the longest time of the operator and of the schedule counts", () => {
  const held = ruleOf({
    when: "{ holds: { from: \"event.code == 'fire.smoke'\", until: \"event.code == 'fire.heat'\", for: $threshold } }",
    schedule: "{ estateHours: night, threshold: 60s, otherwise: 3m }",
  });
  expect(reachOf(held)).toBe(3 * MINUTE);
  const counted = ruleOf({
    when: "{ counts: { of: \"event.code == 'fire.smoke'\", atLeast: 2, within: 2d } }",
    clears: "{ after: 6h }",
  });
  expect([reachOf(counted), warmUpOf(counted)]).toEqual([2 * DAY, 4 * DAY + 6 * HOUR]);
});

test("what is usual takes a week more, and nothing takes more than two", () => {
  const usual = ruleOf({
    when: "{ sequence: { then: \"event.code == 'fire.smoke'\", without: \"event.code == 'fire.heat'\", within: 20s, usually: 5 } }",
  });
  expect(warmUpOf(usual)).toBe(8 * DAY);
  const long = ruleOf({
    when: "{ counts: { of: \"event.code == 'fire.smoke'\", atLeast: 2, within: 7d } }",
    clears: "{ after: 5d }",
  });
  expect(warmUpOf(long)).toBe(14 * DAY);
});
