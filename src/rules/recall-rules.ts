import type { RuleVersion } from "../ports.ts";
import { compileRule } from "./compile-rule.ts";
import { createConditionCompiler } from "./condition.ts";
import type { Rule } from "./rule.ts";

/**
 * The rules that were in force when the hub stopped, from what was kept of them. One that this version
 * of the hub no longer understands is left out.
 */
export function recallRules(versions: readonly RuleVersion[]): readonly Rule[] {
  const compiler = createConditionCompiler();
  return versions.flatMap(({ definition, file }) => {
    const compiled = compileRule(definition, compiler);
    return file === undefined || !("operator" in compiled) ? [] : { ...compiled, file, line: 1, definition };
  });
}
