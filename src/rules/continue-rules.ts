import type { LoadedRules } from "./read-rules.ts";
import type { Rule } from "./rule.ts";

/** The rules to put in force, and which of them are older than what the folder has now. */
export interface ContinuedRules {
  readonly rules: readonly Rule[];
  readonly kept: readonly Rule[];
}

/**
 * What is in force after a folder was read again: every sound rule, and of the rules that were in force
 * those that a fault took away. A rule that is gone from a sound file is gone.
 */
export function continueRules(
  before: readonly Rule[],
  { rules, faults }: LoadedRules,
  folder: string,
): ContinuedRules {
  const sound = new Set(rules.map(({ id }) => id));
  const faultyRules = new Set(faults.map(({ rule }) => rule));
  const faultyFiles = new Set(faults.map(({ file }) => file));
  const kept = before.filter(
    ({ id, file }) =>
      !sound.has(id) &&
      // A folder that cannot be read is its own file.
      (faultyRules.has(id) || faultyFiles.has(file) || faultyFiles.has(folder)),
  );
  return { rules: [...rules, ...kept], kept };
}
