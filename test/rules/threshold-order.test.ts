import fc from "fast-check";
import { expect, test } from "vitest";
import type { SecurityEvent } from "../../src/domain/event.ts";
import { MINUTE, SECOND } from "../../src/domain/time.ts";
import type { Verdict } from "../../src/ports.ts";
import { createRuleEngine } from "../../src/rules/engine.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { createCheckpoint, feed, NOON, resumed } from "./build.ts";
import { hot, limitRule, reading, rising } from "./gauge.ts";

const ABOVE = 70;
const CLEARS = 60;
const FOR = 120;
const hotForTwo = limitRule(`above: ${ABOVE}, clearsBelow: ${CLEARS}, for: ${FOR}s`);

type Point = readonly [second: number, value: number];

/** Far enough apart that beginnings and ends do not chatter. */
const APART = 61;
const COUNT = 30;

/** Readings of half an hour, each at a time of its own. */
const series = fc
  .uniqueArray(fc.tuple(fc.nat(COUNT - 1), fc.constantFrom(50, 59, 60, 65, 70, 71, 80)), {
    minLength: 1,
    selector: ([n]) => n,
  })
  .map((list) => list.toSorted(([a], [b]) => a - b).map(([n, value]): Point => [n * APART, value]));

/** By definition: every span from a reading above the limit to the next one below the other. */
function spans(points: readonly Point[]): (readonly [from: number, until: number | undefined])[] {
  const found: [number, number | undefined][] = [];
  for (const [second, value] of points) {
    const last = found.at(-1);
    const goesOn = last !== undefined && last[1] === undefined;
    if (value > ABOVE && !goesOn) found.push([second, undefined]);
    if (value < CLEARS && goesOn) last[1] = second;
  }
  return found;
}

/** How a span is told. */
function told([from, until]: readonly [from: number, until: number | undefined]): string[] {
  const open = `${from} open ${from}`;
  return until === undefined ? [open] : [open, `${from} end ${until}`];
}

/** Opens and ends, by event time. */
function lines(verdicts: readonly Verdict[]): string[] {
  return verdicts
    .filter(({ kind }) => kind !== "evidence")
    .map(({ kind, episode, at }) => `${episode} ${kind} ${(at - NOON) / SECOND}`)
    .toSorted();
}

test("readings of half an hour, told in any order within a minute, give what lasted by their own times", () => {
  // It is over in the end: what is found while an episode goes on would be evidence for that one.
  const over = series.map((points): Point[] => [...points, [COUNT * APART, CLEARS - 1]]);
  let found = 0;
  fc.assert(
    fc.property(
      over.chain((points) =>
        fc.tuple(fc.constant(points), fc.shuffledSubarray([...points], { minLength: points.length })),
      ),
      ([points, order]) => {
        const engine = createRuleEngine(hotForTwo);
        const verdicts = order.flatMap(([second, value], index) =>
          feed(
            engine,
            reading(second, value, { flags: ["late"] }, COUNT * APART + (index * 60) / order.length),
          ),
        );
        verdicts.push(...engine.advance(NOON + (COUNT * APART + 300) * SECOND));
        const lasting = spans(points).filter(([from, until = Infinity]) => until - from >= FOR);
        const expected = lasting.flatMap(told);
        expect(lines(verdicts)).toEqual(expected.toSorted());
        found += lasting.length;
      },
    ),
    { numRuns: 300 },
  );
  expect(found).toBeGreaterThan(100);
});

test("told in order, a limit begins and ends at the very readings, and a change where it is", () => {
  const kinds = new Set<string>();
  fc.assert(
    fc.property(series, (points) => {
      const limit = createRuleEngine(hot);
      const verdicts = points.flatMap(([second, value]) => feed(limit, reading(second, value)));
      expect(lines(verdicts)).toEqual(spans(points).flatMap(told).toSorted());

      const change = createRuleEngine(rising);
      const rose = points.filter(([second, value]) =>
        points.some(([before, low]) => before < second && second - before <= 300 && value - low >= 8),
      );
      const began = rose.filter((point) => {
        const before = points[points.indexOf(point) - 1];
        return before === undefined || !rose.includes(before);
      });
      const opened = points
        .flatMap(([second, value]) => feed(change, reading(second, value)))
        .filter(({ kind }) => kind === "open");
      expect(opened.map(({ at }) => (at - NOON) / SECOND)).toEqual(began.map(([second]) => second));
      for (const { kind } of [...verdicts, ...opened]) kinds.add(kind);
    }),
    { numRuns: 300 },
  );
  expect([...kinds].toSorted()).toEqual(["end", "open"]);
});

test.each<[string, readonly Rule[]]>([
  ["a limit", hot],
  ["a limit for a time", hotForTwo],
  ["a change", rising],
])("%s: a restart after every reading, in any order and lateness, changes no verdict", (_name, rules) => {
  const stream = fc.array(
    fc.record({
      value: fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom(40, 50, 59, 65, 71, 80) },
        { weight: 1, arbitrary: fc.constantFrom(undefined, "hot") },
      ),
      point: fc.constantFrom(undefined, "a", "b"),
      pause: fc.oneof({ weight: 8, arbitrary: fc.nat(90) }, { weight: 1, arbitrary: fc.nat(6_000) }),
      delay: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(3_000) }),
      flags: fc.constantFrom([], [], ["late"], ["test"]) as fc.Arbitrary<SecurityEvent["flags"]>,
    }),
    { minLength: 5, maxLength: 60 },
  );
  const kinds = new Set<string>();
  fc.assert(
    fc.property(stream, (steps) => {
      let now = 0;
      const events = steps.map(({ value, point, pause, delay, flags }, index) => {
        now += pause;
        const where = point === undefined ? {} : { point };
        return reading(now - delay, value, { id: `e${index}`, flags, ...where }, now);
      });
      const steady = createRuleEngine(rules);
      const store = createCheckpoint();
      let engine = createRuleEngine(rules);
      const opened: string[] = [];
      const both = (verdicts: readonly Verdict[], again: readonly Verdict[]): void => {
        expect(again).toEqual(verdicts);
        for (const { kind, episode } of verdicts) {
          kinds.add(kind);
          if (kind === "open") opened.push(episode);
        }
      };
      for (const event of events) {
        both(feed(steady, event), feed(engine, event));
        store.save(engine.takeChanges());
        engine = resumed(rules, store.states());
      }
      const last = NOON + now * SECOND + 600 * MINUTE;
      both(steady.advance(last), engine.advance(last));
      // Each episode has a name of its own.
      expect(new Set(opened).size).toBe(opened.length);
      store.save(engine.takeChanges());
      expect(store.states()).toEqual([]);
    }),
    { numRuns: 200 },
  );
  expect([...kinds].toSorted()).toEqual(["end", "evidence", "open"]);
});
