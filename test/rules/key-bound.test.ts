import { expect, test } from "vitest";
import { createRuleEngine } from "../../src/rules/engine.ts";
import { MINUTE } from "../../src/domain/time.ts";
import { eventAt, feed, NOON, rulesFrom, ruleText } from "./build.ts";

const PER_ESTATE = 10_000;
const rules = rulesFrom(
  ruleText({
    incident: "access.denied_repeat",
    when: "{ counts: { of: \"event.code == 'access.denied'\", atLeast: 2, within: 1h } }",
    key: "[estate, { value: event.attributes.cardHash }]",
  }),
);
const denied = (at: number, card: string, estateId = "e1") =>
  eventAt(at, "access.denied", "pulse", {
    id: `${estateId}-${at}`,
    estateId,
    attributes: { cardHash: card },
  });

test("a value that is new with every event fills no memory: beyond the bound it is counted", () => {
  const engine = createRuleEngine(rules);
  const kept = new Set<string>();
  const save = () => {
    for (const { key, state } of engine.takeChanges())
      if (state === undefined) kept.delete(key);
      else kept.add(key);
  };
  for (let n = 0; n < PER_ESTATE + 50; n++) feed(engine, denied(n, `card-${n}`));
  save();
  expect(kept.size).toBe(PER_ESTATE);
  expect(engine.conditionFaults()).toMatchObject([
    { rule: "a-rule", count: 50, reason: expect.stringContaining("10000 values") },
  ]);

  // What is followed goes on, and another estate is not affected.
  expect(feed(engine, denied(PER_ESTATE + 60, "card-7")).map(({ kind }) => kind)).toEqual(["open"]);
  feed(engine, denied(PER_ESTATE + 70, "card-7", "e2"));
  expect(feed(engine, denied(PER_ESTATE + 80, "card-7", "e2")).map(({ kind }) => kind)).toEqual(["open"]);

  // Once the others are at rest there is room again.
  engine.advance(NOON + 75 * MINUTE);
  save();
  expect(kept.size).toBeLessThan(10);
  feed(engine, denied(75 * MINUTE, "late-card"));
  expect(feed(engine, denied(75 * MINUTE + 1, "late-card")).map(({ kind }) => kind)).toEqual(["open"]);
});

test("what was followed before a restart is followed after it, and counts", () => {
  const before = createRuleEngine(rules);
  for (let n = 0; n < PER_ESTATE; n++) feed(before, denied(n, `card-${n}`));
  const engine = createRuleEngine(rules);
  engine.restore(before.takeChanges());
  feed(engine, denied(PER_ESTATE, "one-more"));
  expect(engine.conditionFaults()).toHaveLength(1);
});
