import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { observeClock, observeEdge, unknownDevice } from "../../src/domain/device-memory.ts";
import type { EventFlag, Phase } from "../../src/domain/event.ts";
import { HOUR, MINUTE, SECOND } from "../../src/domain/time.ts";

const T0 = Date.UTC(2026, 0, 1);

function edges(
  ...events: [at: number, code: string, phase: Phase, flags?: EventFlag[], repeatKey?: string][]
) {
  const state = unknownDevice();
  return events.map(([at, code, phase, flags = [], repeatKey]) =>
    observeEdge(state, { code, phase, ...(repeatKey !== undefined && { repeatKey }) }, T0 + at, flags),
  );
}

describe("edges against the last known state", () => {
  test("a repeated raise is one edge, and the clear is another", () => {
    const leak = "facility.water_leak";
    expect(edges([0, leak, "raise"], [1, leak, "raise"], [2, leak, "raise"], [3, leak, "clear"])).toEqual([
      "edge",
      "repeat",
      "repeat",
      "edge",
    ]);
  });

  test("the first message of a smoke detector may be the alarm", () => {
    expect(edges([0, "fire.smoke", "raise"])).toEqual(["edge"]);
  });

  test("a retained or initial state raises nothing from the unknown, and is real against the known", () => {
    const smoke = "fire.smoke";
    expect(edges([0, smoke, "raise", ["retained"]])).toEqual(["initial"]);
    expect(edges([0, smoke, "raise", ["initial"]])).toEqual(["initial"]);
    expect(edges([0, smoke, "clear"], [1, smoke, "raise", ["retained"]])).toEqual(["initial", "edge"]);
  });

  test("a state that expires is over when it is not repeated in time: the next report is a new alarm", () => {
    const state = unknownDevice();
    const at = (seconds: number): unknown =>
      observeEdge(
        state,
        { code: "intrusion.perimeter", phase: "raise", expiresAfterMs: 60_000 },
        T0 + seconds * SECOND,
        [],
      );
    expect([0, 1, 60, 120, 181, 182].map(at)).toEqual([
      "edge",
      "repeat",
      "repeat",
      "repeat",
      "edge",
      "repeat",
    ]);
  });

  test("opened and closed are positions of one door", () => {
    const [opened, closed] = ["access.door_opened", "access.door_closed"];
    expect(
      edges([0, opened, "state"], [1, opened, "state"], [2, closed, "state"], [3, opened, "state"]),
    ).toEqual(["initial", "repeat", "edge", "edge"]);
  });

  test("being unavailable in between makes no edge: open, offline, online, open", () => {
    const opened = "access.door_opened";
    expect(
      edges(
        [0, opened, "state"],
        [1, "device.offline", "raise"],
        [2, "device.offline", "clear"],
        [3, opened, "state"],
      ),
    ).toEqual(["initial", "edge", "edge", "repeat"]);
  });

  test("an event older than the known state is an edge of its own time and leaves the state alone", () => {
    const state = unknownDevice();
    const door = (code: string, at: number) => observeEdge(state, { code, phase: "state" }, T0 + at, []);
    door("access.door_closed", 10);
    expect(door("access.door_opened", 5)).toBe("edge");
    expect(door("access.door_closed", 11)).toBe("repeat");
  });

  test("a repeat confirms the state: an opening told after the closing that followed it changes nothing", () => {
    const state = unknownDevice();
    const door = (code: string, at: number) => observeEdge(state, { code, phase: "state" }, T0 + at, []);
    door("access.door_closed", 0);
    expect(door("access.door_closed", 10)).toBe("repeat");
    expect(door("access.door_opened", 5)).toBe("edge");
    expect(door("access.door_closed", 11)).toBe("repeat");
  });

  test("points and properties are apart", () => {
    const state = unknownDevice();
    const motion = (point: string, property: string) =>
      observeEdge(state, { code: "intrusion.motion", phase: "raise", point, property }, T0, []);
    expect([motion("1", "occupancy"), motion("2", "occupancy"), motion("1", "presence")]).toEqual(
      Array.from({ length: 3 }, () => "edge"),
    );
    expect(motion("1", "occupancy")).toBe("repeat");
  });

  test("a device that invents points has the oldest forgotten", () => {
    const state = unknownDevice();
    const smoke = (point: number) =>
      observeEdge(state, { code: "fire.smoke", phase: "raise", point: String(point) }, T0 + point, []);
    for (let point = 0; point < 5_000; point++) smoke(point);
    expect(smoke(0)).toBe("repeat");
    smoke(5_000);
    expect(Object.keys(state.points)).toHaveLength(4_501);
    expect([smoke(499), smoke(500), smoke(4_999)]).toEqual(["edge", "repeat", "repeat"]);
  });

  test("a moment sent twice without key and time counts once within ten seconds", () => {
    const press = (at: number, key: string): [number, string, Phase, EventFlag[], string] => [
      at,
      "life.sos",
      "pulse",
      [],
      key,
    ];
    expect(
      edges(press(0, "a"), press(9 * SECOND, "a"), press(30 * SECOND, "a"), press(31 * SECOND, "b")),
    ).toEqual(["edge", "repeat", "edge", "edge"]);
  });

  test("a retained moment is no event", () => {
    expect(edges([0, "life.sos", "pulse", ["retained"]])).toEqual(["initial"]);
  });

  test("in order, no two edges of a point have the same value", () => {
    const phase = fc.constantFrom<Phase>("raise", "clear");
    fc.assert(
      fc.property(fc.array(phase, { maxLength: 50 }), (phases) => {
        const result = edges(...phases.map((p, n): [number, string, Phase] => [n, "fire.smoke", p]));
        const changes = phases.filter((_, n) => result[n] !== "repeat");
        for (let n = 1; n < changes.length; n++) expect(changes[n]).not.toBe(changes[n - 1]);
      }),
    );
  });
});

describe("a device's clock", () => {
  function skews(diffs: readonly number[], every = 2 * MINUTE): number[] {
    const state = unknownDevice();
    return diffs.map((diff, n) => observeClock(state, T0 + n * every - diff, T0 + n * every));
  }

  test("a clock ahead is corrected at once", () => {
    expect(skews([-8 * HOUR])).toEqual([-8 * HOUR]);
  });

  test("a clock behind is corrected when five messages in different minutes agree", () => {
    expect(skews([HOUR, HOUR + 2_000, HOUR, HOUR + 500, HOUR + 900])).toEqual([0, 0, 0, 0, HOUR + 500]);
  });

  test("a burst of old messages is late, not skewed", () => {
    expect(skews([HOUR, HOUR, HOUR, HOUR, HOUR, HOUR], SECOND)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test("deliveries whose delay varies are late, not skewed", () => {
    expect(skews([HOUR, 2 * HOUR, 30 * MINUTE, 5 * MINUTE, 3 * HOUR, HOUR])).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test("a good clock needs no correction", () => {
    expect(skews([20, 80, 3_000, 40, 10, 900])).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test("the state survives a checkpoint", () => {
    const state = unknownDevice();
    observeClock(state, T0 - HOUR, T0);
    observeEdge(state, { code: "fire.smoke", phase: "raise" }, T0, []);
    const restored = JSON.parse(JSON.stringify(state)) as typeof state;
    expect(restored).toEqual(state);
    expect(observeEdge(restored, { code: "fire.smoke", phase: "raise" }, T0 + 1, [])).toBe("repeat");
  });
});
