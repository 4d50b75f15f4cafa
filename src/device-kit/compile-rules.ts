import type { PointConfig } from "../domain/estate.ts";
import type { Attributes, AttributeValue, Phase } from "../domain/event.ts";
import { canonicalCode } from "../domain/taxonomy.ts";
import { addEvent, Unreadable, type Collector, type EventParts } from "./collector.ts";
import { compileFlags } from "./flags.ts";
import { compileGuards } from "./guards.ts";
import { indexRules } from "./index-rules.ts";
import { LIMITS } from "./limits.ts";
import { cleanName } from "./names.ts";
import type {
  AttributeSpecs,
  CodeSpec,
  EachRule,
  EventDetails,
  EventRule,
  FlagRule,
  PhaseSpec,
  Rule,
} from "./rules.ts";
import type { Scope } from "./scope.ts";
import { attributeValue, compileSource, scalar, type Read, type Source } from "./sources.ts";
import { compileTime, leadsTime } from "./times.ts";

/** Applies a rule to a scope; true when it yielded an event or a reason. */
export type Apply = (scope: Scope, into: Collector) => boolean;

/** Compiles a list of rules, all of which are applied. */
export function compileRules(rules: readonly Rule[]): Apply {
  const applies = rules.map(compileRule);
  const applicable = indexRules(rules, applies) ?? (() => applies);
  return (scope, into) => {
    let yielded = false;
    for (const apply of applicable(scope)) if (apply(scope, into)) yielded = true;
    return yielded;
  };
}

function compileRule(rule: Rule): Apply {
  switch (rule.rule) {
    case "event":
      return compileEvent(rule);
    case "flag":
      return compileFlag(rule);
    case "each":
      return compileEach(rule);
    case "first": {
      const applies = rule.rules.map(compileRule);
      return (scope, into) => applies.some((apply) => apply(scope, into));
    }
    case "ignore": {
      const holds = compileGuards(rule.when);
      return (scope, into) => {
        if (!holds(scope)) return false;
        into.reason ??= rule.reason;
        return true;
      };
    }
  }
}

function compileEvent(rule: EventRule): Apply {
  const holds = compileGuards(rule.when);
  const readCode = compileCode(rule.code);
  const readPhase = compilePhase(rule.phase);
  const details = compileDetails(rule);
  return (scope, into) => {
    if (!holds(scope)) return false;
    const phase = readPhase(scope);
    if (phase === undefined) return false;
    const parts = details(scope, into);
    const code = readCode(scope, parts.point);
    if (code === undefined) return false;
    if (code === IGNORE) return (into.silenced = true);
    addEvent(into, { ...parts, code, phase, report: rule.report });
    return true;
  };
}

function compileFlag(rule: FlagRule): Apply {
  const holds = compileGuards(rule.when);
  const read = compileSource(rule.of);
  const details = compileDetails(rule);
  const { on, off } = rule;
  return (scope, into) => {
    const value = scalar(read(scope));
    if (value === undefined || !holds(scope)) return false;
    const isOn = on.includes(value);
    if (!isOn && !off.includes(value)) return false;
    const parts = details(scope, into);
    const { code, phase } = meaningOf(rule, isOn, configAt(scope, parts.point));
    addEvent(into, { ...parts, code, phase, report: "level" });
    return true;
  };
}

/** What a position of a flag means on this device and point. */
function meaningOf(rule: FlagRule, isOn: boolean, config: PointConfig): FlagRule["whenOn"] {
  const { contact, whenOn, whenOff } = rule;
  if (contact === "none") return isOn ? whenOn : whenOff;
  const turnedBy = contact === "door" ? "normally-open" : "normally-closed";
  const active = isOn !== (config.contact === turnedBy);
  const code = contact === "dry" ? canonicalCode(config.inputCode ?? "") : undefined;
  if (code !== undefined) return { code, phase: active ? "raise" : "clear" };
  return active ? whenOn : whenOff;
}

/** The device's configuration at one of its points. */
function configAt(scope: Scope, point: string | undefined): PointConfig {
  const { config } = scope;
  const { points } = config;
  if (point === undefined || points === undefined || !Object.hasOwn(points, point)) return config;
  return { ...config, ...points[point] };
}

function compileEach(rule: EachRule): Apply {
  const read = compileSource(rule.of);
  const readDevice = rule.device && compileName(rule.device);
  const apply = compileRules(rule.rules);
  return (scope, into) => {
    const members = read(scope);
    if (typeof members !== "object" || members === null) return false;
    const entries = Object.entries(members);
    if (entries.length > LIMITS.events) {
      throw new Unreadable("too_large", `a list of more than ${LIMITS.events} members`);
    }
    let yielded = false;
    for (const [key, body] of entries) {
      const member: Scope = { ...scope, body, key, outer: scope };
      if (apply(readDevice ? speaking(member, readDevice(member)) : member, into)) yielded = true;
    }
    return yielded;
  };
}

