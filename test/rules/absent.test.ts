import { describe, expect, test } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../src/domain/time.ts";
import { createRuleEngine } from "../../src/rules/engine.ts";
import { createCheckpoint, eventAt, feed, GATE, NOON, resumed } from "./build.ts";
import { toldUntil } from "./gauge.ts";
import { brief } from "./refusals.ts";
import { motion, silenceRule, still } from "./silence.ts";

describe("silence", () => {
  test("begins with the last sign, whose id and time it has, and ends with the next", () => {
    const events = [motion(0), motion(600), motion(5_000)];
    expect(toldUntil(still, 5_000, ...events)).toEqual([
      "open 600 at 600 known 4200",
      "end 600 at 5000 known 5000",
    ]);
  });

  test("reaches exactly as far as it says", () => {
    expect(toldUntil(still, 3_599.999, motion(0))).toEqual([]);
    expect(toldUntil(still, 3_600, motion(0))).toEqual(["open 0 at 0 known 3600"]);
    expect(toldUntil(still, 7_199, motion(0), motion(3_599.999))).toEqual([]);
    // Timers come first: a sign at the very moment is one too late.
    expect(toldUntil(still, 3_600, motion(0), motion(3_600))).toEqual([
      "open 0 at 0 known 3600",
      "end 0 at 3600 known 3600",
    ]);
  });

  test("of what was never heard is nothing, and neither is what does not meet the condition a sign", () => {
    expect(toldUntil(still, 90_000, eventAt(0, "intrusion.motion", "clear"))).toEqual([]);
    expect(toldUntil(still, 3_600, motion(0), eventAt(3_000_000, "intrusion.motion", "clear"))).toEqual([
      "open 0 at 0 known 3600",
    ]);
  });

  test("is broken by a repeat and by an initial state, and not by what a broker kept", () => {
    for (const transition of ["repeat", "initial"] as const)
      expect(toldUntil(still, 3_600, motion(0), motion(3_000, { transition }))).toEqual([]);
    const kept = motion(3_000, { flags: ["retained", "no_device_time"] });
    expect(toldUntil(still, 3_600, motion(0), kept)).toEqual(["open 0 at 0 known 3600"]);
    const alone = createRuleEngine(still);
    feed(alone, kept);
    expect(alone.takeChanges()).toEqual([]);
  });

  test("ends by the time-out too, and is told again only after another sign", () => {
    expect(toldUntil(still, 900_000, motion(0))).toEqual([
      "open 0 at 0 known 3600",
      "end 0 at 7200 known 7200",
    ]);
    expect(toldUntil(still, 15_000, motion(0), motion(10_000))).toEqual([
      "open 0 at 0 known 3600",
      "end 0 at 7200 known 7200",
      "open 10000 at 10000 known 13600",
    ]);
  });

  test("follows each key for itself; in a place any device breaks it", () => {
    const engine = createRuleEngine(still);
    const verdicts = [
      ...feed(engine, motion(0), { ...GATE, placeId: "flat-1" }),
      ...feed(engine, motion(1), { ...GATE, placeId: "flat-2" }),
      ...feed(engine, motion(3_000, { deviceId: "d2" }), { ...GATE, placeId: "flat-1" }),
      ...engine.advance(NOON + 2 * HOUR - 1),
    ];
    expect(verdicts.map(({ key, episode }) => `${key} ${episode}`)).toEqual([
      "e1|life.inactivity|place:flat-2 1",
      "e1|life.inactivity|place:flat-1 3000",
    ]);
  });

  test("is as long as the schedule has it at the local time of the last sign", () => {
    const rules = silenceRule("$threshold", {
      schedule: "{ estateHours: 22:00-06:00, threshold: 12h, otherwise: 4h }",
    });
    const hour = 3_600;
    // Noon to 21:59 waits four hours, 22:00 twelve.
    expect(toldUntil(rules, 100 * hour, motion(9.5 * hour)).at(0)).toBe("open 34200 at 34200 known 48600");
    expect(toldUntil(rules, 100 * hour, motion(10 * hour)).at(0)).toBe("open 36000 at 36000 known 79200");
  });
});

describe("out of order and late", () => {
  test("the latest sign counts, whichever arrives last", () => {
    const events = [motion(600, {}, 601), motion(0, {}, 602), motion(300, {}, 603)];
    expect(toldUntil(still, 4_201, ...events)).toEqual(["open 600 at 600 known 4201"]);
  });

  test("a sign of the past ends a silence by its own time, and what follows waits from its arrival", () => {
    const engine = createRuleEngine(still);
    feed(engine, motion(0));
    const verdicts = [
      ...engine.advance(NOON + HOUR),
      ...feed(engine, motion(1_800, { flags: ["late", "replayed"] }, 4_000)),
      ...engine.advance(NOON + 4_000 * SECOND + HOUR),
    ];
    expect(verdicts.map(brief)).toEqual([
      "open 0 at 0 known 3600",
      "end 0 at 1800 known 4000",
      "open 1800 at 1800 known 7600",
    ]);
  });

  test("replayed signs never fire as if live: the silence is counted from their arrival", () => {
    const replayed = { flags: ["late", "replayed"] } as const;
    const events = [motion(0, replayed, 90_000), motion(60, replayed, 90_001)];
    expect(toldUntil(still, 93_600, ...events)).toEqual([]);
    expect(toldUntil(still, 93_601, ...events)).toEqual(["open 60 at 60 known 93601"]);
  });

  test("it is the present silence: not late, and no test, whatever the last sign was; simulated it stays", () => {
    expect(toldUntil(still, 90_000, motion(0, { flags: ["late", "test", "simulated"] })).at(0)).toBe(
      "open 0 at 0 known 3600 simulated",
    );
  });
});

