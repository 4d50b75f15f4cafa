import fc from "fast-check";
import { expect, test } from "vitest";
import type { SecurityEvent } from "../../src/domain/event.ts";
import { SECOND } from "../../src/domain/time.ts";
import type { Verdict } from "../../src/ports.ts";
import { createRuleEngine } from "../../src/rules/engine.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { createCheckpoint, eventAt, feed, NOON, resumed, rulesFrom, ruleText } from "./build.ts";

const FIRST = "access.forced_open";
const THEN = "intrusion.motion";
const WITHOUT = "access.granted";
const WITHIN = 60 * SECOND;
const SETTLE = 5 * SECOND;
const BEYOND = 600;

const is = (code: string): string => `event.code == '${code}'`;
const rulesOf = (sequence: string, lines: Readonly<Record<string, string>> = {}) =>
  rulesFrom(
    ruleText({
      incident: "intrusion.burglary",
      when: `{ sequence: { then: ${is(THEN)}, within: 60s, ${sequence} } }`,
      clears: "{ after: 2h }",
      ...lines,
    }),
  );

/** Some events of one code in ten minutes, each less than `delay` seconds on its way. */
const some = (code: string, delay: number, maxLength: number) =>
  fc
    .array(
      fc.record({
        at: fc.integer({ min: 0, max: 600 }),
        delay: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: delay * SECOND - 1 })),
      }),
      { minLength: 1, maxLength },
    )
    .map((list) =>
      list.map((one, index) =>
        eventAt(one.at * SECOND + one.delay, code, "pulse", {
          id: `${code}-${index}`,
          occurredAt: NOON + one.at * SECOND,
        }),
      ),
    );

/** Firsts, thens and withouts in order of arrival; fewer than a key can hold. */
const arrivals = (delay: number, withoutDelay = delay) =>
  fc
    .tuple(some(FIRST, delay, 6), some(THEN, delay, 12), some(WITHOUT, withoutDelay, 8))
    .map((lists) => lists.flat().toSorted((a, b) => a.receivedAt - b.receivedAt));

const between = (events: readonly SecurityEvent[], code: string, from: number, to: number) =>
  events.filter((event) => event.code === code && from <= event.occurredAt && event.occurredAt <= to);

/** By definition: the thens that have a first, and from it on no `without`. */
function paired(events: readonly SecurityEvent[], excusable: boolean): string[] {
  return events
    .filter(({ code }) => code === THEN)
    .filter(({ occurredAt: at }) =>
      between(events, FIRST, at - WITHIN, at).some(
        (first) => !excusable || between(events, WITHOUT, first.occurredAt, at).length === 0,
      ),
    )
    .map(({ id }) => id)
    .toSorted();
}

/** By definition: the thens that had no `without` before them when they were decided. */
function unexcused(events: readonly SecurityEvent[]): string[] {
  return events
    .filter(({ code }) => code === THEN)
    .filter(({ occurredAt: at, receivedAt }) => {
      const passes = between(events, WITHOUT, at - WITHIN, at);
      return !passes.some((pass) => pass.receivedAt < receivedAt + SETTLE);
    })
    .map(({ id }) => id)
    .toSorted();
}

function found(rules: readonly Rule[], events: readonly SecurityEvent[]): string[] {
  const engine = createRuleEngine(rules);
  const verdicts = [...events.flatMap((event) => feed(engine, event)), ...engine.advance(Infinity)];
  expect(engine.conditionFaults()).toEqual([]);
  return verdicts
    .filter(({ kind }) => kind !== "end")
    .map(({ eventId }) => eventId ?? "")
    .toSorted();
}

const OPTIONS = { first: `first: ${is(FIRST)}`, without: `without: ${is(WITHOUT)}` };

