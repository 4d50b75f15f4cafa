import { describe, expect, test } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../src/domain/time.ts";
import type { Verdict } from "../../src/ports.ts";
import { createRuleEngine } from "../../src/rules/engine.ts";
import { describeConditionFault } from "../../src/rules/rule.ts";
import { createCheckpoint, eventAt, feed, GATE, NOON, resumed, rulesFrom, ruleText } from "./build.ts";

const smoke = rulesFrom(
  ruleText({
    id: "smoke",
    clears: "{ when: event.code == 'fire.smoke' && event.phase == 'clear', after: 1h }",
  }),
);
const heldOpen = rulesFrom(
  ruleText({
    id: "held",
    incident: "access.held_open",
    when: "{ holds: { from: event.code == 'access.door_opened', until: event.code == 'access.door_closed', for: 60s } }",
  }),
);
const opened = (at: number, more = {}) => eventAt(at, "access.door_opened", "state", more);
const closed = (at: number, more = {}) => eventAt(at, "access.door_closed", "state", more);
const brief = ({ kind, at, detectedAt, late }: Verdict) =>
  `${kind} ${(at - NOON) / SECOND} known ${(detectedAt - NOON) / SECOND}${late ? " late" : ""}`;

describe("verdicts", () => {
  test("an open verdict carries all that an incident needs", () => {
    const engine = createRuleEngine(smoke);
    const event = eventAt(0, "fire.smoke", "raise", { id: "ev", flags: ["simulated", "test"], point: "p" });
    const [rule] = engine.list();
    expect(feed(engine, event)).toEqual([
      {
        kind: "open",
        rule: { id: "smoke", version: rule?.version },
        type: "fire.smoke",
        severity: "P5",
        estateId: "e1",
        key: "e1|fire.smoke|place:unit-3",
        placeId: "unit-3",
        deviceId: "d1",
        at: NOON,
        detectedAt: NOON,
        episode: "ev",
        eventId: "ev",
        late: false,
        test: true,
        simulated: true,
      },
    ]);
  });

  test("evidence and end name the episode; a timer names no event", () => {
    const engine = createRuleEngine(smoke);
    feed(engine, eventAt(0, "fire.smoke", "raise", { id: "first" }));
    expect(feed(engine, eventAt(10, "fire.smoke", "raise", { id: "second" }))).toMatchObject([
      { kind: "evidence", episode: "first", eventId: "second" },
    ]);
    const [end] = engine.advance(NOON + 2 * HOUR);
    expect(end).toMatchObject({ kind: "end", episode: "first", detectedAt: NOON + 10 + HOUR });
    expect(end).not.toHaveProperty("eventId");
  });

  test("an end is remembered for a minute: a beginning told later than that is read as going on", () => {
    const told = (late: number) => {
      const engine = createRuleEngine(heldOpen);
      feed(engine, closed(10 * SECOND));
      feed(engine, opened(0, { receivedAt: NOON + 10 * SECOND + late }));
      return engine.advance(NOON + 10 * MINUTE).map(({ kind }) => kind);
    };
    expect(told(59 * SECOND)).toEqual([]);
    expect(told(61 * SECOND)).toEqual(["open"]);
  });

  test("timers fire in order of due time, and at it, however late they are fired", () => {
    const engine = createRuleEngine(heldOpen);
    feed(engine, opened(10 * SECOND, { deviceId: "d2" }), { ...GATE, placeId: "unit-4" });
    feed(engine, opened(10 * SECOND));
    feed(engine, opened(0, { deviceId: "d3", receivedAt: NOON + 20 * SECOND }), {
      ...GATE,
      placeId: "unit-1",
    });
    expect(engine.nextDue()).toBe(NOON + 70 * SECOND);
    expect(engine.advance(NOON + 69 * SECOND)).toEqual([]);
    const verdicts = engine.advance(NOON + 10 * MINUTE);
    expect(verdicts.map(({ placeId, detectedAt }) => [placeId, (detectedAt - NOON) / SECOND])).toEqual([
      ["unit-3", 70],
      ["unit-4", 70],
      ["unit-1", 80],
    ]);
  });

  test("a door closed before its timer, though the news of it was slow, is told late and over", () => {
    const engine = createRuleEngine(heldOpen);
    feed(engine, opened(0, { receivedAt: NOON + 5 * SECOND }));
    expect(feed(engine, closed(62 * SECOND, { receivedAt: NOON + 63 * SECOND }))).toEqual([]);
    expect(engine.advance(NOON + HOUR).map(brief)).toEqual(["open 0 known 65 late", "end 62 known 65 late"]);
  });

  test("an opening older than a known closing is bounded by it", () => {
    const engine = createRuleEngine(heldOpen);
    feed(engine, closed(100 * SECOND));
    feed(engine, opened(50 * SECOND, { receivedAt: NOON + 101 * SECOND }));
    expect(engine.advance(NOON + HOUR).map(brief)).toEqual([]);
    feed(engine, closed(2 * HOUR));
    feed(engine, opened(2 * HOUR - 90 * SECOND, { receivedAt: NOON + 2 * HOUR }));
    expect(engine.advance(NOON + 3 * HOUR).map(brief)).toEqual([
      `open ${7_200 - 90} known ${7_200 + 60} late`,
      `end 7200 known ${7_200 + 60} late`,
    ]);
  });

  test("without a place the device is the key; names cannot be mixed up", () => {
    const rules = rulesFrom(ruleText({ key: "[estate, device, point]" }));
    const key = (deviceId: string, point: string | undefined): string | undefined =>
      feed(
        createRuleEngine(rules),
        eventAt(0, "fire.smoke", "raise", { deviceId, ...(point !== undefined && { point }) }),
      )[0]?.key;
    expect(key("a", "b")).toBe("e1|fire.smoke|device:a|b");
    expect(key("a|b", undefined)).toBe("e1|fire.smoke|device:a%7Cb");
    const [open] = feed(createRuleEngine(smoke), eventAt(0, "fire.smoke", "raise"), {
      kind: "sensor",
      zone: "Asia/Shanghai",
    });
    expect(open?.key).toBe("e1|fire.smoke|device:d1");
    expect(open).not.toHaveProperty("placeId");
  });

  test("a message about the whole device ends what its points began", () => {
    const engine = createRuleEngine(smoke);
    feed(engine, eventAt(0, "fire.smoke", "raise", { point: "a" }));
    feed(engine, eventAt(1, "fire.smoke", "raise", { point: "b" }));
    expect(feed(engine, eventAt(2, "fire.smoke", "clear")).map(({ kind }) => kind)).toEqual(["end"]);
  });

  test("a clear older than the alarm does not end it", () => {
    const engine = createRuleEngine(smoke);
    feed(engine, eventAt(10 * SECOND, "fire.smoke", "raise"));
    expect(
      feed(engine, eventAt(5 * SECOND, "fire.smoke", "clear", { receivedAt: NOON + 11 * SECOND })),
    ).toEqual([]);
    expect(feed(engine, eventAt(12 * SECOND, "fire.smoke", "clear"))).toHaveLength(1);
  });
});

