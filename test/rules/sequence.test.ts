import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { SecurityEvent } from "../../src/domain/event.ts";
import { HOUR, MINUTE, SECOND } from "../../src/domain/time.ts";
import type { DeviceFacts, Verdict } from "../../src/ports.ts";
import { createConditionCompiler } from "../../src/rules/condition.ts";
import { createRuleEngine } from "../../src/rules/engine.ts";
import { readRules } from "../../src/rules/read-rules.ts";
import { describeFault } from "../../src/rules/rule.ts";
import { createCheckpoint, eventAt, feed, GATE, NOON, resumed, rulesFrom, ruleText } from "./build.ts";

const FIRST = "first: event.code == 'access.forced_open'";
const MOVES = "then: event.code == 'intrusion.motion'";
const OPENS = "then: event.code == 'access.door_opened'";
const PASS = "without: event.code == 'access.granted'";
const ruleOf = (sequence: string, lines: Readonly<Record<string, string>> = {}) =>
  rulesFrom(ruleText({ incident: "intrusion.burglary", when: `{ sequence: { ${sequence} } }`, ...lines }));

const pair = ruleOf(`${FIRST}, ${MOVES}, within: 60s`);
const pairWithout = ruleOf(`${FIRST}, ${MOVES}, within: 60s, ${PASS}`);
const lone = ruleOf(`${OPENS}, within: 10s, ${PASS}`);
const clearing = { clears: "{ when: event.code == 'access.door_closed', after: 1h }" };

/** An event at a second, known at another; its id is made of its letter and its second. */
const maker =
  (letter: string, code: string, phase: SecurityEvent["phase"]) =>
  (second: number, known = second, more: Partial<SecurityEvent> = {}): SecurityEvent =>
    eventAt(known * SECOND, code, phase, {
      id: `${letter}${second}`,
      occurredAt: NOON + second * SECOND,
      ...more,
    });
const forced = maker("f", "access.forced_open", "raise");
const moves = maker("m", "intrusion.motion", "raise");
const opens = maker("o", "access.door_opened", "state");
const pass = maker("p", "access.granted", "pulse");
const shut = maker("c", "access.door_closed", "state");

/** `<kind> <episode> at <event second> known <hub second>`, and the marks. */
const brief = ({ kind, episode, at, detectedAt, late, test: drill, simulated }: Verdict) => {
  const marks = `${late ? " late" : ""}${drill ? " test" : ""}${simulated ? " simulated" : ""}`;
  return `${kind} ${episode} at ${(at - NOON) / SECOND} known ${(detectedAt - NOON) / SECOND}${marks}`;
};
/** All that comes of the events within half an hour of the last one. */
function told(rules: typeof pair, ...events: readonly SecurityEvent[]): string[] {
  const engine = createRuleEngine(rules);
  const verdicts = events.flatMap((event) => feed(engine, event));
  const last = Math.max(...events.map(({ receivedAt }) => receivedAt));
  return [...verdicts, ...engine.advance(last + 30 * MINUTE)].map(brief);
}