describe("the hub was off", () => {
  /** A sign at noon, a hub that goes off after `off` minutes and hears again after `on`. */
  const story = (off: number, on: number) => {
    const engine = createRuleEngine(still);
    const store = createCheckpoint();
    feed(engine, motion(0));
    expect(engine.advance(NOON + off * MINUTE)).toEqual([]);
    store.save(engine.takeChanges());
    const next = resumed(still, store.states());
    next.resume(NOON + on * MINUTE);
    return { next, store, told: (minute: number) => next.advance(NOON + minute * MINUTE).map(brief) };
  };

  test("its time is no silence, also when the limit has passed meanwhile", () => {
    const { told } = story(30, 600);
    expect(told(629)).toEqual([]);
    // Noted every two and a half minutes, last after thirty.
    expect(told(630)).toEqual(["open 0 at 0 known 37800"]);
  });

  test("since when it was off is known to a 24th of the limit, in favour of silence", () => {
    const { told } = story(32, 40);
    expect(told(69.9)).toEqual([]);
    expect(told(70)).toEqual(["open 0 at 0 known 4200"]);
  });

  test("all keys wait, each for what it lacked", () => {
    const engine = createRuleEngine(still);
    for (let n = 0; n < 20; n++) feed(engine, motion(n * 60), { ...GATE, placeId: `flat-${n}` });
    engine.advance(NOON + 40 * MINUTE);
    engine.resume(NOON + 24 * HOUR);
    expect(engine.advance(NOON + 24 * HOUR + 19 * MINUTE)).toEqual([]);
    const told = engine.advance(NOON + 24 * HOUR + 43 * MINUTE);
    expect(told.filter(({ kind }) => kind === "open")).toHaveLength(20);
  });

  test("survives the next restart, twice told is once", () => {
    const { next, store, told } = story(30, 600);
    store.save(next.takeChanges());
    const again = resumed(still, store.states());
    again.resume(NOON + 600 * MINUTE);
    expect(again.nextDue()).toBe(next.nextDue());
    expect(told(630)).toEqual(again.advance(NOON + 630 * MINUTE).map(brief));
  });

  test("what is told already stays as it is", () => {
    const engine = createRuleEngine(still);
    feed(engine, motion(0));
    engine.advance(NOON + HOUR);
    engine.takeChanges();
    engine.resume(NOON + 80 * MINUTE);
    expect(engine.takeChanges()).toEqual([]);
    expect(engine.advance(NOON + 3 * HOUR).map(brief)).toEqual(["end 0 at 7200 known 7200"]);
  });
});

describe("memory", () => {
  test("is one sign for a key, however many there were, and none once it is told and over", () => {
    const engine = createRuleEngine(still);
    for (let n = 0; n < 1_000; n++) feed(engine, motion(n, { deviceId: `d${n}` }));
    const [change, ...others] = engine.takeChanges();
    expect(others).toEqual([]);
    expect(change?.state?.length).toBeLessThan(300);
    engine.advance(Infinity);
    expect(engine.takeChanges().map(({ state }) => state)).toEqual([undefined]);
    expect(engine.nextDue()).toBeUndefined();
  });

  test("that cannot be read is a counted fault", () => {
    const key = "e1|life.inactivity|place:unit-3";
    for (const memory of [`{"sign":{"id":"a"}}`, "null", "3"]) {
      const engine = resumed(still, [{ ruleId: "a-rule", key, state: `{"memory":${memory}}` }]);
      expect(engine.conditionFaults()).toMatchObject([{ rule: "a-rule", count: 1 }]);
    }
  });

  test("survives a restart at every cut", () => {
    const events = [motion(0), motion(600), motion(5_000), motion(4_900, {}, 5_100), motion(12_000)];
    const expected = [
      "open 600 at 600 known 4200",
      "end 600 at 5000 known 5000",
      "open 5000 at 5000 known 8600",
      "end 5000 at 12000 known 12000",
      "open 12000 at 12000 known 15600",
      "end 12000 at 19200 known 19200",
    ];
    for (let cut = 0; cut <= events.length; cut++) {
      const first = createRuleEngine(still);
      const store = createCheckpoint();
      const before = events.slice(0, cut).flatMap((event) => feed(first, event));
      store.save(first.takeChanges());
      const second = resumed(still, store.states());
      const after = events.slice(cut).flatMap((event) => feed(second, event));
      expect([...before, ...after, ...second.advance(Infinity)].map(brief)).toEqual(expected);
    }
  });
});
