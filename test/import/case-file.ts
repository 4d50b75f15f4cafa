import type { CaseFileOptions } from "../../src/import/cases.ts";
import { createEstateFinder } from "../../src/import/estate-finder.ts";
import { readTypeMapping } from "../../src/import/mapping-file.ts";

/** When the tests' files are read. */
export const NOW = Date.UTC(2025, 0, 1);

/** Estates of the tests; two share a name. */
export const ESTATES = [
  { id: "xf", name: "幸福里", zone: "Asia/Shanghai" },
  { id: "hp-1", name: "和平苑", zone: "Asia/Shanghai" },
  { id: "hp-2", name: "和平苑", zone: "Asia/Shanghai" },
  { id: "ber", name: "Berlin", zone: "Europe/Berlin" },
] as const;

/** Profiles that a binding may name. */
export const PROFILES: ReadonlySet<string> = new Set(["zigbee2mqtt", "frigate"]);

/** Options for a file of cases, with the built-in types. */
export function caseOptions(more: Partial<CaseFileOptions> = {}): CaseFileOptions {
  return {
    estate: createEstateFinder(ESTATES),
    mapping: readTypeMapping(undefined),
    now: NOW,
    unit: "case",
    ...more,
  };
}

/** Lines joined to the bytes of a file. */
export const file = (...lines: readonly string[]): Uint8Array => Buffer.from(`${lines.join("\n")}\n`);
