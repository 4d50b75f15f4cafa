import { hash } from "node:crypto";
import { MINUTE, type EpochMs } from "../domain/time.ts";
import type { ConditionCompiler } from "./condition.ts";
import { createLasting } from "./lasting.ts";
import { createLocalTime, inSpan } from "./local-time.ts";
import type { Operator } from "./operator.ts";
import type { Part, Rule, Subject } from "./rule.ts";
import { ruleSchema, specFaults, type RuleSpec, type SpecFault } from "./schema.ts";

const VERSION_DIGITS = 12;
/** How long an end is remembered for a beginning that arrives after it, by hub time. */
const REMEMBER = 10 * MINUTE;
const TEXTS = ["cause", "consequence", "response", "respondWithin"] as const;

/** A rule without the place where it was found. */
export type CompiledRule = Omit<Rule, "file" | "line">;

/** Checks and compiles one rule as read from YAML; all its faults at once. */
export function compileRule(raw: unknown, compiler: ConditionCompiler): CompiledRule | readonly SpecFault[] {
  const parsed = ruleSchema.safeParse(raw, { reportInput: true });
  const faults = parsed.success ? [] : specFaults(parsed.error);
  faults.push(...crossFaults(raw));
  const parts: Part[] = [];
  for (const { role, path } of ROLES) {
    const written = at(raw, path);
    if (typeof written !== "string" || written.trim() === "") continue;
    const condition = compiler.compile(written.trim());
    if ("refused" in condition) faults.push({ path, reason: condition.refused });
    else parts.push({ role, condition });
  }
  if (!parsed.success || faults.length > 0) return faults;
  return assemble(parsed.data, parts);
}

const ROLES = [
  { role: "from", path: ["when", "occurs"] },
  { role: "from", path: ["when", "holds", "from"] },
  { role: "until", path: ["when", "holds", "until"] },
  { role: "until", path: ["clears", "when"] },
] as const;

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
  const operators = ["occurs", "holds"].filter((name) => at(raw, ["when", name]) !== undefined);
  if (at(raw, ["when"]) !== undefined && operators.length !== 1) {
    faults.push({ path: ["when"], reason: "It must have either occurs or holds." });
  }
  if (operators.includes("holds") && at(raw, ["clears", "when"]) !== undefined) {
    faults.push({ path: ["clears", "when"], reason: "A rule with holds ends by its own until." });
  }
  const usesThreshold = at(raw, ["when", "holds", "for"]) === "$threshold";
  if (usesThreshold && at(raw, ["schedule"]) === undefined) {
    faults.push({ path: ["when", "holds", "for"], reason: "$threshold needs a schedule." });
  }
  if (!usesThreshold && at(raw, ["schedule"]) !== undefined) {
    faults.push({ path: ["schedule"], reason: "It has no effect without for: $threshold." });
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

function operatorOf({ when, schedule }: RuleSpec, parts: readonly Part[]): Operator {
  const needed = when.holds?.for;
  if (needed === undefined) {
    // Its own code may report the end first; another one (a closed door) ends only what is known.
    const begins = parts.find(({ role }) => role === "from")?.condition.codes;
    const remembers = (code: string): boolean => begins?.has(code) ?? false;
    return createLasting({ limit: () => 0, fromInitial: false, remembers, remember: REMEMBER });
  }
  const local = createLocalTime();
  const limit = (time: EpochMs, zone: string): number => {
    if (typeof needed === "number" || schedule === undefined) return Number(needed);
    const { estateHours, threshold, otherwise } = schedule;
    return inSpan(estateHours, local.minuteOfDay(time, zone)) ? threshold : otherwise;
  };
  return createLasting({ limit, fromInitial: true, remembers: () => true, remember: REMEMBER });
}

/** Hash of what the rule means: durations as milliseconds, conditions in their normal form. */
function versionOf(spec: RuleSpec, parts: readonly Part[]): string {
  const conditions = parts.map(({ role, condition }) => [role, condition.text]);
  const { for: needed } = spec.when.holds ?? {};
  const meaning = { ...spec, when: { needed }, clears: spec.clears.after, conditions };
  return hash("sha256", canonical(meaning), "hex").slice(0, VERSION_DIGITS);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
