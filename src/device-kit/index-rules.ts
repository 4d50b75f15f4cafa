import type { Guard } from "./guards.ts";
import type { Rule } from "./rules.ts";
import type { Scope } from "./scope.ts";
import { compileSource, field, scalar } from "./sources.ts";

/** So many rules have to compare the same field before looking its value up is cheaper than asking each. */
const WORTHWHILE = 4;

type Comparison = Extract<Guard, { is: "in" }>;

/**
 * Tells which rules can hold for a scope, in their order, by the value of the field that most of them
 * compare; undefined where few compare the same. `members` are what stands for each rule.
 */
export function indexRules<T>(
  rules: readonly Rule[],
  members: readonly T[],
): ((scope: Scope) => readonly T[]) | undefined {
  const path = mostCompared(rules);
  if (path === undefined) return undefined;
  const allowed = rules.map((rule) => comparisons(rule).find((guard) => pathOf(guard) === path)?.values);
  const others = members.filter((_, at) => allowed[at] === undefined);
  const values = new Set(allowed.flatMap((list) => list ?? []));
  const byValue = new Map(
    [...values].map((value) => [value, members.filter((_, at) => allowed[at]?.includes(value) ?? true)]),
  );
  const read = compileSource(field(path));
  return (scope) => {
    const value = scalar(read(scope));
    return value === undefined ? others : (byValue.get(value) ?? others);
  };
}

function mostCompared(rules: readonly Rule[]): string | undefined {
  const counts = new Map<string, number>();
  for (const path of rules.flatMap((rule) => [...new Set(comparisons(rule).map(pathOf))])) {
    counts.set(path, (counts.get(path) ?? 0) + 1);
  }
  const [most] = [...counts].toSorted(([, a], [, b]) => b - a);
  return most && most[1] >= WORTHWHILE ? most[0] : undefined;
}

/** The guards of a rule that ask for certain values of a field. */
function comparisons(rule: Rule): readonly Comparison[] {
  const guards = "when" in rule ? (rule.when ?? []) : [];
  return guards.filter((guard): guard is Comparison => guard.is === "in" && pathOf(guard) !== "");
}

/** The path as `field` takes it; empty for what is no field of the scope's own. */
function pathOf({ of }: Comparison): string {
  return of.from === "field" ? of.path.map((step) => step.replaceAll(".", String.raw`\.`)).join(".") : "";
}