describe("one thing after another", () => {
  test("is found at once, at the time of the second and under the name of the first; more is evidence", () => {
    expect(told(pair, forced(0), moves(20), moves(50))).toEqual([
      "open f0 at 20 known 20",
      "evidence f0 at 50 known 50",
    ]);
  });

  test("reaches exactly as far as it says, and equal times count as after", () => {
    expect(told(pair, forced(0), moves(60))).toEqual(["open f0 at 60 known 60"]);
    expect(told(pair, forced(0), moves(60.001))).toEqual([]);
    expect(told(pair, moves(0), forced(0))).toEqual(["open f0 at 0 known 0"]);
  });

  test("is nothing when the second comes before the first", () => {
    expect(told(pair, moves(0), forced(1))).toEqual([]);
  });

  test("looks back at the latest first", () => {
    expect(told(pair, forced(0), forced(50), moves(70))).toEqual(["open f50 at 70 known 70"]);
  });

  test("may be told in either order", () => {
    expect(told(pair, moves(20), forced(0, 300))).toEqual(["open f0 at 20 known 300"]);
    expect(told(pair, moves(20), forced(0, 599))).toEqual(["open f0 at 20 known 599"]);
  });

  test("joins devices of a key, and no two keys", () => {
    const engine = createRuleEngine(pair);
    const hall: DeviceFacts = { kind: "sensor", placeId: "unit-3", zone: GATE.zone };
    feed(engine, forced(0));
    expect(feed(engine, moves(1, 1, { deviceId: "attic" }), { ...hall, placeId: "unit-4" })).toEqual([]);
    expect(feed(engine, moves(2, 2, { deviceId: "hall" }), hall)).toMatchObject([
      { kind: "open", episode: "f0", eventId: "m2", deviceId: "hall", placeId: "unit-3" },
    ]);
  });

  test("is made of changes: nothing begins with what is told again or told as present", () => {
    for (const transition of ["repeat", "initial"] as const) {
      expect(told(pair, forced(0, 0, { transition }), moves(1))).toEqual([]);
      expect(told(pair, forced(0), moves(1, 1, { transition }))).toEqual([]);
    }
  });

  test("is late, a test or simulated when either event is", () => {
    expect(told(pair, forced(0, 700, { flags: ["late"] }), moves(20, 701))).toEqual([
      "open f0 at 20 known 701 late",
    ]);
    expect(told(pair, forced(0, 0, { flags: ["test"] }), moves(20, 20, { flags: ["simulated"] }))).toEqual([
      "open f0 at 20 known 20 test simulated",
    ]);
  });
});

describe("one thing after another without a third", () => {
  test("is decided after the time a pass may be on its way", () => {
    expect(told(pairWithout, forced(0), moves(20))).toEqual(["open f0 at 20 known 25"]);
    expect(told(pairWithout, moves(20), forced(0, 100))).toEqual(["open f0 at 20 known 105"]);
    expect(
      told(ruleOf(`${FIRST}, ${MOVES}, within: 60s, ${PASS}, settle: 1m`), forced(0), moves(20)),
    ).toEqual(["open f0 at 20 known 80"]);
  });

  test.each<[string, number]>([
    ["between them", 10],
    ["with the first", 0],
    ["with the second", 20],
  ])("is nothing with a pass %s, whenever it is told before the decision", (_name, second) => {
    expect(told(pairWithout, forced(0), pass(second), moves(20, 20.5))).toEqual([]);
    expect(told(pairWithout, forced(0), moves(20), pass(second, 24.999))).toEqual([]);
    expect(told(pairWithout, pass(second), moves(20, 60), forced(0, 90))).toEqual([]);
    expect(told(pairWithout, forced(0), moves(20), pass(second, 25))).toEqual(["open f0 at 20 known 25"]);
  });

  test("is not excused by a pass before the first or after the second", () => {
    expect(told(pairWithout, pass(-1), forced(0), moves(20), pass(21))).toEqual(["open f0 at 20 known 25"]);
  });

  test("is excused for each second by itself; a first after the pass counts again, told late too", () => {
    expect(told(pairWithout, forced(0), moves(5), pass(10), moves(15))).toEqual(["open f0 at 5 known 10"]);
    expect(told(pairWithout, forced(0), pass(10), forced(12), moves(15))).toEqual([
      "open f12 at 15 known 20",
    ]);
    expect(told(pairWithout, forced(0), pass(10), moves(15), forced(12, 60))).toEqual([
      "open f12 at 15 known 65",
    ]);
  });
});

