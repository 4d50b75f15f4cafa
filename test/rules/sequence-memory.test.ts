import { expect, test } from "vitest";
import type { SecurityEvent } from "../../src/domain/event.ts";
import { DAY, MINUTE, SECOND } from "../../src/domain/time.ts";
import { createRuleEngine } from "../../src/rules/engine.ts";
import { createCheckpoint, eventAt, feed, NOON, resumed, rulesFrom, ruleText } from "./build.ts";

const MOVES = "then: event.code == 'intrusion.motion', within: 60s";
const FIRST = "first: event.code == 'access.forced_open'";
const OPENS = "then: event.code == 'access.door_opened', within: 10s";
const PASS = "without: event.code == 'access.granted'";
const ruleOf = (sequence: string, lines: Readonly<Record<string, string>> = {}) =>
  rulesFrom(ruleText({ incident: "intrusion.burglary", when: `{ sequence: { ${sequence} } }`, ...lines }));

/** An event that happened at a second, and was told at another. */
const at = (code: string, second: number, known = second): SecurityEvent =>
  eventAt(known * SECOND, code, "pulse", {
    id: `${code} ${second}`,
    occurredAt: NOON + second * SECOND,
  });
const forced = (second: number, known?: number) => at("access.forced_open", second, known);
const moves = (second: number, known?: number) => at("intrusion.motion", second, known);
const opens = (second: number, known?: number) => at("access.door_opened", second, known);
const pass = (second: number, known?: number) => at("access.granted", second, known);

test("a then waits ten minutes and more for its first, and not for ever", () => {
  const known = (seconds: number): number => {
    const engine = createRuleEngine(ruleOf(`${FIRST}, ${MOVES}`));
    feed(engine, moves(20));
    return feed(engine, forced(0, 20 + seconds)).length;
  };
  // What a key remembers: within and ten minutes, and what the timer may wait beyond that.
  expect([10 * 60, 11 * 60 - 1, 12 * 60 + 1].map(known)).toEqual([1, 1, 0]);
});

test("a then that is to be decided is not forgotten before", () => {
  const engine = createRuleEngine(ruleOf(`${FIRST}, ${MOVES}, ${PASS}`));
  feed(engine, moves(20));
  // The last second at which the movement is remembered; five seconds later it is decided.
  feed(engine, forced(0, 684));
  feed(engine, moves(687));
  expect(engine.advance(NOON + 689 * SECOND)).toMatchObject([
    { kind: "open", eventId: "intrusion.motion 20" },
  ]);
});

test("an opening whose pass is known already waits for nothing and is not saved", () => {
  const engine = createRuleEngine(ruleOf(`${OPENS}, ${PASS}`));
  feed(engine, pass(0));
  engine.takeChanges();
  expect(feed(engine, opens(2))).toEqual([]);
  expect(engine.takeChanges()).toEqual([]);
  expect(engine.nextDue()).toBeGreaterThan(NOON + DAY);
  feed(engine, opens(11));
  expect(engine.takeChanges()).toHaveLength(1);
  expect(engine.nextDue()).toBe(NOON + 16 * SECOND);
});

test("where it is usual, each opening is saved until there were enough", () => {
  const engine = createRuleEngine(ruleOf(`${OPENS}, ${PASS}, usually: 2`));
  const saved = [0, 60, 120, 180].map((second) => {
    feed(engine, pass(second));
    engine.takeChanges();
    feed(engine, opens(second + 1));
    return engine.takeChanges().length;
  });
  expect(saved).toEqual([1, 1, 0, 0]);
});

test("a pass that is told after its opening counts as usual", () => {
  const engine = createRuleEngine(ruleOf(`${OPENS}, ${PASS}, usually: 2`));
  for (const event of [opens(1), pass(0, 4), opens(61), pass(60, 64), opens(120)]) feed(engine, event);
  expect(engine.advance(NOON + 3 * MINUTE)).toMatchObject([
    { kind: "open", eventId: "access.door_opened 120" },
  ]);
});

test("the timer of a key does not move with each event", () => {
  const engine = createRuleEngine(ruleOf(`${FIRST}, ${MOVES}`));
  feed(engine, moves(0));
  const due = engine.nextDue();
  for (let second = 1; second <= 60; second++) feed(engine, moves(second));
  expect(engine.nextDue()).toBe(due);
  feed(engine, moves(61));
  expect(engine.nextDue()).toBeGreaterThan(due ?? Infinity);
});

test("a rule that becomes the other kind of sequence begins anew", () => {
  const store = createCheckpoint();
  const pairs = ruleOf(`${FIRST}, ${MOVES}, ${PASS}`);
  const lone = ruleOf(`${MOVES}, ${PASS}`);
  for (const [before, after] of [
    [pairs, lone],
    [lone, pairs],
  ] as const) {
    const engine = createRuleEngine(before);
    feed(engine, moves(0));
    store.save(engine.takeChanges());
    const other = resumed(after, store.states());
    expect(other.conditionFaults()).toMatchObject([{ count: 1, reason: /does not fit the rule/ }]);
    expect(other.nextDue()).toBeUndefined();
    store.save(other.takeChanges());
    expect(store.states()).toEqual([]);
  }
});
