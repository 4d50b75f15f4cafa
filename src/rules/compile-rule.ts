import { hash } from "node:crypto";
import type { EpochMs } from "../domain/time.ts";
import type { ConditionCompiler } from "./condition.ts";
import { createLocalTime, inSpan } from "./local-time.ts";
import type { OperatorKind } from "./operator-kind.ts";
import type { Operator } from "./operator.ts";
import { OPERATORS } from "./operators.ts";
import type { Part, Rule, Subject } from "./rule.ts";
import { ruleSchema, specFaults, type RuleSpec, type SpecFault } from "./schema.ts";

const VERSION_DIGITS = 12;
const TEXTS = ["cause", "consequence", "response", "respondWithin"] as const;

/** A rule without the place where it was found. */
export type CompiledRule = Omit<Rule, "file" | "line">;

/** Checks and compiles one rule as read from YAML; all its faults at once. */
export function compileRule(raw: unknown, compiler: ConditionCompiler): CompiledRule | readonly SpecFault[] {
  const parsed = ruleSchema.safeParse(raw, { reportInput: true });
  const faults = parsed.success ? [] : specFaults(parsed.error);
  faults.push(...crossFaults(raw));
  const { parts, refused } = compileParts(raw, compiler);
  faults.push(...refused);
  if (!parsed.success || faults.length > 0) return faults;
  return assemble(parsed.data, parts);
}

/** The conditions of every operator that is written, and of `clears`. */
function compileParts(raw: unknown, compiler: ConditionCompiler) {
  const parts: Part[] = [];
  const refused: SpecFault[] = [];
  const written = (path: readonly string[]): string | undefined => {
    const text = at(raw, path);
    return typeof text === "string" && text.trim() !== "" ? text.trim() : undefined;
  };
  const add = (role: string, path: readonly string[], valuePath?: readonly string[]): void => {
    const text = written(path);
    if (text === undefined) return;
    const condition = compiler.compile(text);
    const valueText = valuePath && written(valuePath);
    const value = valueText === undefined ? undefined : compiler.compileValue(valueText);
    if ("refused" in condition) refused.push({ path, reason: condition.refused });
    if (value && "refused" in value) refused.push({ path: valuePath ?? [], reason: value.refused });
    if ("refused" in condition || (value && "refused" in value)) return;
    parts.push({ role, condition, ...(value && { value }) });
  };
  for (const { name, roles } of OPERATORS) {
    for (const { role, path, value } of roles) {
      add(role, ["when", name, ...path], value && ["when", name, ...value]);
    }
  }
  add("until", ["clears", "when"]);
  return { parts, refused };
}

/** Faults of fields that depend on each other. */
function crossFaults(raw: unknown): SpecFault[] {
  const faults: SpecFault[] = [];
  const severity = at(raw, ["severity"]);
  if (severity === "P1" || severity === "P2" || severity === "P3") {
    for (const field of TEXTS) {
      if (at(raw, [field]) === undefined)
        faults.push({ path: [field], reason: `A rule of severity ${severity} must have it.` });
    }
  }
  const kinds = OPERATORS.filter(({ name }) => at(raw, ["when", name]) !== undefined);
  const [kind] = kinds;
  if (at(raw, ["when"]) !== undefined && kinds.length !== 1) {
    const names = OPERATORS.map(({ name }) => name).join(", ");
    faults.push({ path: ["when"], reason: `It must have exactly one operator: ${names}.` });
  }
  if (kind?.endsItself && at(raw, ["clears", "when"]) !== undefined) {
    faults.push({ path: ["clears", "when"], reason: `A rule with ${kind.name} ends by its own until.` });
  }
  const usesSchedule = kinds.some((each) => each.usesSchedule?.(at(raw, ["when", each.name])));
  if (usesSchedule && at(raw, ["schedule"]) === undefined) {
    faults.push({ path: ["when", kind?.name ?? "", "for"], reason: "$threshold needs a schedule." });
  }
  if (!usesSchedule && at(raw, ["schedule"]) !== undefined) {
    faults.push({ path: ["schedule"], reason: "It has no effect without for: $threshold." });
  }
  for (const { name, schema, faults: own } of kinds) {
    const spec = schema.safeParse(at(raw, ["when", name]));
    if (!spec.success || !own) continue;
    for (const { path, reason } of own(spec.data)) faults.push({ path: ["when", name, ...path], reason });
  }
  return faults;
}

/** What stands at a path of anything. */
function at(raw: unknown, path: readonly string[]): unknown {
  let value = raw;
  for (const name of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

function assemble(spec: RuleSpec, parts: readonly Part[]): CompiledRule {
  const { id, title, cause, consequence, response, respondWithin, incident, severity, devices, key } = spec;
  return {
    id,
    version: versionOf(spec, parts),
    title,
    ...(cause && { cause }),
    ...(consequence && { consequence }),
    ...(response && { response }),
    ...(respondWithin !== undefined && { respondWithin }),
    incident,
    severity,
    ...(devices && { kinds: new Set(devices.kind) }),
    subject: (key[2] ?? key[1]) satisfies Subject,
    parts,
    operator: operatorOf(spec, parts),
    timeOut: spec.clears.after,
  };
}

function kindOf({ when }: RuleSpec): { readonly kind: OperatorKind; readonly spec: unknown } {
  const kind = OPERATORS.find(({ name }) => when[name] !== undefined);
  if (!kind) throw new Error("a rule without an operator was let through");
  return { kind, spec: when[kind.name] };
}

function operatorOf(rule: RuleSpec, parts: readonly Part[]): Operator {
  const { kind, spec } = kindOf(rule);
  const { schedule } = rule;
  if (!schedule) return kind.build(spec, { parts });
  const local = createLocalTime();
  const { estateHours, threshold, otherwise } = schedule;
  const scheduled = (time: EpochMs, zone: string): number =>
    inSpan(estateHours, local.minuteOfDay(time, zone)) ? threshold : otherwise;
  return kind.build(spec, { parts, scheduled });
}

/** Hash of what the rule means: durations as milliseconds, conditions in their normal form. */
function versionOf(rule: RuleSpec, parts: readonly Part[]): string {
  const { kind, spec } = kindOf(rule);
  const conditions = parts.map(({ role, condition, value }) => [
    role,
    condition.text,
    ...(value ? [value.text] : []),
  ]);
  const meaning = { ...rule, when: kind.meaning(spec), clears: rule.clears.after, conditions };
  return hash("sha256", canonical(meaning), "hex").slice(0, VERSION_DIGITS);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