describe("one thing without the other before it", () => {
  test("is decided after the time a pass may be on its way, under its own name", () => {
    expect(told(lone, opens(100))).toEqual(["open o100 at 100 known 105"]);
    expect(told(lone, opens(100), opens(103))).toEqual([
      "open o100 at 100 known 105",
      "evidence o100 at 103 known 108",
    ]);
  });

  test.each([90, 95, 100])(
    "is nothing with a pass at %d, whenever it is told before the decision",
    (second) => {
      expect(told(lone, pass(second), opens(100))).toEqual([]);
      expect(told(lone, opens(100), pass(second, 104.999))).toEqual([]);
      expect(told(lone, opens(100), pass(second, 105))).toEqual(["open o100 at 100 known 105"]);
    },
  );

  test.each([89.999, 100.001])("is not excused by a pass at %d", (second) => {
    expect(told(lone, opens(100), pass(second, 101))).toEqual(["open o100 at 100 known 105"]);
  });

  test("a pass excuses every opening of its time, and many passes are remembered as one stretch", () => {
    const passes = Array.from({ length: 60 }, (_, index) => pass(index * 10));
    const engine = createRuleEngine(lone);
    for (const event of passes) feed(engine, event);
    expect(engine.takeChanges()[0]?.state?.length).toBeLessThan(200);
    for (const second of [5, 300, 594, 600]) feed(engine, opens(second, 601));
    feed(engine, opens(601));
    expect(engine.advance(NOON + HOUR).map(brief)).toEqual(["open o601 at 601 known 606"]);
  });

  test("a first known or repeated opening is nothing; a pass counts however it is told, but not a kept one", () => {
    expect(told(lone, opens(100, 100, { transition: "initial" }))).toEqual([]);
    expect(told(lone, opens(100, 100, { transition: "repeat" }))).toEqual([]);
    expect(told(lone, pass(95, 95, { transition: "repeat" }), opens(100))).toEqual([]);
    expect(told(lone, pass(95, 95, { transition: "initial" }), opens(100))).toEqual([]);
    const kept = pass(95, 95, { transition: "initial", flags: ["retained", "no_device_time"] });
    expect(told(lone, kept, opens(100))).toEqual(["open o100 at 100 known 105"]);
  });

  test("replayed data waits for its own passes and fires late, never as if live", () => {
    const late = { flags: ["late", "replayed"] } as const;
    expect(told(lone, opens(-7200, 0, late), pass(-7205, 1, late), opens(-3600, 2, late))).toEqual([
      "open o-3600 at -3600 known 7 late",
    ]);
  });

  test("no place passes on its passes to another", () => {
    const engine = createRuleEngine(lone);
    feed(engine, pass(95), { ...GATE, placeId: "unit-4" });
    feed(engine, opens(100));
    expect(engine.advance(NOON + HOUR).map(({ placeId }) => placeId)).toEqual(["unit-3"]);
  });
});

describe("only where it is usual", () => {
  const usual = ruleOf(`${OPENS}, within: 10s, ${PASS}, usually: 3`, { clears: "{ after: 2m }" });
  const explained = (...seconds: readonly number[]) => seconds.flatMap((at) => [pass(at - 1), opens(at)]);

  test("so many openings in a row must have had a pass", () => {
    expect(told(usual, ...explained(0, 60), opens(120))).toEqual([]);
    expect(told(usual, ...explained(0, 60, 120), opens(180)).slice(0, 1)).toEqual([
      "open o180 at 180 known 185",
    ]);
  });

  test("one without begins the count anew; while its episode goes on, others are evidence", () => {
    const again = [opens(500), ...explained(600, 700, 800), opens(900)];
    expect(told(usual, ...explained(0, 60, 120), opens(180), opens(240), ...again)).toEqual([
      "open o180 at 180 known 185",
      "evidence o180 at 240 known 245",
      "end o180 at 365 known 365",
      "open o900 at 900 known 905",
      "end o900 at 1025 known 1025",
    ]);
  });

  test("a week without news is as if nothing had been known", () => {
    const engine = createRuleEngine(usual);
    for (const event of explained(0, 60, 120)) feed(engine, event);
    const late = opens(8 * 24 * 3600);
    expect(feed(engine, late)).toEqual([]);
    expect(engine.advance(late.receivedAt + HOUR)).toEqual([]);
  });
});

