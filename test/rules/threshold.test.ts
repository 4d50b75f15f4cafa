import { describe, expect, test } from "vitest";
import { createRuleEngine } from "../../src/rules/engine.ts";
import { createCheckpoint, feed, GATE, NOON, resumed } from "./build.ts";
import { hot, hotForAMinute, limitRule, reading, rising, toldUntil } from "./gauge.ts";
import { brief } from "./refusals.ts";

describe("a limit", () => {
  test("begins above it and ends below another one; between them and at either nothing changes", () => {
    const values = [70, 71, 65, 70, 72, 60, 59, 65, 70];
    expect(toldUntil(hot, 100, ...values.map((value, second) => reading(second, value)))).toEqual([
      "open 1 at 1 known 1",
      "end 1 at 6 known 6",
    ]);
  });

  test("can be a lower one", () => {
    const cold = limitRule("below: -5, clearsAbove: 0");
    const values = [-5, -6, -1, 0, 1, -3];
    expect(toldUntil(cold, 100, ...values.map((value, second) => reading(second, value)))).toEqual([
      "open 1 at 1 known 1",
      "end 1 at 4 known 4",
    ]);
  });

  test("is asked of repeats and initial states too, and not of what a broker kept", () => {
    expect(toldUntil(hot, 9, reading(1, 80, { transition: "repeat" }))).toEqual(["open 1 at 1 known 1"]);
    expect(toldUntil(hot, 9, reading(1, 80, { transition: "initial" }))).toEqual(["open 1 at 1 known 1"]);
    expect(toldUntil(hot, 9, reading(1, 80, { flags: ["retained", "no_device_time"] }))).toEqual([]);
  });

  test("is not reached by what is missing or no number: that is nothing, no fault, and leaves no trace", () => {
    const engine = createRuleEngine(hot);
    for (const [second, value] of [undefined, "hot", "80", true, Number.NaN, Infinity].entries())
      expect(feed(engine, reading(second, value))).toEqual([]);
    expect(engine.takeChanges()).toEqual([]);
    expect(engine.conditionFaults()).toEqual([]);
  });

  test("ends by the time-out when nothing more is read, and begins anew when it is still over", () => {
    expect(toldUntil(hot, 9_000, reading(0, 80), reading(4_000, 81))).toEqual([
      "open 0 at 0 known 0",
      "end 0 at 3600 known 3600",
      "open 4000 at 4000 known 4000",
      "end 4000 at 7600 known 7600",
    ]);
  });

  test("does not begin anew with a reading older than what timed out", () => {
    const short = limitRule("above: 70, clearsBelow: 60", { clears: "{ after: 30s }" });
    expect(toldUntil(short, 900, reading(0, 80), reading(-5, 80, {}, 60))).toEqual([
      "open 0 at 0 known 0",
      "end 0 at 30 known 30",
    ]);
  });

  test("goes on as long as readings come, in between too", () => {
    const events = [reading(0, 80), reading(3_000, 75), reading(6_000, 65), reading(9_000, 59)];
    expect(toldUntil(hot, 20_000, ...events)).toEqual(["open 0 at 0 known 0", "end 0 at 9000 known 9000"]);
  });
});

describe("a limit for a time", () => {
  test("is decided by the hub's clock, a reading standing until the next", () => {
    expect(toldUntil(hotForAMinute, 59.999, reading(0, 80))).toEqual([]);
    expect(toldUntil(hotForAMinute, 60, reading(0, 80))).toEqual(["open 0 at 0 known 60"]);
  });

  test("reaches exactly as far as it says", () => {
    expect(toldUntil(hotForAMinute, 999, reading(0, 80), reading(59.999, 50))).toEqual([]);
    expect(toldUntil(hotForAMinute, 999, reading(0, 80), reading(60, 50, {}, 59.999))).toEqual([
      "open 0 at 0 known 60 late",
      "end 0 at 60 known 60 late",
    ]);
    expect(toldUntil(hotForAMinute, 999, reading(0, 80), reading(60, 50))).toEqual([
      "open 0 at 0 known 60",
      "end 0 at 60 known 60",
    ]);
  });

  test("counts from the first reading over it; the hysteresis does not interrupt it, a reading back does", () => {
    const wavering = [reading(0, 80), reading(20, 65), reading(40, 75), reading(70, 50)];
    expect(toldUntil(hotForAMinute, 999, ...wavering)).toEqual([
      "open 0 at 0 known 60",
      "end 0 at 70 known 70",
    ]);
    expect(toldUntil(hotForAMinute, 999, reading(0, 80), reading(30, 50), reading(40, 80))).toEqual([
      "open 40 at 40 known 100",
    ]);
  });

  test("is read in order of time, whatever arrives first", () => {
    // 80 from 0 to 70, and back; the end arrives first.
    expect(toldUntil(hotForAMinute, 999, reading(70, 50, {}, 71), reading(0, 80, {}, 72))).toEqual([
      "open 0 at 0 known 132 late",
      "end 0 at 70 known 132 late",
    ]);
    // A reading back in between arrives last, and nothing had lasted long enough.
    expect(toldUntil(hotForAMinute, 120, reading(0, 80), reading(50, 80), reading(30, 50, {}, 55))).toEqual([
      "open 50 at 50 known 110",
    ]);
  });

  test("does not fire at once for replayed data", () => {
    const replayed = { flags: ["late", "replayed"] } as const;
    const outage = [reading(0, 80, replayed, 36_000), reading(50, 81, replayed, 36_000)];
    expect(toldUntil(hotForAMinute, 36_059, ...outage)).toEqual([]);
    expect(toldUntil(hotForAMinute, 36_060, ...outage)).toEqual(["open 0 at 0 known 36060 late"]);
    expect(toldUntil(hotForAMinute, 40_000, ...outage, reading(59, 50, replayed, 36_001))).toEqual([]);
  });
});

