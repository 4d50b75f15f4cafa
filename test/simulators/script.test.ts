import { expect, test } from "vitest";
import { createEncode } from "../../simulators/gateway/message.ts";
import { SCENARIOS } from "../../simulators/gateway/scenarios.ts";
import { writeScript, type Planned, type ScriptOptions } from "../../simulators/gateway/script.ts";
import { localHour } from "../../simulators/day.ts";
import { createWorld, type SimulatedEstate } from "../../simulators/world.ts";
import { parseTopic } from "../../src/domain/topic.ts";
import { canonicalCode } from "../../src/domain/taxonomy.ts";

const DAY_MS = 86_400_000;
/** Midnight of the estates. */
const FROM = Date.parse("2026-03-30T16:00:00Z");
const world = createWorld({ seed: 11, today: "2026-03-31" });
const estate = world.estates.find(({ devices }) =>
  devices.some(({ role }) => role === "lift-camera"),
) as SimulatedEstate;

function write(options: Partial<ScriptOptions>, untilMs: number): Planned[] {
  const script = writeScript(estate, { seed: 1, speed: 1, from: FROM, ...options });
  const planned: Planned[] = [];
  for (;;) {
    const { value } = script.next();
    if (value.at >= FROM + untilMs) return planned;
    planned.push(value);
  }
}

test("the same seed gives the same script, another seed another, both in order of time", () => {
  const script = write({}, DAY_MS / 4);
  expect(write({}, DAY_MS / 4)).toEqual(script);
  expect(write({ seed: 2 }, DAY_MS / 4)).not.toEqual(script);
  const times = script.map(({ at }) => at);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});

test("in some weeks everything that can happen does", () => {
  const wanted = new Set(["atRest", ...Object.keys(SCENARIOS)]);
  const missing = new Set(wanted);
  let told = 0;
  for (const { scenario } of writeScript(estate, { seed: 1, speed: 300, from: FROM })) {
    if (!wanted.has(scenario)) throw new Error(`${scenario} is not a known scenario`);
    missing.delete(scenario);
    if (missing.size === 0 || ++told > 500_000) break;
  }
  expect([...missing]).toEqual([]);
});

test("speed makes things happen more often, and leaves their length as it is", () => {
  const slow = write({}, DAY_MS);
  const fast = write({ speed: 10 }, DAY_MS);
  const held = (script: Planned[]): number => script.filter(({ scenario }) => scenario === "heldOpen").length;
  expect(held(fast)).toBeGreaterThan(3 * held(slow));
  const opened = fast.filter(({ scenario }) => scenario === "heldOpen");
  const byDevice = Map.groupBy(opened, ({ device }) => device.id);
  for (const steps of byDevice.values()) {
    const [, open, closed] = steps;
    const length = (closed?.at ?? 0) - (open?.at ?? 0);
    expect(length).toBeGreaterThanOrEqual(200_000);
    expect(length).toBeLessThanOrEqual(280_000);
  }
});

test("a day has its rhythm: people pass by day, not at night", () => {
  const passes = write({}, DAY_MS).filter(({ scenario }) => scenario === "pass");
  const between = (from: number, to: number): number =>
    passes.filter(({ at }) => localHour(at) >= from && localHour(at) < to).length;
  expect(between(17, 20)).toBeGreaterThan(5 * between(1, 4));
});

test("a device does one thing at a time", () => {
  const doors = write({ speed: 20 }, DAY_MS / 8).filter(({ device }) => device.role === "door");
  for (const steps of Map.groupBy(doors, ({ device }) => device.id).values()) {
    const codes = steps.flatMap(({ told }) =>
      told.kind === "native" && told.code.startsWith("access.door_") ? [told.code] : [],
    );
    expect(codes.length).toBeGreaterThan(2);
    codes.forEach((code, n) => {
      expect(code).toBe(n % 2 === 0 ? "access.door_opened" : "access.door_closed");
    });
  }
});

test("every message has a topic of the contract and names its gateway's estate", () => {
  let seq = 0;
  const encode = createEncode(estate, { boot: "b", next: () => ++seq });
  const numbers = new Set<number>();
  let natives = 0;
  for (const { device, told, at } of write({ speed: 50 }, DAY_MS / 24)) {
    const { topic, payload } = encode(device, told, at);
    const route = parseTopic(topic);
    expect(route?.estateId, topic).toBe(estate.id);
    expect(route?.kind).toBe(device.profile === "native" ? "native" : "bridge");
    if (route?.kind !== "native") continue;
    natives++;
    const event = JSON.parse(payload) as Record<string, unknown>;
    numbers.add(event["seq"] as number);
    expect(event).toMatchObject({ boot: "b", flags: ["simulated"], at: new Date(at).toISOString() });
    expect(canonicalCode(event["code"] as string)).toBe(event["code"]);
  }
  expect(natives).toBeGreaterThan(100);
  expect(numbers.size).toBe(natives);
});

test("Zigbee messages carry the whole state, an action only once", () => {
  const encode = createEncode(estate, { boot: "b", next: () => 1 });
  const device = estate.devices.find(({ role }) => role === "sos");
  if (!device) throw new Error("the estate has no SOS button");
  const send = (changes: Record<string, string | boolean>): Record<string, unknown> =>
    JSON.parse(encode(device, { kind: "zigbee", changes }, FROM).payload) as Record<string, unknown>;
  send({ battery_low: false });
  expect(send({ action: "emergency" })).toMatchObject({ action: "emergency", battery_low: false });
  const report = send({});
  expect(report).toMatchObject({ battery_low: false });
  expect(report).not.toHaveProperty("action");
});

test("a Frigate object keeps its id from new to end, and a review rises to an alert", () => {
  const encode = createEncode(estate, { boot: "b", next: () => 1 });
  const visits = write({ speed: 100 }, DAY_MS / 8).filter(({ scenario }) => scenario === "nightVisitor");
  const first = visits.filter(({ device }) => device.id === visits[0]?.device.id).slice(0, 5);
  const messages = first.map(({ device, told, at }) => JSON.parse(encode(device, told, at).payload)) as {
    type: string;
    after: { id: string; severity?: string; end_time: number | null; start_time: number };
  }[];
  const objects = messages.filter(({ after }) => after.severity === undefined);
  const reviews = messages.filter(({ after }) => after.severity !== undefined);
  expect(objects.map(({ type }) => type)).toEqual(["new", "end"]);
  expect(new Set(objects.map(({ after }) => after.id)).size).toBe(1);
  expect(objects[1]?.after.end_time).toBeGreaterThan(objects[1]?.after.start_time ?? Infinity);
  expect(reviews.map(({ type, after }) => `${type} ${after.severity}`)).toEqual([
    "new detection",
    "update alert",
    "end alert",
  ]);
  expect(new Set(reviews.map(({ after }) => after.id)).size).toBe(1);
});
