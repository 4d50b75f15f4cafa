import { createConditionCompiler } from "./condition.ts";
import { readRules, type LoadedRules } from "./read-rules.ts";
import { readRuleFiles, type RuleFiles } from "./rule-files.ts";
import type { Rule, RuleFault } from "./rule.ts";

/** Faults of one file that are told one by one. */
const MOST_FAULTS = 100;

/**
 * Reads every `.yaml` and `.yml` file of a folder, in order of name. Never throws: what cannot be read
 * is a fault, and one bad rule or file never keeps the others out.
 */
export async function loadRules(dir: string): Promise<LoadedRules> {
  return compileFiles(await readRuleFiles(dir));
}

/** The rules of files that were read; of two with one id, the first is used. */
export function compileFiles({ files, faults: unread }: RuleFiles): LoadedRules {
  const compiler = createConditionCompiler();
  const rules = new Map<string, Rule>();
  const refused = files.map(({ name, text }) => {
    const found = readRules(name, text, compiler);
    const taken = found.rules.flatMap((rule) => {
      const first = rules.get(rule.id);
      if (!first) rules.set(rule.id, rule);
      return first ? [duplicate(rule, first)] : [];
    });
    return firstOf([...found.faults, ...taken]);
  });
  // As the files are ordered; those of one file stay as they were found.
  const faults = [...unread, ...refused.flat()].toSorted(
    (a, b) => Number(a.file > b.file) - Number(a.file < b.file),
  );
  return { rules: [...rules.values()], faults };
}

/** The first faults of a file, and how many more there are: nobody reads a hundred thousand. */
function firstOf(faults: readonly RuleFault[]): readonly RuleFault[] {
  const next = faults[MOST_FAULTS];
  if (!next) return faults;
  const { file, line } = next;
  const reason = `There are ${faults.length - MOST_FAULTS} faults more from here on.`;
  return [...faults.slice(0, MOST_FAULTS), { file, line, field: "", reason }];
}

function duplicate({ id, file, line }: Rule, first: Rule): RuleFault {
  const reason = `The id is taken by ${first.file}:${first.line}; that rule is used, this one is not.`;
  return { file, line, rule: id, field: "id", reason };
}
