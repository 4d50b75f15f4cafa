import { expect, test } from "vitest";
import { addDays, addMonths, daysBetween, isDay } from "../../simulators/day.ts";
import { createWorld } from "../../simulators/world.ts";
import { isId } from "../../src/domain/topic.ts";

const TODAY = "2026-03-31";
const world = createWorld({ seed: 7, today: TODAY });

test("the same seed and day give the same world, another seed another", () => {
  expect(createWorld({ seed: 7, today: TODAY })).toEqual(world);
  expect(createWorld({ seed: 8, today: TODAY })).not.toEqual(world);
});

test("there are 25 estates of invented, marked names, each once", () => {
  expect(world.estates).toHaveLength(25);
  expect(new Set(world.estates.map(({ name }) => name)).size).toBe(25);
  for (const { name } of world.estates) expect(name).toMatch(/（模拟）$/);
});

test("estates are equipped around a year before today, and commissioned some weeks later", () => {
  for (const estate of world.estates) {
    expect(estate.households).toBeGreaterThanOrEqual(300);
    expect(estate.households).toBeLessThanOrEqual(2_500);
    expect(daysBetween(estate.installedOn, TODAY)).toBeGreaterThan(300);
    expect(daysBetween(estate.installedOn, TODAY)).toBeLessThan(480);
    const weeks = daysBetween(estate.installedOn, estate.commissionedOn) / 7;
    expect(weeks).toBeGreaterThanOrEqual(2);
    expect(weeks).toBeLessThanOrEqual(5);
  }
});

test("every estate has 20 to 60 devices of unique id, each at a place of that estate", () => {
  for (const { devices, places } of world.estates) {
    expect(devices.length).toBeGreaterThanOrEqual(20);
    expect(devices.length).toBeLessThanOrEqual(60);
    expect(new Set(devices.map(({ id }) => id)).size).toBe(devices.length);
    const known = new Set(places.map(({ id }) => id));
    expect(known.size).toBe(places.length);
    for (const { placeId } of devices) expect(known).toContain(placeId);
    for (const parent of places.flatMap(({ parentId }) => parentId ?? [])) expect(known).toContain(parent);
  }
});

test("every estate has gates, cameras and sensors, native and bridged", () => {
  for (const { devices } of world.estates) {
    expect(new Set(devices.map(({ kind }) => kind))).toEqual(
      new Set(["gate", "camera", "sensor", "gateway"]),
    );
    expect(new Set(devices.map(({ profile }) => profile))).toEqual(
      new Set(["native", "frigate", "zigbee2mqtt"]),
    );
  }
});

test("ids of estates, places, gateways and native devices are ids the hub accepts", () => {
  for (const { id, gateway, places, devices } of world.estates) {
    const native = devices.filter(({ profile }) => profile === "native");
    for (const each of [id, gateway.id, ...places.map((place) => place.id), ...native.map((one) => one.id)]) {
      expect(isId(each), each).toBe(true);
    }
  }
});

test.each([
  [{ seed: 1.5, today: TODAY }, /seed/],
  [{ seed: 1, today: "2026-02-30" }, /today/],
  [{ seed: 1, today: "soon" }, /today/],
  [{ seed: 1, today: TODAY, estates: 0 }, /estates/],
])("%j is refused with the field's name", (options, reason) => {
  expect(() => createWorld(options)).toThrow(reason);
});

test("calendar arithmetic knows short months and leap years", () => {
  expect(addMonths("2026-03-31", -1)).toBe("2026-02-28");
  expect(addMonths("2024-01-31", 1)).toBe("2024-02-29");
  expect(addMonths("2026-01-15", -12)).toBe("2025-01-15");
  expect(addDays("2024-02-28", 2)).toBe("2024-03-01");
  expect(isDay("2023-02-29")).toBe(false);
});
