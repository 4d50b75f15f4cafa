import { join, resolve } from "node:path";
import { loadRules } from "../rules/load-rules.ts";
import type { RuleFault } from "../rules/rule.ts";

/** What is in a folder of rules. */
interface CheckedRules {
  readonly folder: string;
  /** How many can be used. */
  readonly rules: number;
  /** Why the others cannot; files with their folder. */
  readonly faults: readonly RuleFault[];
}

/** Reads a folder of rules as the hub would at its start; nothing is put in force. Never throws. */
export async function checkRules(folder: string): Promise<CheckedRules> {
  const { rules, faults } = await loadRules(folder);
  // A folder that cannot be read is its own file.
  const placed = (fault: RuleFault): RuleFault => ({
    ...fault,
    file: resolve(fault.file) === resolve(folder) ? folder : join(folder, fault.file),
  });
  return { folder, rules: rules.length, faults: faults.map(placed) };
}
