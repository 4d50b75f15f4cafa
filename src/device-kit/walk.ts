import type { AttributeSpecs, CodeSpec, PhaseSpec, Rule } from "./rules.ts";
import type { Phase } from "../domain/event.ts";
import type { DataProfile } from "./define-profile.ts";
import type { HandWrittenProfile } from "./hand-written.ts";
import type { MessageSpec, ProfileSpec, ReadMessage, Redaction } from "./spec.ts";
import type { Source } from "./sources.ts";
import type { TimeSpec } from "./times.ts";

/** The messages of a profile that are read, not ignored by their path. */
export function readMessages(spec: ProfileSpec): readonly ReadMessage[] {
  return spec.messages.filter((message: MessageSpec): message is ReadMessage => "parse" in message);
}

/** Every rule below a list of rules, itself included. */
export function allRules(rules: readonly Rule[]): readonly Rule[] {
  return rules.flatMap((rule) => ("rules" in rule ? [rule, ...allRules(rule.rules)] : [rule]));
}

/** Every code a rule can give, each once. */
function codesOf(code: CodeSpec): readonly string[] {
  if (typeof code === "string") return [code];
  const entries = new Set("entries" in code ? Object.values(code.entries) : []);
  if (code.otherwise !== undefined) entries.add(code.otherwise);
  return [...entries];
}

/** Every phase a rule can give, each once. */
function phasesOf(phase: PhaseSpec): readonly Phase[] {
  if (typeof phase === "string") return [phase];
  const entries = new Set(Object.values(phase.entries));
  if (phase.otherwise !== undefined) entries.add(phase.otherwise);
  return [...entries];
}

/** Every code and phase a profile can give. */
export function eventsOf(spec: ProfileSpec): readonly { readonly code: string; readonly phase: Phase }[] {
  return readMessages(spec)
    .flatMap((message) => allRules(message.rules))
    .flatMap((rule) => {
      if (rule.rule === "flag") return [rule.whenOn, rule.whenOff];
      if (rule.rule !== "event") return [];
      return codesOf(rule.code).flatMap((code) => phasesOf(rule.phase).map((phase) => ({ code, phase })));
    });
}

/** Every code a profile can give, sorted, each once. */
export function profileCodes(spec: ProfileSpec): readonly string[] {
  return [...new Set(eventsOf(spec).map(({ code }) => code))].toSorted();
}

/** True when an installation can give a vendor's words meanings of its own. */
export function usesSiteCodes(spec: ProfileSpec): boolean {
  return readMessages(spec)
    .flatMap((message) => allRules(message.rules))
    .some((rule) => rule.rule === "event" && typeof rule.code === "object" && "site" in rule.code);
}

/** Personal data a profile declares, each path once. */
export function profileRedactions(profile: DataProfile | HandWrittenProfile): readonly Redaction[] {
  if (!("spec" in profile)) return profile.redact;
  return readMessages(profile.spec).flatMap((message) => message.redact);
}

/** Every time a message reads. */
export function timesOf(message: ReadMessage): readonly TimeSpec[] {
  const rules = allRules(message.rules).flatMap((rule) =>
    rule.rule === "event" || rule.rule === "flag"
      ? [rule.time, "keyTime" in rule ? rule.keyTime : undefined]
      : [],
  );
  return [message.time, ...rules.filter((time) => time !== undefined)].flatMap(flattenTime);
}

function flattenTime(time: TimeSpec): readonly TimeSpec[] {
  return time?.unit === "first" ? time.of.flatMap(flattenTime) : [time];
}

/** Every source whose value can end up in an event as it stands, not hashed and not translated. */
export function plainSources(message: ReadMessage): readonly Source[] {
  const ofRules = allRules(message.rules).flatMap((rule): readonly (Source | undefined)[] => {
    if (rule.rule === "each") return [rule.device];
    if (rule.rule !== "event" && rule.rule !== "flag") return [];
    const key = "key" in rule ? (rule.key ?? []) : [];
    return [rule.point, rule.property, rule.value].concat(key, sourcesOf(rule.attributes));
  });
  return [message.device, ...sourcesOf(message.attributes), ...ofRules]
    .filter((source) => source !== undefined)
    .flatMap(plainParts);
}

function sourcesOf(attributes: AttributeSpecs = {}): readonly Source[] {
  return Object.values(attributes);
}

function plainParts(source: Source): readonly Source[] {
  switch (source.from) {
    case "pseudonym":
    case "lookup":
    // Definitions were taught by messages whose own declarations hold for them.
    case "learned":
    // Which field it is, the installation says; the profile's README warns of personal ones.
    case "option":
      return [];
    case "outer":
      return plainParts(source.of);
    case "first":
      return source.of.flatMap(plainParts);
    case "field":
    case "captured":
    case "constant":
    case "key":
      return [source];
  }
}
