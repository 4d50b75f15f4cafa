import { hash } from "node:crypto";
import type { EpochMs } from "../domain/time.ts";
import type { Condition, ConditionCompiler, ValueExpression } from "./condition.ts";
import { createLocalTime, inSpan } from "../domain/local-time.ts";
import type { OperatorKind } from "./operator-kind.ts";
import type { Operator } from "./operator.ts";
import { OPERATORS } from "./operators.ts";
import type { Part, Rule, Subject } from "./rule.ts";
import { ruleSchema, specFaults, type RuleSpec, type SpecFault } from "./schema.ts";
import { stateForm } from "./state-form.ts";

const VERSION_DIGITS = 12;
const TEXTS = ["cause", "consequence", "response", "respondWithin"] as const;

/** A rule without the place where it was found. */
export type CompiledRule = Omit<Rule, "file" | "line" | "definition">;

/** Checks and compiles one rule as read from YAML; all its faults at once. */
export function compileRule(raw: unknown, compiler: ConditionCompiler): CompiledRule | readonly SpecFault[] {
  const parsed = ruleSchema.safeParse(raw, { reportInput: true });
  const faults = parsed.success ? [] : specFaults(parsed.error);
  faults.push(...crossFaults(raw));
  const { parts, refused } = compileParts(raw, compiler);
  faults.push(...refused);
  const keyValue = compileKeyValue(raw, compiler);
  if (keyValue && "refused" in keyValue) faults.push({ path: ["key", 1, "value"], reason: keyValue.refused });
  const confirming = compileConfirming(raw, compiler);
  if (confirming && "refused" in confirming)
    faults.push({ path: ["confirmedBy", "condition"], reason: confirming.refused });
  if (!parsed.success || faults.length > 0) return faults;
  if ((keyValue && "refused" in keyValue) || (confirming && "refused" in confirming)) return faults;
  return assemble(parsed.data, { parts, keyValue, confirming });
}

/** What of a rule was compiled beside its fields. */
interface Compiled {
  readonly parts: readonly Part[];
  readonly keyValue: ValueExpression | undefined;
  readonly confirming: Condition | undefined;
}

/** The condition of `confirmedBy`; undefined when there is none. */
function compileConfirming(raw: unknown, compiler: ConditionCompiler) {
  const text = at(raw, ["confirmedBy", "condition"]);
  return typeof text === "string" && text.trim() !== "" ? compiler.compile(text.trim()) : undefined;
}

/** The expression of a key such as `[estate, { value: … }]`; undefined for other keys. */
function compileKeyValue(raw: unknown, compiler: ConditionCompiler) {
  const text = at(raw, ["key", "1", "value"]);
  return typeof text === "string" && text.trim() !== "" ? compiler.compileValue(text.trim()) : undefined;
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
    faults.push({ path: ["clears", "when"], reason: `A rule with ${kind.name} ends by itself.` });
  }
  if (kind && !kind.acrossEstates && at(raw, ["key", "0"]) === "everywhere") {
    const reason = `A rule with ${kind.name} follows devices of one estate: its key begins with estate.`;
    faults.push({ path: ["key"], reason });
  }
  if (at(raw, ["confirmedBy"]) !== undefined && at(raw, ["key", "0"]) === "everywhere") {
    const reason = "Devices of different estates do not confirm each other: the key begins with estate.";
    faults.push({ path: ["confirmedBy"], reason });
  }
  const what = at(raw, ["key", "1"]);
  if (at(raw, ["explainedBy"]) !== undefined && what !== undefined && what !== "device") {
    const reason =
      "Its key must be [estate, device] or [estate, device, point]: other subjects have no one gateway.";
    faults.push({ path: ["explainedBy"], reason });
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

function assemble(spec: RuleSpec, compiled: Compiled): CompiledRule {
  const { id, title, cause, consequence, response, respondWithin, incident, severity, devices } = spec;
  const { confirmedBy, explainedBy, reopenWithin } = spec;
  const { parts, keyValue, confirming } = compiled;
  const subject = subjectOf(spec, keyValue);
  return {
    id,
    version: versionOf(spec, compiled),
    title,
    ...(cause && { cause }),
    ...(consequence && { consequence }),
    ...(response && { response }),
    ...(respondWithin !== undefined && { respondWithin }),
    incident,
    severity,
    ...(devices && { kinds: new Set(devices.kind) }),
    subject,
    parts,
    operator: operatorOf(spec, parts),
    timeOut: spec.clears.after,
    ...(confirmedBy && confirming && { confirmedBy: { condition: confirming, within: confirmedBy.within } }),
    ...(explainedBy && { explainedBy: { incident: explainedBy.incident } }),
    ...(reopenWithin !== undefined && { reopenWithin }),
    stateForm: stateForm({ incident, subject, parts }, kindOf(spec).kind.name),
  };
}

function subjectOf({ key: [where, what, which] }: RuleSpec, value?: ValueExpression): Subject {
  if (typeof what !== "object") return which ?? what;
  if (!value) throw new Error("a key without its value was let through");
  return { everywhere: where === "everywhere", value };
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
function versionOf(rule: RuleSpec, { parts, keyValue, confirming }: Compiled): string {
  const { kind, spec } = kindOf(rule);
  const conditions = parts.map(({ role, condition, value }) => [
    role,
    condition.text,
    ...(value ? [value.text] : []),
  ]);
  const key = keyValue ? [rule.key[0], { value: keyValue.text }] : rule.key;
  const confirmedBy = rule.confirmedBy && { ...rule.confirmedBy, condition: confirming?.text };
  const meaning = {
    ...rule,
    key,
    when: kind.meaning(spec),
    clears: rule.clears.after,
    conditions,
    confirmedBy,
  };
  return hash("sha256", canonical(meaning), "hex").slice(0, VERSION_DIGITS);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