describe("an episode", () => {
  test("ends by its time-out, which counts from the last evidence", () => {
    const engine = createRuleEngine(pair);
    for (const event of [forced(0), moves(10), moves(40)]) feed(engine, event);
    expect(engine.advance(NOON + 2 * HOUR).map(brief)).toEqual(["end f0 at 3640 known 3640"]);
    feed(engine, forced(9000));
    expect(feed(engine, moves(9001)).map(brief)).toEqual(["open f9000 at 9001 known 9001"]);
  });

  test("goes on with a repeat of what it was found by", () => {
    const engine = createRuleEngine(pair);
    for (const event of [forced(0), moves(10), moves(1000, 1000, { transition: "repeat" })])
      feed(engine, event);
    expect(engine.advance(NOON + 2 * HOUR).map(brief)).toEqual(["end f0 at 4600 known 4600"]);
  });

  test("ends with clears.when, whatever device says so, told before its decision or after", () => {
    const rules = ruleOf(`${OPENS}, within: 10s, ${PASS}`, clearing);
    const expected = ["open o100 at 100 known 105", "end o100 at 103 known 105"];
    expect(told(rules, opens(100), shut(103, 103, { deviceId: "other" }))).toEqual(expected);
    expect(told(rules, opens(90), shut(96, 96, { deviceId: "other" }))).toEqual([
      "open o90 at 90 known 95",
      "end o90 at 96 known 96",
    ]);
    expect(told(rules, opens(100), shut(99, 101))).toEqual(["open o100 at 100 known 105"]);
  });

  test("is not ended by what came before its latest evidence", () => {
    const rules = ruleOf(`${FIRST}, ${MOVES}, within: 60s`, clearing);
    expect(told(rules, forced(0), moves(10), moves(30), shut(20, 31), shut(40))).toEqual([
      "open f0 at 10 known 10",
      "evidence f0 at 30 known 30",
      "end f0 at 40 known 40",
    ]);
  });

  test("has a name of its own, even after an episode of the same first", () => {
    const rules = ruleOf(`${FIRST}, ${MOVES}, within: 2m`, clearing);
    expect(told(rules, forced(0), moves(10), shut(20), moves(90))).toEqual([
      "open f0 at 10 known 10",
      "end f0 at 20 known 20",
      "open m90 at 90 known 90",
    ]);
  });
});

test("a restart in the middle changes nothing, and everything is forgotten in the end", () => {
  const store = createCheckpoint();
  const before = createRuleEngine(pairWithout);
  for (const event of [forced(0), moves(20), pass(10, 21)]) feed(before, event);
  store.save(before.takeChanges());
  const after = resumed(pairWithout, store.states());
  expect(after.nextDue()).toBe(NOON + 25 * SECOND);
  feed(after, forced(15, 22));
  expect(after.advance(NOON + 48 * HOUR).map(brief)).toEqual([
    "open f15 at 20 known 25",
    "end f15 at 3625 known 3625",
  ]);
  store.save(after.takeChanges());
  expect(store.states()).toEqual([]);
  expect(after.nextDue()).toBeUndefined();
});

describe("bounds", () => {
  test("more than 16 firsts: the oldest is lost and counted, the others stand", () => {
    const engine = createRuleEngine(pair);
    for (let i = 0; i < 18; i++) feed(engine, forced(i));
    expect(engine.conditionFaults()).toMatchObject([{ count: 2, reason: /^More than 16 firsts for e1/ }]);
    expect(feed(engine, moves(18)).map(brief)).toEqual(["open f17 at 18 known 18"]);
  });

  test("more than 16 decisions at once: the oldest is lost and counted", () => {
    const engine = createRuleEngine(lone);
    for (let i = 0; i < 18; i++) feed(engine, opens(i / 10));
    expect(engine.conditionFaults()).toMatchObject([{ count: 2, reason: /^More than 16 thens wait for e1/ }]);
    expect(engine.advance(NOON + MINUTE).map(({ eventId }) => eventId)).toEqual(
      Array.from({ length: 16 }, (_, index) => `o${(index + 2) / 10}`),
    );
  });

  test("thens that wait for no decision make room without a count", () => {
    const engine = createRuleEngine(pair);
    for (let i = 0; i < 18; i++) feed(engine, moves(i));
    expect(engine.conditionFaults()).toEqual([]);
    expect(feed(engine, forced(1, 20)).map(({ eventId }) => eventId)).toEqual(
      Array.from({ length: 16 }, (_, index) => `m${index + 2}`),
    );
  });

  test("an opening so old that its pass may be forgotten is counted and held against nobody", () => {
    const engine = createRuleEngine(lone);
    for (let i = 0; i < 40; i++) feed(engine, pass(i * 15));
    feed(engine, opens(50, 600));
    feed(engine, opens(132, 600));
    expect(engine.advance(NOON + 2 * HOUR).map(brief)).toEqual([
      "open o132 at 132 known 605",
      "end o132 at 4205 known 4205",
    ]);
    expect(engine.conditionFaults()).toMatchObject([{ count: 1, reason: /^It is no longer known whether/ }]);
    feed(engine, pass(7200));
    feed(engine, opens(595, 7201, { flags: ["late"] }));
    expect(engine.advance(NOON + 3 * HOUR)).toEqual([]);
    expect(engine.conditionFaults()).toMatchObject([{ count: 2 }]);
  });

  test("a key's state stays small", () => {
    const engine = createRuleEngine(ruleOf(`${FIRST}, ${MOVES}, within: 60s, ${PASS}`, clearing));
    for (let i = 0; i < 100; i++)
      for (const make of [forced, pass, moves, shut])
        feed(engine, make(i / 50, i / 50, { deviceId: "d".repeat(40) }));
    expect(engine.takeChanges()[0]?.state?.length).toBeLessThan(16_000);
  });
});

