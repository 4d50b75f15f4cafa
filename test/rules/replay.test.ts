import fc from "fast-check";
import { expect, test } from "vitest";
import type { SecurityEvent } from "../../src/domain/event.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/domain/time.ts";
import type { DeviceFacts, Verdict } from "../../src/ports.ts";
import { createRuleEngine, type RulePack } from "../../src/rules/engine.ts";
import { loadRules } from "../../src/rules/load-rules.ts";
import { createCheckpoint, eventAt, feed, GATE, NOON, resumed } from "./build.ts";

const { rules } = await loadRules(new URL("../../rules", import.meta.url).pathname);

const DEVICES: Readonly<Record<string, DeviceFacts>> = {
  d1: GATE,
  d2: GATE,
  d3: { kind: "sensor", zone: "Asia/Shanghai" },
  hall: { kind: "sensor", placeId: "care-1", zone: "Asia/Shanghai" },
  probe: { kind: "sensor", placeId: "meter-1", zone: "Asia/Shanghai" },
  "gateway:gw-1": { kind: "gateway", zone: "Asia/Shanghai" },
  "gateway:g": { kind: "gateway", zone: "Europe/Berlin" },
};

const KINDS: readonly (readonly [string, SecurityEvent["phase"]])[] = [
  ["access.door_opened", "state"],
  ["access.door_closed", "state"],
  ["access.held_open", "raise"],
  ["access.denied", "pulse"],
  ["access.denied", "pulse"],
  ["fire.smoke", "raise"],
  ["fire.smoke", "clear"],
  ["device.offline", "raise"],
  ["device.offline", "clear"],
  ["device.online", "pulse"],
  ["life.sos", "pulse"],
  ["fire.lane_blocked", "raise"],
  ["fire.lane_blocked", "clear"],
  ["info.button", "pulse"],
  ["intrusion.motion", "raise"],
  ["intrusion.person_detected", "pulse"],
  ["access.forced_open", "raise"],
  ["fire.heat", "raise"],
  ["fire.heat", "clear"],
  ["device.low_battery", "raise"],
  ["device.low_battery", "clear"],
  ["info.telemetry", "state"],
  ["info.telemetry", "state"],
  ["info.telemetry", "state"],
];

