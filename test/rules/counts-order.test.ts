import fc from "fast-check";
import { expect, test } from "vitest";
import type { SecurityEvent } from "../../src/domain/event.ts";
import { MINUTE, SECOND } from "../../src/domain/time.ts";
import type { Verdict } from "../../src/ports.ts";
import { createRuleEngine } from "../../src/rules/engine.ts";
import { createCheckpoint, eventAt, feed, NOON, resumed, rulesFrom, ruleText } from "./build.ts";

const AT_LEAST = 3;
const WITHIN = 2 * MINUTE;
const rulesOf = (more: string, clears = "{ after: 2h }") =>
  rulesFrom(
    ruleText({
      incident: "access.denied_repeat",
      when: `{ counts: { of: event.code == 'access.denied', atLeast: ${AT_LEAST}, within: 2m${more} } }`,
      clears,
    }),
  );

/** Refusals of a quarter of an hour, each less than ten minutes late, in order of arrival. */
const arrivals = fc
  .array(
    fc.record({
      at: fc.integer({ min: 0, max: 900 }),
      delay: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 599 })),
      value: fc.constantFrom("a", "b", "c", "d"),
    }),
    { minLength: 10, maxLength: 40 },
  )
  .map((list) =>
    list
      .map(({ at, delay, value }, index) =>
        eventAt((at + delay) * SECOND, "access.denied", "pulse", {
          id: `e${index}`,
          occurredAt: NOON + at * SECOND,
          attributes: { value },
        }),
      )
      .toSorted((one, other) => one.receivedAt - other.receivedAt),
  );

/** By definition: the events of the list that complete a window, in order of time. */
function completing(list: readonly SecurityEvent[], what: (event: SecurityEvent) => unknown): string[] {
  const ordered = list.toSorted((a, b) => a.occurredAt - b.occurredAt || (a.id < b.id ? -1 : 1));
  return ordered
    .filter((last, index) => {
      const window = ordered.slice(0, index + 1).filter((one) => last.occurredAt - one.occurredAt <= WITHIN);
      return new Set(window.map(what)).size >= AT_LEAST;
    })
    .map(({ id }) => id);
}

test.each<[string, string, (event: SecurityEvent) => unknown]>([
  ["events", "", ({ id }) => id],
  ["different values", ", distinct: event.attributes.value", ({ attributes }) => attributes.value],
])(
  "%s, told in any order, are counted as defined, at the first arrival that shows it",
  (_name, more, what) => {
    const rules = rulesOf(more);
    let opened = 0;
    fc.assert(
      fc.property(arrivals, (events) => {
        const engine = createRuleEngine(rules);
        const told: string[] = [];
        for (const [index, event] of events.entries()) {
          const before = completing(events.slice(0, index), what);
          const now = completing(events.slice(0, index + 1), what);
          const shown = now.filter((id) => !before.includes(id));
          const verdicts = feed(engine, event);
          expect(verdicts.map(({ eventId }) => eventId)).toEqual(shown);
          const kinds = shown.map((_, place) => (told.length + place === 0 ? "open" : "evidence"));
          expect(verdicts.map(({ kind }) => kind)).toEqual(kinds);
          told.push(...shown);
        }
        expect(told.toSorted()).toEqual(completing(events, what).toSorted());
        if (told.length > 0) opened++;
      }),
      { numRuns: 300 },
    );
    expect(opened).toBeGreaterThan(100);
  },
);

test("a restart after every event changes no verdict, with ends, repeats, restarts of the count and time-outs", () => {
  const rules = rulesOf("", "{ when: event.code == 'access.granted', after: 20m }");
  const stream = fc.array(
    fc.record({
      code: fc.constantFrom("access.denied", "access.denied", "access.denied", "access.granted"),
      transition: fc.constantFrom("edge", "edge", "edge", "initial", "repeat") as fc.Arbitrary<
        SecurityEvent["transition"]
      >,
      pause: fc.oneof({ weight: 8, arbitrary: fc.nat(30) }, { weight: 1, arbitrary: fc.nat(2_000) }),
      delay: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(2_000) }),
    }),
    { minLength: 5, maxLength: 50 },
  );
  const kinds = new Set<string>();
  fc.assert(
    fc.property(stream, (steps) => {
      let now = 0;
      const events = steps.map(({ code, transition, pause, delay }, index) => {
        now += pause * SECOND;
        const occurredAt = NOON + now - delay * SECOND;
        return eventAt(now, code, "pulse", {
          id: `e${index}`,
          transition,
          occurredAt,
          flags: delay > 600 ? ["late"] : [],
        });
      });
      const steady = createRuleEngine(rules);
      const store = createCheckpoint();
      let engine = createRuleEngine(rules);
      const both = (verdicts: readonly Verdict[], again: readonly Verdict[]): void => {
        expect(again).toEqual(verdicts);
        for (const { kind } of verdicts) kinds.add(kind);
      };
      for (const event of events) {
        both(feed(steady, event), feed(engine, event));
        store.save(engine.takeChanges());
        engine = resumed(rules, store.states());
      }
      both(steady.advance(Infinity), engine.advance(Infinity));
      store.save(engine.takeChanges());
      expect(store.states()).toEqual([]);
    }),
    { numRuns: 200 },
  );
  expect([...kinds].toSorted()).toEqual(["end", "evidence", "open"]);
});