describe("writing it", () => {
  const faultsOf = (sequence: string): string[] =>
    readRules(
      "test.yaml",
      ruleText({ when: `{ sequence: { ${sequence} } }` }),
      createConditionCompiler(),
    ).faults.map(describeFault);
  const at = (field: string, reason: string) => [`test.yaml:5: a-rule · when.sequence${field}: ${reason}`];

  test.each<[string, string, string[]]>([
    ["no then", `${FIRST}, within: 5s`, at(".then", "It is missing.")],
    ["no time", `${FIRST}, ${MOVES}`, at(".within", "It is missing.")],
    ["only a then", `${MOVES}, within: 5s`, at(".without", "A sequence has first, without or both.")],
    [
      "a settle for nothing",
      `${FIRST}, ${MOVES}, within: 5s, settle: 1s`,
      at(".settle", "It has no effect without a without."),
    ],
    [
      "usually beside first",
      `${FIRST}, ${MOVES}, ${PASS}, within: 5s, usually: 3`,
      at(".usually", "It has no place beside first."),
    ],
    [
      "usually too often",
      `${OPENS}, ${PASS}, within: 5s, usually: 1001`,
      at(".usually", "It must be a whole number from 1 to 1000."),
    ],
    [
      "a time that is none",
      `${FIRST}, ${MOVES}, within: soon`,
      at(".within", "'soon' is not a duration such as 90s, 5m, 12h or 2d."),
    ],
    ["a strange field", `${FIRST}, ${MOVES}, within: 5s, after: 3s`, at(".after", "There is no such field.")],
    [
      "an unknown code",
      `first: event.code == 'access.forced', ${MOVES}, within: 5s`,
      at(".first", "The taxonomy has no code 'access.forced'."),
    ],
  ])("%s is a fault", (_name, sequence, faults) => {
    expect(faultsOf(sequence)).toEqual(faults);
  });

  test("the version changes with every part of it, and not with what goes without saying", () => {
    const version = (sequence: string): string | undefined => ruleOf(sequence)[0]?.version;
    const base = `${OPENS}, ${PASS}, within: 10s`;
    expect(version(`${base}, settle: 5s`)).toBe(version(base));
    const others = [`${base}, settle: 6s`, `${base}, usually: 5`, `${base}, ${FIRST}`];
    const all = [base, ...others, `${OPENS}, ${PASS}, within: 11s`].map(version);
    expect(new Set(all).size).toBe(5);
  });

  test("the examples of the guide are sound", () => {
    const guide = readFileSync(new URL("../../docs/add-a-rule.md", import.meta.url), "utf8");
    const examples = [...guide.matchAll(/```yaml\n(when:\n {2}sequence:\n[\s\S]*?)```/g)];
    expect(examples).toHaveLength(2);
    for (const [, text = ""] of examples) {
      const when = text.slice("when:".length).replaceAll("\n", "\n  ");
      expect(rulesFrom(ruleText({ when }))).toHaveLength(1);
    }
  });
});