test.each<[string, string, fc.Arbitrary<SecurityEvent[]>, (events: readonly SecurityEvent[]) => string[]]>([
  ["pairs, ten minutes late", OPTIONS.first, arrivals(BEYOND), (events) => paired(events, false)],
  [
    "pairs with a `without` that is on its way for less than the settling",
    `${OPTIONS.first}, ${OPTIONS.without}`,
    arrivals(BEYOND, 5),
    (events) => paired(events, true),
  ],
  ["thens that lack a `without`, ten minutes late", OPTIONS.without, arrivals(BEYOND), unexcused],
])("%s: any order of arrival finds what the definition says", (_name, sequence, streams, defined) => {
  const rules = rulesOf(sequence);
  let hits = 0;
  let misses = 0;
  fc.assert(
    fc.property(streams, (events) => {
      const expected = defined(events);
      expect(found(rules, events)).toEqual(expected);
      hits += expected.length;
      misses += events.filter(({ code }) => code === THEN).length - expected.length;
    }),
    { numRuns: 300 },
  );
  expect(hits).toBeGreaterThan(100);
  expect(misses).toBeGreaterThan(100);
});

test("a restart at any point, with work lost since the last checkpoint, changes no verdict", () => {
  const until = { clears: `{ when: ${is("access.door_closed")}, after: 20m }` };
  const rules = [
    ...rulesOf(OPTIONS.first, { id: "pairs", ...until }),
    ...rulesOf(`${OPTIONS.first}, ${OPTIONS.without}`, { id: "pairs-without", ...until }),
    ...rulesOf(`${OPTIONS.without}, usually: 1`, { id: "lone", ...until }),
  ];
  const stream = fc
    .array(
      fc.record({
        code: fc.constantFrom(FIRST, THEN, THEN, WITHOUT, WITHOUT, "access.door_closed"),
        device: fc.constantFrom("d1", "d1", "d2"),
        transition: fc.constantFrom("edge", "edge", "edge", "initial", "repeat") as fc.Arbitrary<
          SecurityEvent["transition"]
        >,
        pause: fc.oneof({ weight: 8, arbitrary: fc.nat(40) }, { weight: 1, arbitrary: fc.nat(200_000) }),
        delay: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(2_000) }),
      }),
      { minLength: 5, maxLength: 60 },
    )
    .map((steps) => {
      let now = 0;
      return steps.map(({ code, device: deviceId, transition, pause, delay }, index) => {
        now += pause * SECOND;
        const flags = delay > BEYOND ? (["late"] as const) : [];
        const occurredAt = NOON + now - delay * SECOND;
        return eventAt(now, code, "pulse", { id: `e${index}`, deviceId, transition, occurredAt, flags });
      });
    });
  const fates = fc.array(fc.constantFrom("restart", "commit", "crash", "go on"), {
    minLength: 60,
    maxLength: 60,
  });
  const kinds = new Map<string, number>();
  fc.assert(
    fc.property(stream, fates, (events, fate) => {
      const steady = createRuleEngine(rules);
      const expected = [...events.flatMap((event) => feed(steady, event)), ...steady.advance(Infinity)];
      for (const { kind, rule } of expected)
        kinds.set(`${kind} ${rule.id}`, (kinds.get(`${kind} ${rule.id}`) ?? 0) + 1);

      const store = createCheckpoint();
      let engine = createRuleEngine(rules);
      const committed: Verdict[] = [];
      let pending: Verdict[] = [];
      let from = 0;
      for (const [index, event] of events.entries()) {
        pending.push(...feed(engine, event));
        if (fate[index] === "go on") continue;
        if (fate[index] === "crash") {
          engine = resumed(rules, store.states());
          pending = events.slice(from, index + 1).flatMap((again) => feed(engine, again));
          continue;
        }
        store.save(engine.takeChanges());
        committed.push(...pending);
        pending = [];
        from = index + 1;
        if (fate[index] === "restart") engine = resumed(rules, store.states());
      }
      expect([...committed, ...pending, ...engine.advance(Infinity)]).toEqual(expected);
      store.save(engine.takeChanges());
      expect(store.states()).toEqual([]);
      expect(engine.nextDue()).toBeUndefined();
    }),
    { numRuns: 300 },
  );
  const all = ["end", "evidence", "open"].flatMap((kind) => rules.map(({ id }) => `${kind} ${id}`));
  expect([...kinds.keys()].toSorted()).toEqual(all.toSorted());
});