describe("a change", () => {
  test("is the difference to any reading within the time, at its edge too", () => {
    expect(toldUntil(rising, 301, reading(0, 20), reading(200, 27.9), reading(300, 28))).toEqual([
      "open 300 at 300 known 300",
    ]);
    expect(toldUntil(rising, 400, reading(0, 20), reading(300.001, 40))).toEqual([]);
  });

  test("in the other direction is nothing, and ends it when it has ceased", () => {
    const values: readonly (readonly [number, number])[] = [
      [0, 40],
      [60, 20],
      [120, 28],
      [180, 30],
      [420, 31],
      [480, 31],
    ];
    expect(toldUntil(rising, 600, ...values.map(([second, value]) => reading(second, value)))).toEqual([
      "open 120 at 120 known 120",
      "end 120 at 420 known 420",
    ]);
  });

  test("downwards", () => {
    const falling = limitRule("fallsBy: 2, within: 10m");
    expect(toldUntil(falling, 601, reading(0, 5), reading(300, 3.5), reading(600, 3))).toEqual([
      "open 600 at 600 known 600",
    ]);
  });

  test("is found by a reading that arrives after the one it is compared with, each run under its own name", () => {
    const events = [reading(60, 28), reading(120, 21), reading(180, 28), reading(0, 20, {}, 200)];
    expect(toldUntil(rising, 300, ...events)).toEqual([
      "open 60 at 60 known 200 late",
      "end 60 at 120 known 200 late",
      "open 180 at 180 known 200",
    ]);
  });

  test("is told once, however many readings show it", () => {
    const events = [0, 60, 120, 180, 240].map((second, n) => reading(second, 20 + 8 * n));
    expect(toldUntil(rising, 300, ...events)).toEqual(["open 60 at 60 known 60"]);
  });
});

describe("devices and points", () => {
  test("are followed each for itself; the episode of a place ends with the last of them", () => {
    const at = (second: number, value: number, deviceId: string, point: string) =>
      reading(second, value, { deviceId, point });
    const events = [
      at(0, 20, "d1", "a"),
      at(1, 80, "d1", "b"),
      at(2, 81, "d2", "a"),
      at(3, 50, "d1", "b"),
      at(4, 50, "d1", "a"),
    ];
    expect(toldUntil(hot, 5, ...events)).toEqual(["open 1 at 1 known 1", "evidence 1 at 2 known 2"]);
    expect(toldUntil(hot, 6, ...events, at(5, 50, "d2", "a")).at(-1)).toBe("end 1 at 5 known 5");
    expect(toldUntil(rising, 6, at(0, 20, "d1", "a"), at(1, 30, "d1", "b"), at(2, 30, "d2", "a"))).toEqual(
      [],
    );
  });

  test("of two places make two episodes", () => {
    const engine = createRuleEngine(hot);
    const verdicts = ["unit-1", "unit-2"].flatMap((placeId, second) =>
      feed(engine, reading(second, 80), { ...GATE, placeId }),
    );
    expect(verdicts.map(({ key }) => key)).toEqual([
      "e1|facility.high_temperature|place:unit-1",
      "e1|facility.high_temperature|place:unit-2",
    ]);
  });
});

