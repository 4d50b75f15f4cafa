import { describe, expect, test } from "vitest";
import { HOUR, SECOND } from "../../src/domain/time.ts";
import { createRuleEngine } from "../../src/rules/engine.ts";
import { eventAt, feed, NOON } from "./build.ts";
import { brief, card, DENIED, denied, ruleOf, three, threeCards, told } from "./refusals.ts";

const untilGranted = ruleOf(`of: ${DENIED}, atLeast: 3, within: 2m`, {
  clears: "{ when: event.code == 'access.granted', after: 1h }",
});
const granted = (second: number, known = second) =>
  eventAt(known * SECOND, "access.granted", "pulse", { occurredAt: NOON + second * SECOND });

describe("a window", () => {
  test("that is full opens an episode named after the event that filled it; later full windows are evidence", () => {
    expect(told(three, denied(0), denied(60), denied(100), denied(110))).toEqual([
      "open 100 at 100 known 100",
      "evidence 100 at 110 known 110",
    ]);
  });

  test("reaches exactly as far as it says", () => {
    expect(told(three, denied(0), denied(60), denied(120))).toEqual(["open 120 at 120 known 120"]);
    expect(told(three, denied(0), denied(60), denied(120.001))).toEqual([]);
  });

  test("that is no longer full is no evidence, and the time-out counts from the last full one", () => {
    const engine = createRuleEngine(three);
    const events = [denied(0), denied(1), denied(2), denied(600)];
    expect(events.flatMap((event) => feed(engine, event)).map(brief)).toEqual(["open 2 at 2 known 2"]);
    expect(engine.advance(NOON + 2 * HOUR).map(brief)).toEqual(["end 2 at 3602 known 3602"]);
  });

  test("after the time-out begins a new episode", () => {
    const again = [denied(4000), denied(4001), denied(4002)];
    expect(told(three, denied(0), denied(1), denied(2), ...again)).toEqual([
      "open 2 at 2 known 2",
      "end 2 at 3602 known 3602",
      "open 4002 at 4002 known 4002",
    ]);
  });

  test("counts what happened, not what is told again or told as present", () => {
    expect(
      told(
        three,
        denied(0),
        denied(1),
        denied(2, { transition: "repeat" }),
        denied(3, { transition: "initial" }),
      ),
    ).toEqual([]);
    const first = createRuleEngine(three);
    feed(first, denied(0, { transition: "initial" }));
    expect(first.takeChanges()).toEqual([]);
  });
});

describe("out of order", () => {
  test("the event that completes by event time is named, whichever arrived last", () => {
    expect(told(three, denied(40), denied(0, {}, 41), denied(20, {}, 42))).toEqual([
      "open 40 at 40 known 42",
    ]);
  });

  test("one arrival that shows several full windows opens with the earliest", () => {
    expect(told(three, denied(0), denied(120), denied(130), denied(60, {}, 131))).toEqual([
      "open 120 at 120 known 131",
      "evidence 120 at 130 known 131",
    ]);
  });

  test("a full window before the one that opened is evidence, told once", () => {
    expect(told(three, denied(0), denied(30), denied(40), denied(20, {}, 41), denied(10, {}, 42))).toEqual([
      "open 40 at 40 known 40",
      "evidence 40 at 30 known 41",
      "evidence 40 at 20 known 42",
    ]);
  });

  test("something ten minutes old still finds what it belongs to", () => {
    const old = denied(60, {}, 659);
    expect(told(three, denied(0), denied(120), denied(300), old)).toEqual(["open 120 at 120 known 659"]);
  });
});