describe("conditions", () => {
  const rules = rulesFrom(
    ruleText({
      id: "hot",
      incident: "facility.high_temperature",
      when: `{ occurs: "event.code == 'info.telemetry' && event.attributes.celsius > 50" }`,
    }) +
      ruleText({
        id: "sunday-night",
        incident: "order.noise",
        when: `{ occurs: "event.code == 'info.telemetry' && local.weekday == 7 && local.hour >= 22 && device.kind == 'gate'" }`,
      }),
  );

  test("values, attributes, device and local time can be used", () => {
    const engine = createRuleEngine(rules);
    const at = Date.parse("2026-03-01T22:30:00+08:00") - NOON;
    const event = eventAt(at, "info.telemetry", "state", { attributes: { celsius: 50.5 } });
    expect(feed(engine, event).map(({ rule }) => rule.id)).toEqual(["hot", "sunday-night"]);
    expect(
      engine.fold(eventAt(at + HOUR * 2, "info.telemetry", "state", { attributes: { celsius: 20 } }), GATE),
    ).toEqual([]);
    expect(engine.conditionFaults()).toEqual([]);
  });

  test("one that fails on an event counts as a fault of its rule, and the other rules go on", () => {
    const engine = createRuleEngine(rules);
    const at = Date.parse("2026-03-01T23:30:00+08:00") - NOON;
    for (const add of [0, 1]) {
      const verdicts = feed(engine, eventAt(at + add, "info.telemetry", "state", { attributes: {} }));
      expect(verdicts.map(({ rule }) => rule.id)).toEqual(["sunday-night"]);
    }
    expect(engine.conditionFaults()).toMatchObject([{ rule: "hot", count: 2, lastAt: NOON + at + 1 }]);
    const [fault] = engine.conditionFaults();
    expect(fault && describeConditionFault(fault)).toMatch(
      /^hot: 2 ×, last at 2026-03-01T15:30:00.001Z: The condition .* failed: No such key: celsius$/,
    );
  });

  test("an event no rule names costs nothing", () => {
    const engine = createRuleEngine(rules);
    const none = engine.fold(eventAt(0, "info.button", "pulse"), GATE);
    expect(none).toEqual([]);
    expect(engine.fold(eventAt(1, "access.granted", "pulse"), GATE)).toBe(none);
    expect(engine.advance(NOON)).toBe(none);
  });
});