/** Any stream a hub may see: late, repeated, out of order, on several devices and points. */
const stream = fc
  .array(
    fc.record({
      kind: fc.constantFrom(...KINDS),
      device: fc.constantFrom(...Object.keys(DEVICES), "probe"),
      point: fc.constantFrom(undefined, undefined, "a", "b"),
      estate: fc.constantFrom("e1", "e1", "e1", "e2", "e3", "e4"),
      card: fc.constantFrom(undefined, "blue"),
      value: fc.constantFrom(undefined, 10, 24, 54, 60, 71, 75, 90),
      quantity: fc.constantFrom("temperature", "temperature", "battery"),
      transition: fc.constantFrom("edge", "edge", "edge", "initial", "repeat") as fc.Arbitrary<
        SecurityEvent["transition"]
      >,
      pause: fc.oneof(
        { weight: 6, arbitrary: fc.integer({ min: 0, max: 200 * SECOND }) },
        { weight: 1, arbitrary: fc.integer({ min: 0, max: 3 * HOUR }) },
        { weight: 1, arbitrary: fc.constant(0) },
      ),
      delay: fc.oneof(
        { weight: 3, arbitrary: fc.constant(0) },
        { weight: 2, arbitrary: fc.integer({ min: 0, max: 400 * SECOND }) },
        { weight: 1, arbitrary: fc.integer({ min: 0, max: DAY }) },
      ),
      flags: fc.constantFrom([], [], ["late"], ["test"]) as fc.Arbitrary<SecurityEvent["flags"]>,
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((steps) => {
    let now = 0;
    return steps.map((step, index) => {
      const { kind, device, point, estate, card, value, quantity, transition, pause, delay, flags } = step;
      const [code, phase] = kind;
      const isReading = code === "info.telemetry" && value !== undefined;
      now += pause;
      return eventAt(now, code, phase, {
        id: `e${index}`,
        estateId: estate,
        deviceId: device,
        attributes: isReading ? { quantity } : card === undefined ? {} : { cardHash: card },
        ...(isReading && { value }),
        ...(point !== undefined && { point }),
        transition,
        occurredAt: NOON + now - delay,
        flags,
      });
    });
  });

function run(engine: RulePack, events: readonly SecurityEvent[]): Verdict[] {
  return events.flatMap((event) => feed(engine, event, DEVICES[event.deviceId]));
}

const LAST = NOON + 30 * DAY;

/** A detector that flaps, and devices of a gateway that comes and goes. */
const restless = fc
  .array(
    fc.record({
      what: fc.constantFrom(
        ["d3", "fire.smoke"],
        ["d3", "fire.smoke"],
        ["d1", "device.offline"],
        ["d3", "device.offline"],
        ["gateway:gw-1", "device.offline"],
      ),
      raised: fc.boolean(),
      pause: fc.oneof(
        { weight: 5, arbitrary: fc.integer({ min: 0, max: 40 * SECOND }) },
        { weight: 3, arbitrary: fc.integer({ min: 60 * SECOND, max: 200 * SECOND }) },
        { weight: 1, arbitrary: fc.integer({ min: 0, max: 20 * MINUTE }) },
      ),
      delay: fc.constantFrom(0, 0, 0, 30 * SECOND, HOUR),
      flags: fc.constantFrom([], [], ["late"], ["test"]) as fc.Arbitrary<SecurityEvent["flags"]>,
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((steps) => {
    let now = 0;
    return steps.map(({ what: [deviceId = "", code = ""], raised, pause, delay, flags }, index) => {
      now += pause;
      return eventAt(now, code, raised ? "raise" : "clear", {
        id: `e${index}`,
        deviceId,
        occurredAt: NOON + now - delay,
        flags,
      });
    });
  });

test("the restless stream has what it is for", () => {
  const seen = new Set<string>();
  for (const events of fc.sample(restless, { numRuns: 200, seed: 1 })) {
    for (const { chattering, note } of run(createRuleEngine(rules), events))
      seen.add(chattering ? "latched" : (note ?? ""));
  }
  expect([...seen]).toEqual(expect.arrayContaining(["latched", "device-offline: d1", "device-offline: d3"]));
});

const story = fc.oneof(stream, restless);

test("a restart at any point, with work lost since the last checkpoint, changes no verdict", () => {
  const told = new Set<string>();
  fc.assert(
    fc.property(
      story,
      fc.array(fc.constantFrom("commit", "restart", "crash", "go on"), { minLength: 60, maxLength: 60 }),
      (events, fates) => {
        const steady = createRuleEngine(rules);
        const expected = [...run(steady, events), ...steady.advance(LAST)];
        for (const { rule } of expected) told.add(rule.id);

        const store = createCheckpoint();
        let engine = createRuleEngine(rules);
        const committed: Verdict[] = [];
        let pending: Verdict[] = [];
        let from = 0;
        const commit = (next: number): void => {
          store.save(engine.takeChanges());
          committed.push(...pending);
          pending = [];
          from = next;
        };
        for (const [index, event] of events.entries()) {
          pending.push(...run(engine, [event]));
          const fate = fates[index];
          if (fate === "commit" || fate === "restart") commit(index + 1);
          if (fate === "restart") engine = resumed(rules, store.states());
          if (fate === "crash") {
            // The same engine goes back to the checkpoint, as react does after a failed transaction.
            engine.restore(store.states());
            pending = run(engine, events.slice(from, index + 1));
          }
        }
        commit(events.length);
        engine = resumed(rules, store.states());
        expect([...committed, ...engine.advance(LAST)]).toEqual(expected);

        store.save(engine.takeChanges());
        expect(store.states()).toEqual([]);
        expect(engine.nextDue()).toBeUndefined();
      },
    ),
    { numRuns: 500 },
  );
  // One rule of each operator that is likely enough here.
  for (const id of ["sos", "gate-held-open", "inactivity", "heat-at-wiring"]) expect(told).toContain(id);
});

test("when timers are fired makes no difference, as long as it is before the next event", () => {
  fc.assert(
    fc.property(story, fc.integer({ min: 1, max: 5 }), (events, pieces) => {
      const lazy = createRuleEngine(rules);
      const expected = run(lazy, events);
      const eager = createRuleEngine(rules);
      let before = NOON;
      const verdicts = events.flatMap((event) => {
        const early = Array.from({ length: pieces }, (_, piece) =>
          eager.advance(Math.floor(before + ((event.receivedAt - before) * piece) / pieces)),
        ).flat();
        before = event.receivedAt;
        return [...early, ...feed(eager, event, DEVICES[event.deviceId])];
      });
      expect(verdicts).toEqual(expected);
    }),
    { numRuns: 100 },
  );
});

/** Every open and every end of one key, without when the hub knew of it. */
function episodes(verdicts: readonly Verdict[]): string[] {
  return verdicts
    .filter(({ kind }) => kind !== "evidence")
    .map(({ kind, episode, at }) => `${episode} ${kind} ${(at - NOON) / SECOND}`)
    .toSorted();
}

const spans = fc
  // Far enough apart that they do not chatter.
  .array(fc.tuple(fc.integer({ min: 1, max: 900 }), fc.integer({ min: 61, max: 900 })), {
    minLength: 1,
    maxLength: 7,
  })
  .map((pairs) => {
    let at = -6 * HOUR;
    return pairs.map(([length, gap], index) => {
      const from = at;
      const until = from + length * SECOND;
      at = until + gap * SECOND;
      return { id: `span${index}`, from, until };
    });
  });

test("openings and closings of one door, told in any order within the limit, give the same incidents", () => {
  const limit = 180 * SECOND;
  fc.assert(
    fc.property(
      spans.chain((list) =>
        fc.tuple(
          fc.constant(list),
          fc.shuffledSubarray(
            list.flatMap((_, index) => [2 * index, 2 * index + 1]),
            { minLength: 2 * list.length },
          ),
        ),
      ),
      ([list, order]) => {
        const expected = list
          .filter(({ from, until }) => until - from >= limit)
          .flatMap(({ id, from, until }) => [`${id} open ${from / SECOND}`, `${id} end ${until / SECOND}`]);
        const engine = createRuleEngine(rules);
        const verdicts = order.flatMap((slot, index) => {
          const span = list[slot >> 1];
          if (!span) return [];
          const opening = slot % 2 === 0;
          const code = opening ? "access.door_opened" : "access.door_closed";
          const occurredAt = NOON + (opening ? span.from : span.until);
          // Another minute for the whole burst: within the limit of the first of them.
          const receivedAt = NOON + Math.floor((index * MINUTE) / order.length);
          const id = opening ? span.id : `${span.id}-end`;
          return feed(engine, eventAt(0, code, "state", { id, occurredAt, receivedAt, flags: ["late"] }));
        });
        verdicts.push(...engine.advance(NOON + HOUR));
        expect(episodes(verdicts)).toEqual(expected.toSorted());
        expect(verdicts.filter(({ kind }) => kind === "open").every(({ late }) => late)).toBe(true);
      },
    ),
    { numRuns: 300 },
  );
});

test("an alarm and its end, told in either order, give the same incident", () => {
  fc.assert(
    fc.property(spans, fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }), (list, swapped) => {
      const tell = (swaps: readonly boolean[]): string[] => {
        const engine = createRuleEngine(rules);
        const verdicts = list.flatMap(({ id, from, until }, index) => {
          const receivedAt = NOON + until;
          const pair = [
            eventAt(from, "fire.smoke", "raise", { id, receivedAt }),
            eventAt(until, "fire.smoke", "clear", { id: `${id}-end`, receivedAt }),
          ];
          return (swaps[index] === true ? pair.toReversed() : pair).flatMap((event) => feed(engine, event));
        });
        return episodes(verdicts);
      };
      expect(tell(swapped)).toEqual(tell([]));
      expect(tell([])).toHaveLength(2 * list.length);
    }),
    { numRuns: 100 },
  );
});