function speaking(scope: Scope, device: string | undefined): Scope {
  if (device !== undefined) return { ...scope, device, config: scope.input.configOf(device) };
  const { device: _outer, ...rest } = scope;
  return rest;
}

function compileCode(spec: CodeSpec): (scope: Scope, point: string | undefined) => string | undefined {
  if (typeof spec === "string") return () => spec;
  if ("configured" in spec) {
    // A code the taxonomy does not have was refused when the device was configured; should one be left
    // over, the vendor's plain meaning is better than a lost message.
    return (scope, point) => canonicalCode(configAt(scope, point)[spec.configured] ?? "") ?? spec.otherwise;
  }
  const inTable = lookUp(spec);
  if (!spec.site) return inTable;
  const read = compileSource(spec.site);
  return (scope) => {
    const value = scalar(read(scope));
    const word = value === undefined ? undefined : siteWord(scope, String(value));
    return word === IGNORE ? IGNORE : (canonicalCode(word ?? "") ?? inTable(scope));
  };
}

/** In a site's `codes`: this word of the vendor is no event here. */
const IGNORE = "ignore";

function siteWord(scope: Scope, value: string): string | undefined {
  for (const codes of [scope.config.codes, scope.input.options.codes]) {
    if (codes && Object.hasOwn(codes, value)) return codes[value];
  }
  return undefined;
}

function compilePhase(spec: PhaseSpec): (scope: Scope) => Phase | undefined {
  return typeof spec === "string" ? () => spec : lookUp(spec);
}

function lookUp<T extends string>(spec: {
  readonly of: Source;
  readonly entries: Readonly<Record<string, T>>;
  readonly otherwise?: T;
}): (scope: Scope) => T | undefined {
  const read = compileSource(spec.of);
  const { entries, otherwise } = spec;
  return (scope) => {
    const value = scalar(read(scope));
    if (value === undefined) return undefined;
    const name = String(value);
    return Object.hasOwn(entries, name) ? entries[name] : otherwise;
  };
}

type Details = (scope: Scope, into: Collector) => Omit<EventParts, "code" | "phase" | "report">;

function compileDetails(rule: EventDetails): Details {
  const readPoint = rule.point && compileName(rule.point);
  const readProperty = rule.property && compileName(rule.property);
  const readValue = rule.value && compileSource(rule.value);
  const readKey = rule.key && compileKey(rule.key);
  const readTime = rule.time && compileTime(rule.time);
  const readKeyTime = rule.keyTime && compileTime(rule.keyTime);
  const keyTimeLeads = rule.time !== undefined && leadsTime(rule.keyTime, rule.time);
  const readAttributes = compileAttributes(rule.attributes);
  const readFlags = compileFlags(rule.flags);
  const expiresAfterMs = rule.expiresAfter && rule.expiresAfter * 1_000;
  return (scope, into) => {
    const point = readPoint?.(scope);
    const property = readProperty?.(scope);
    const value = attributeValue(readValue?.(scope));
    const eventKey = readKey?.(scope);
    const keyTime = readKeyTime?.(scope);
    return {
      device: scope.device,
      time: (keyTimeLeads ? keyTime : undefined) ?? (readTime ? readTime(scope) : into.common.time),
      attributes: readAttributes(scope),
      flags: readFlags(scope),
      ...(point !== undefined && { point }),
      ...(property !== undefined && { property }),
      ...(value !== undefined && { value }),
      ...(eventKey !== undefined && { eventKey }),
      ...(keyTime !== undefined && { keyAt: keyTime.at }),
      ...(expiresAfterMs !== undefined && { expiresAfterMs }),
    };
  };
}

/** Compiles a source of a name; numbers become text, what cannot be a name becomes undefined. */
export function compileName(source: Source): (scope: Scope) => string | undefined {
  const read = compileSource(source);
  return (scope) => {
    const value = scalar(read(scope));
    return value === undefined ? undefined : cleanName(String(value));
  };
}

function compileKey(parts: readonly Source[]): (scope: Scope) => string | undefined {
  const reads = parts.map(compileSource);
  return (scope) => {
    const values = reads.map((read) => attributeValue(read(scope)));
    const [lead] = values;
    return lead === undefined ? undefined : values.map((value) => value ?? "").join(":");
  };
}

/** Compiles attributes; undefined when none has a value. */
export function compileAttributes(specs: AttributeSpecs = {}): (scope: Scope) => Attributes | undefined {
  const reads = Object.entries(specs).map(([name, source]): [string, Read] => [name, compileSource(source)]);
  return (scope) => {
    let found: Record<string, AttributeValue> | undefined;
    for (const [name, read] of reads) {
      const value = attributeValue(read(scope));
      if (value !== undefined) (found ??= {})[name] = value;
    }
    return found;
  };
}