describe("marks", () => {
  const late = { flags: ["late"] } as const;
  test("late is what is told after its window was over", () => {
    expect(told(three, denied(0, late, 3600), denied(1, late, 3600), denied(2, late, 3601))).toEqual([
      "open 2 at 2 known 3601 late",
    ]);
    expect(told(three, denied(0), denied(90), denied(45, late, 700))).toEqual([
      "open 90 at 90 known 700 late",
    ]);
  });

  test("a late event that completes a window which is not over is not late", () => {
    const night = ruleOf(`of: ${DENIED}, atLeast: 3, within: 12h`);
    expect(told(night, denied(0), denied(7000), denied(3000, late, 7001))).toEqual([
      "open 7000 at 7000 known 7001",
    ]);
  });

  test("replayed data waits for the time-out by the hub's clock", () => {
    const engine = createRuleEngine(three);
    const events = [0, 1, 2].map((second) => denied(second, { flags: ["late", "replayed"] }, 36_000));
    events.forEach((event) => feed(engine, event));
    expect(engine.advance(NOON + 36_000 * SECOND + HOUR - 1)).toEqual([]);
    expect(engine.advance(NOON + 36_000 * SECOND + HOUR)).toHaveLength(1);
  });

  test("an episode is a test or simulated when all that was counted is", () => {
    const drill = { flags: ["test", "simulated"] } as const;
    expect(told(three, denied(0, drill), denied(1, drill), denied(2, drill))).toEqual([
      "open 2 at 2 known 2 test simulated",
    ]);
    expect(told(three, denied(0), denied(1, drill), denied(2, drill))).toEqual(["open 2 at 2 known 2"]);
    expect(told(three, denied(0, drill), denied(200), denied(201), denied(202))).toEqual([
      "open 202 at 202 known 202",
    ]);
  });
});

describe("distinct", () => {
  test("counts each value once", () => {
    expect(
      told(
        threeCards,
        denied(0, card("a")),
        denied(10, card("b")),
        denied(20, card("a")),
        denied(121, card("c")),
        denied(131, card("c")),
      ),
    ).toEqual(["open 121 at 121 known 121"]);
  });

  test("an event without the value is not counted and is no fault", () => {
    const engine = createRuleEngine(threeCards);
    const events = [denied(0), denied(1, card("")), denied(2, card("a")), denied(3, card("b"))];
    expect(events.flatMap((event) => feed(engine, event))).toEqual([]);
    expect(engine.conditionFaults()).toEqual([]);
  });
});

describe("clears.when", () => {
  test("ends the episode whatever told it, and the count begins anew", () => {
    const events = [0, 1, 2, 66, 67].map((second) => denied(second, { deviceId: `door-${second}` }));
    expect(told(untilGranted, ...events.slice(0, 3), granted(5), ...events.slice(3), denied(68))).toEqual([
      "open 2 at 2 known 2",
      "end 2 at 5 known 5",
      "open 68 at 68 known 68",
    ]);
    expect(told(untilGranted, denied(0), denied(1), granted(2), denied(3), denied(4))).toEqual([]);
  });

  test("told before what it ends: the episode is over at once, and late", () => {
    expect(told(untilGranted, denied(0), granted(5), denied(1, {}, 6), denied(2, {}, 7))).toEqual([
      "open 2 at 2 known 7 late",
      "end 2 at 5 known 7 late",
    ]);
  });

  test("told after a later window was full: the episode goes on only if that one is full without what was before", () => {
    expect(told(untilGranted, denied(0), denied(1), denied(2), granted(1.5, 3))).toEqual([
      "open 2 at 2 known 2",
    ]);
    const events = [denied(0), denied(1), denied(2), denied(10), denied(11), denied(12)];
    expect(told(untilGranted, ...events, granted(5, 13)).filter((line) => line.startsWith("end"))).toEqual(
      [],
    );
    expect(told(untilGranted, ...events, granted(10, 13)).at(-1)).toBe("end 2 at 10 known 13");
  });

  test("older than the latest one moves nothing", () => {
    const before = [denied(0), denied(6), granted(8), granted(2, 9)];
    expect(told(untilGranted, ...before, denied(10), denied(11))).toEqual([]);
    expect(told(untilGranted, ...before, denied(10), denied(11), denied(12))).toEqual([
      "open 12 at 12 known 12",
    ]);
  });

  test("alone leaves no trace", () => {
    const engine = createRuleEngine(untilGranted);
    feed(engine, granted(0));
    expect(engine.takeChanges()).toEqual([]);
  });
});