describe("checkpoint", () => {
  test("holds only what is not idle, and says what became idle", () => {
    const engine = createRuleEngine(heldOpen);
    const store = createCheckpoint();
    feed(engine, opened(0));
    const [change, ...others] = engine.takeChanges();
    expect(others).toEqual([]);
    expect(change).toMatchObject({ ruleId: "held", key: "e1|access.held_open|place:unit-3" });
    expect(JSON.parse(change?.state ?? "")).toMatchObject({ memory: { waits: [{ limit: MINUTE }] } });
    expect(engine.takeChanges()).toEqual([]);

    feed(engine, closed(SECOND));
    store.save(engine.takeChanges());
    engine.advance(NOON + HOUR);
    const idle = engine.takeChanges();
    expect(idle).toEqual([{ ruleId: "held", key: "e1|access.held_open|place:unit-3" }]);
    store.save(idle);
    expect(store.states()).toEqual([]);
    expect(engine.nextDue()).toBeUndefined();
  });

  test("restoring forgets what the engine knew before", () => {
    const engine = createRuleEngine(heldOpen);
    feed(engine, opened(0));
    engine.restore([]);
    expect(engine.takeChanges()).toEqual([]);
    expect(engine.advance(NOON + HOUR)).toEqual([]);
  });

  test("a state that does not fit is a counted fault and forgotten; one of an unknown rule is left alone", () => {
    const engine = resumed(heldOpen, [
      { ruleId: "held", key: "e1|access.held_open|place:a", state: "{" },
      { ruleId: "held", key: "e1|access.held_open|place:b", state: `{"memory":{}}` },
      { ruleId: "gone", key: "e1|access.held_open|place:c", state: `{"memory":{"waits":[],"pasts":[]}}` },
    ]);
    expect(engine.conditionFaults()).toMatchObject([{ rule: "held", count: 2 }]);
    expect(engine.takeChanges()).toEqual([
      { ruleId: "held", key: "e1|access.held_open|place:a" },
      { ruleId: "held", key: "e1|access.held_open|place:b" },
    ]);
    expect(engine.takeChanges()).toEqual([]);
  });
});

describe("bounds", () => {
  test("more waiting conditions than a key can hold: the oldest is lost, and counted", () => {
    const engine = createRuleEngine(heldOpen);
    for (let door = 0; door < 70; door++) feed(engine, opened(door, { deviceId: `door-${door}` }));
    expect(engine.conditionFaults()).toMatchObject([{ rule: "held", count: 6 }]);
    const [change] = engine.takeChanges();
    expect(change?.state?.length).toBeLessThan(16_000);
    expect(engine.advance(NOON + 2 * MINUTE).map(({ kind }) => kind)).toHaveLength(64);
  });

  test("conditions that are over make room by being told early, and nothing is lost", () => {
    const engine = createRuleEngine(heldOpen);
    const verdicts: Verdict[] = [];
    for (let i = 0; i < 100; i++) {
      const from = -24 * HOUR + i * 5 * MINUTE;
      verdicts.push(...feed(engine, opened(from, { id: `o${i}`, receivedAt: NOON, flags: ["late"] })));
      verdicts.push(...feed(engine, closed(from + 2 * MINUTE, { id: `c${i}`, receivedAt: NOON })));
    }
    verdicts.push(...engine.advance(NOON + HOUR));
    expect(verdicts.filter(({ kind }) => kind === "open")).toHaveLength(100);
    expect(verdicts.filter(({ kind }) => kind === "end")).toHaveLength(100);
    expect(engine.conditionFaults()).toEqual([]);
  });

  test("with more members than it can follow an episode ends by its time-out", () => {
    const engine = createRuleEngine(smoke);
    for (let i = 0; i < 80; i++) feed(engine, eventAt(i, "fire.smoke", "raise", { deviceId: `d${i}` }));
    for (let i = 0; i < 80; i++)
      expect(feed(engine, eventAt(100 + i, "fire.smoke", "clear", { deviceId: `d${i}` }))).toEqual([]);
    expect(engine.advance(NOON + 2 * HOUR).map(({ kind }) => kind)).toEqual(["end"]);
  });
});
