import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { createConditionCompiler } from "./condition.ts";
import { readRules, type LoadedRules } from "./read-rules.ts";
import type { Rule, RuleFault } from "./rule.ts";

const LARGEST_FILE = 1 << 20;
const DEADLINE_MS = 10_000;

/**
 * Reads every `.yaml` and `.yml` file of a folder, in order of name. Never throws: what cannot be read
 * is a fault, and one bad rule or file never keeps the others out.
 */
export async function loadRules(dir: string): Promise<LoadedRules> {
  const compiler = createConditionCompiler();
  const rules: Rule[] = [];
  const faults: RuleFault[] = [];
  for (const file of await filesOf(dir, faults)) {
    const text = await textOf(dir, file, faults);
    if (text === undefined) continue;
    const found = readRules(file, text, compiler);
    faults.push(...found.faults);
    for (const rule of found.rules) {
      const first = rules.find(({ id }) => id === rule.id);
      if (!first) rules.push(rule);
      else faults.push(duplicate(rule, first));
    }
  }
  return { rules, faults };
}

async function filesOf(dir: string, faults: RuleFault[]): Promise<string[]> {
  try {
    const names = await within10s(readdir(dir));
    return names.filter((name) => /^[^.].*\.ya?ml$/.test(name)).toSorted();
  } catch (error) {
    faults.push({ file: dir, line: 1, field: "", reason: `The folder cannot be read: ${messageOf(error)}.` });
    return [];
  }
}

async function textOf(dir: string, file: string, faults: RuleFault[]): Promise<string | undefined> {
  try {
    const path = join(dir, file);
    const { size } = await within10s(stat(path));
    if (size <= LARGEST_FILE)
      return await readFile(path, { encoding: "utf8", signal: AbortSignal.timeout(DEADLINE_MS) });
    faults.push({
      file,
      line: 1,
      field: "",
      reason: `The file has ${size} bytes; ${LARGEST_FILE} are allowed.`,
    });
  } catch (error) {
    faults.push({ file, line: 1, field: "", reason: `The file cannot be read: ${messageOf(error)}.` });
  }
  return undefined;
}

function duplicate({ id, file, line }: Rule, first: Rule): RuleFault {
  const reason = `The id is taken by ${first.file}:${first.line}; that rule is used, this one is not.`;
  return { file, line, rule: id, field: "id", reason };
}

function within10s<T>(work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("no answer from the disk in 10 s")), DEADLINE_MS);
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