describe("marks", () => {
  const drill = { flags: ["test", "simulated"] } as const;
  test("late is a run whose first reading is; a test is one of tests only", () => {
    expect(toldUntil(hot, 99, reading(0, 80, { flags: ["late"] }, 90))).toEqual([
      "open 0 at 0 known 90 late",
    ]);
    expect(toldUntil(hot, 9, reading(0, 80, drill))).toEqual(["open 0 at 0 known 0 test simulated"]);
    expect(toldUntil(hotForAMinute, 60, reading(0, 80, drill), reading(9, 80))).toEqual([
      "open 0 at 0 known 60",
    ]);
  });
});

describe("memory", () => {
  const saved = (rules: typeof hot, ...events: readonly ReturnType<typeof reading>[]) => {
    const engine = createRuleEngine(rules);
    for (const event of events) feed(engine, event);
    return { engine, state: engine.takeChanges()[0]?.state ?? "" };
  };

  test("loses a reading ten minutes after it is compared, and then the key", () => {
    const { engine, state } = saved(rising, reading(0, 20), reading(901, 21));
    expect(state).not.toContain('"id":"0"');
    expect(state).toContain('"id":"901"');
    const { memory } = JSON.parse(saved(rising, reading(0, 20), reading(899, 21)).state) as {
      memory: { spots: { readings: unknown[] }[] };
    };
    expect(memory.spots[0]?.readings).toHaveLength(2);
    expect(engine.nextDue()).toBe(NOON + 1_801_000);
    engine.advance(NOON + 1_801_000);
    expect(engine.takeChanges().map(({ state: left }) => left)).toEqual([undefined]);
    expect(engine.nextDue()).toBeUndefined();
  });

  test("keeps the beginning of what goes on, however old", () => {
    const events = Array.from({ length: 200 }, (_, n) => reading(n * 30, 80));
    const hours = limitRule("above: 70, clearsBelow: 60, for: 1h");
    expect(toldUntil(hours, 6_000, ...events)).toEqual(["open 0 at 0 known 3600"]);
  });

  test("holds 64 readings of a spot; one that would still have been compared is counted", () => {
    const flood = Array.from({ length: 500 }, (_, n) => reading(n / 10, 20));
    const { engine, state } = saved(rising, ...flood);
    expect(state.length).toBeLessThan(8_000);
    expect(engine.conditionFaults()).toMatchObject([
      { rule: "a-rule", count: 436, reason: expect.stringMatching(/^More than 64 readings/) as string },
    ]);
    // A limit compares a reading with nothing, so nothing is lost.
    expect(saved(hot, ...flood).engine.conditionFaults()).toEqual([]);
  });

  test("tells early what is over and would be lost", () => {
    const hours = limitRule("above: 70, clearsBelow: 60, for: 1m");
    const past = { flags: ["late"] } as const;
    const events = [
      reading(0, 80, past, 500),
      ...Array.from({ length: 64 }, (_, n) => reading(61 + n, 20, past, 500 + n / 10)),
    ];
    expect(toldUntil(hours, 507, ...events)).toEqual([
      "open 0 at 0 known 506.3 late",
      "end 0 at 61 known 506.3 late",
    ]);
  });

  test("holds 64 spots; the one quiet longest goes, what goes on stays", () => {
    const spots = Array.from({ length: 65 }, (_, n) => reading(n, n === 0 ? 80 : 20, { point: `p${n}` }));
    const { engine } = saved(hot, ...spots);
    expect(engine.conditionFaults()).toMatchObject([
      { count: 1, reason: expect.stringMatching(/^More than 64 devices or points/) as string },
    ]);
    expect(feed(engine, reading(70, 20, { point: "p0" })).map(brief)).toEqual(["end 0 at 70 known 70"]);
  });

  test("that cannot be read is a counted fault", () => {
    const key = "e1|facility.high_temperature|place:unit-3";
    const engine = resumed(hot, [{ ruleId: "a-rule", key, state: `{"memory":{"waits":[]}}` }]);
    expect(engine.conditionFaults()).toMatchObject([{ rule: "a-rule", count: 1 }]);
  });

  test("survives a restart at every cut", () => {
    const events = [
      reading(0, 80),
      reading(20, 65),
      reading(90, 50),
      reading(95, 80, {}, 99),
      reading(300, 81),
    ];
    for (let cut = 0; cut <= events.length; cut++) {
      const first = createRuleEngine(hotForAMinute);
      const store = createCheckpoint();
      const before = events.slice(0, cut).flatMap((event) => feed(first, event));
      store.save(first.takeChanges());
      const second = resumed(hotForAMinute, store.states());
      const after = events.slice(cut).flatMap((event) => feed(second, event));
      expect([...before, ...after, ...second.advance(NOON + 9_000_000)].map(brief)).toEqual([
        "open 0 at 0 known 60",
        "end 0 at 90 known 90",
        "open 95 at 95 known 159",
        "end 95 at 3900 known 3900",
      ]);
    }
  });
});
