import { expect, test } from "vitest";
import { registryYaml } from "../../simulators/registry.ts";
import { createWorld } from "../../simulators/world.ts";
import { bindableProfiles } from "../../src/app/bindable-profiles.ts";
import { createImporter } from "../../src/import/importer.ts";
import type { RegistryRecord } from "../../src/ports.ts";

const world = createWorld({ seed: 5, today: "2026-03-31" });

test("the hub's import takes the whole world, every record that can be marked is simulated", async () => {
  const taken: RegistryRecord[] = [];
  const nothing = { items: [] };
  const importer = createImporter({
    clock: { now: () => Date.parse("2026-03-31T00:00:00Z") },
    zone: "UTC",
    bindableProfiles,
    store: {
      estates: () => Promise.resolve(nothing),
      gateways: () => Promise.resolve(nothing),
      places: () => Promise.resolve([]),
      importCases: () => Promise.reject(new Error("there are no cases in it")),
      importRegistry(records) {
        taken.push(...records);
        return Promise.resolve({ inserted: records.length, updated: 0, unchanged: 0 });
      },
    },
  });
  const outcome = await importer.importRegistry(Buffer.from(registryYaml(world)), {
    format: "yaml",
    scope: undefined,
  });
  expect(outcome.refused).toEqual([]);
  expect(outcome.stored).toBe(true);

  const of = <K extends RegistryRecord["kind"]>(kind: K) =>
    taken.filter((record) => record.kind === kind) as Extract<RegistryRecord, { kind: K }>[];
  expect(of("estate")).toHaveLength(25);
  expect(of("gateway")).toHaveLength(25);
  expect(of("place")).toHaveLength(world.estates.flatMap(({ places }) => places).length);
  const devices = of("device").map(({ value }) => value);
  expect(devices.map(({ id }) => id)).toEqual(
    world.estates.flatMap((estate) => estate.devices.map(({ id }) => id)),
  );
  expect(devices.every(({ status }) => status === "enrolled")).toBe(true);
  const marked = [...of("estate"), ...of("gateway"), ...of("device")];
  expect(marked.every(({ value }) => value.simulated)).toBe(true);
  const buttons = devices.filter(({ id }) => id.includes(":sos-"));
  expect(buttons.length).toBeGreaterThan(25);
  expect(buttons.every(({ config }) => config.buttonCode === "life.sos")).toBe(true);
  expect(of("estate").every(({ value }) => value.zone === "Asia/Shanghai")).toBe(true);
});
