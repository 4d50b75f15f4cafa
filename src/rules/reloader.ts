import { setTimeout as pause } from "node:timers/promises";
import type { RuleReload } from "../ports.ts";
import { continueRules } from "./continue-rules.ts";
import { compileFiles } from "./load-rules.ts";
import type { LoadedRules } from "./read-rules.ts";
import type { RuleFiles } from "./rule-files.ts";
import type { Rule, RuleFault } from "./rule.ts";

/** A file that is being written has another text this much later. */
const SETTLE_MS = 200;
const SETTLE_TRIES = 10;

/** Keeps the rules in force as the folder has them. */
export interface Reloader {
  /**
   * Reads the folder again and puts in force what changed. One at a time, and those that wait are one;
   * rejects, with everything as before, when the change could not be put in force.
   */
  reload(): Promise<RuleReload>;
  readonly inForce: () => readonly Rule[];
  /** What was wrong with the folder when it was last read. */
  readonly faults: () => readonly RuleFault[];
}

/** Where rules come from and go to. */
export interface ReloaderParts {
  readonly folder: string;
  /** The rules in force when the hub was last stopped; asked for only when the folder has a fault. */
  readonly before: () => readonly Rule[];
  /** What the folder has at the start. */
  readonly first: RuleFiles;
  readonly read: () => Promise<RuleFiles>;
  /** Resolves when exactly these rules are in force. */
  readonly install: (rules: readonly Rule[]) => Promise<void>;
  /** Told what came of each change of the folder. */
  readonly told: (reload: RuleReload) => void;
}

/** Begins with what follows from the first reading; the caller puts these rules in force. */
export function createReloader(parts: ReloaderParts): Reloader {
  const { folder, before: last, first, read, install, told } = parts;
  let files = first;
  const begun = compiled(files);
  let { faults } = begun;
  let { rules, kept } = continueRules(faults.length > 0 ? last() : [], begun, folder);

  /** A folder without a file is none that was meant: a disk that is not there, or files on their way. */
  function compiled(found: RuleFiles): LoadedRules {
    const loaded = compileFiles(found);
    if (found.files.length + found.faults.length > 0) return loaded;
    const reason = "The folder has no file of rules; a file without a rule would say that there are none.";
    return { rules: [], faults: [{ file: folder, line: 1, field: "", reason }] };
  }

  /** The files as two readings found them alike. */
  async function settled(once: RuleFiles): Promise<RuleFiles> {
    let found = once;
    for (let tries = 0; tries < SETTLE_TRIES; tries++) {
      await pause(SETTLE_MS);
      const again = await read();
      if (sameFiles(found, again)) return again;
      found = again;
    }
    return found;
  }

  async function reload(): Promise<RuleReload> {
    const before = rules;
    const found = await read();
    const changed = !sameFiles(found, files);
    if (changed) {
      const next = await settled(found);
      const loaded = compiled(next);
      const continued = continueRules(before, loaded, folder);
      if (!sameRules(before, continued.rules)) await install(continued.rules);
      files = next;
      ({ faults } = loaded);
      ({ rules, kept } = continued);
    }
    const outcome = differenceOf(before, rules, kept, faults);
    if (changed) told(outcome);
    return outcome;
  }

  let turn: Promise<unknown> = Promise.resolve();
  let waiting: Promise<RuleReload> | undefined;
  return {
    reload() {
      // One that has not begun will read what this one would, however long the disk holds up the first.
      if (waiting) return waiting;
      const next = turn.then(() => {
        waiting = undefined;
        return reload();
      });
      waiting = next;
      turn = next.catch(() => undefined);
      return next;
    },
    inForce: () => rules,
    faults: () => faults,
  };
}

function differenceOf(
  before: readonly Rule[],
  now: readonly Rule[],
  kept: readonly Rule[],
  faults: readonly RuleFault[],
): RuleReload {
  const was = new Map(before.map(({ id, version }) => [id, version]));
  const is = new Set(now.map(({ id }) => id));
  return {
    rules: now.length,
    added: idsOf(now.filter(({ id }) => !was.has(id))),
    changed: idsOf(now.filter(({ id, version }) => was.has(id) && was.get(id) !== version)),
    removed: idsOf(before.filter(({ id }) => !is.has(id))),
    kept: idsOf(kept),
    faults,
  };
}

function idsOf(rules: readonly Rule[]): string[] {
  return rules.map(({ id }) => id);
}

function sameFiles(one: RuleFiles, other: RuleFiles): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function sameRules(one: readonly Rule[], other: readonly Rule[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ id, version, file }, index) => {
      const rule = other[index];
      return rule?.id === id && rule.version === version && rule.file === file;
    })
  );
}
