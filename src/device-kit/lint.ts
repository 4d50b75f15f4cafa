import { canonicalCode } from "../domain/taxonomy.ts";
import { compileMessage, type DataProfile } from "./define-profile.ts";
import type { Fixture } from "./fixture.ts";
import type { HandWrittenProfile } from "./hand-written.ts";
import { parseFixture } from "./parse-fixture.ts";
import { isPersonalKey } from "./personal.ts";
import { phaseFits } from "./phases.ts";
import type { FlagRule } from "./rules.ts";
import type { MessageSpec, ProfileSpec, ReadMessage, Redaction } from "./spec.ts";
import { allRules, eventsOf, plainSources, readMessages, timesOf } from "./walk.ts";

/** What the linter can find wrong with a profile. */
type LintRule =
  | "malformed"
  | "unknown_code"
  | "phase_unfit"
  | "clear_without_raise"
  | "time_undeclared"
  | "polarity_undeclared"
  | "personal_data"
  | "fixtures"
  | "readme";

/** One finding: the rule, where in the profile, and why. */
export interface LintFault {
  readonly rule: LintRule;
  readonly where: string;
  readonly reason: string;
}

/** A profile with what stands beside it in its folder. */
export interface LintSubject {
  readonly profile: DataProfile | HandWrittenProfile;
  readonly fixtures: readonly Fixture[];
  readonly readme: string;
}

/** Everything wrong with a profile; empty when it is fit to be shipped. */
export function lintProfile({ profile, fixtures, readme }: LintSubject): readonly LintFault[] {
  const spec = "spec" in profile ? profile.spec : undefined;
  const redact = spec ? readMessages(spec).flatMap((message) => message.redact ?? []) : redactOf(profile);
  return [
    ...(spec
      ? [...spec.messages.flatMap(lintData), ...lintCodes(spec), ...readMessages(spec).flatMap(lintMessage)]
      : []),
    ...lintFixtures(fixtures, redact, profile),
    ...lintReadme(readme, spec),
  ];
}

function redactOf(profile: DataProfile | HandWrittenProfile): readonly Redaction[] {
  return "redact" in profile ? profile.redact : [];
}

/** Data that cannot be compiled, which the hub would only find with the first such message. */
function lintData(message: MessageSpec): readonly LintFault[] {
  try {
    compileMessage(message);
    return [];
  } catch (error) {
    return [{ rule: "malformed", where: message.path, reason: (error as Error).message }];
  }
}

function lintCodes(spec: ProfileSpec): readonly LintFault[] {
  const events = eventsOf(spec);
  const raised = new Set(events.filter(({ phase }) => phase === "raise").map(({ code }) => code));
  return events.flatMap(({ code, phase }): LintFault[] => {
    const where = `${code} ${phase}`;
    if (canonicalCode(code) !== code) {
      return [{ rule: "unknown_code", where, reason: `the taxonomy has no code ${code}` }];
    }
    if (!phaseFits(code, phase)) {
      return [{ rule: "phase_unfit", where, reason: `${code} does not come as ${phase}` }];
    }
    if (phase === "clear" && !raised.has(code)) {
      return [{ rule: "clear_without_raise", where, reason: `nothing in the profile raises ${code}` }];
    }
    return [];
  });
}

function lintMessage(message: ReadMessage): readonly LintFault[] {
  const where = message.path;
  const faults: LintFault[] = [];
  for (const time of timesOf(message)) {
    if (time?.unit === undefined) {
      faults.push({ rule: "time_undeclared", where, reason: "say how the time is written, or noTime" });
    } else if ((time.unit === "iso" || time.unit === "local") && time.zone === undefined) {
      faults.push({
        rule: "time_undeclared",
        where,
        reason: "say whose zone a time without an offset is in",
      });
    }
  }
  for (const rule of allRules(message.rules)) {
    if (rule.rule === "flag") {
      if (!isPolar(rule)) {
        faults.push({
          rule: "polarity_undeclared",
          where,
          reason: "a flag needs values and meaning of both positions",
        });
      }
    } else if (rule.rule === "event") {
      const bare = rule.when?.some(
        (guard) => guard.is === "in" && guard.values.some((v) => typeof v === "boolean"),
      );
      if (bare) {
        faults.push({
          rule: "polarity_undeclared",
          where,
          reason: "a boolean makes an event only through flag or contact",
        });
      }
    }
  }
  return [...faults, ...lintPersonal(message)];
}

/** True when both positions of a flag have values and a meaning; also told of data no compiler has seen. */
function isPolar({ on, off, whenOn, whenOff }: Partial<FlagRule>): boolean {
  if (!on?.length || !off?.length || whenOn === undefined || whenOff === undefined) return false;
  return !on.some((value) => off.includes(value));
}

function lintPersonal(message: ReadMessage): readonly LintFault[] {
  if (message.redact === undefined) {
    return [
      {
        rule: "personal_data",
        where: message.path,
        reason: "declare what personal data it can carry, or []",
      },
    ];
  }
  return plainSources(message).flatMap((source): LintFault[] => {
    if (source.from !== "field" || source.path.length === 0) return [];
    const path = source.path.join(".");
    const declared = message.redact.find((entry) => isRead(entry.path.split("."), source.path));
    if (declared ? declared.how === "harmless" : !isPersonalKey(source.path.at(-1) ?? "")) return [];
    return [
      { rule: "personal_data", where: message.path, reason: `${path} reaches an event without pseudonym()` },
    ];
  });
}

function lintFixtures(
  fixtures: readonly Fixture[],
  redact: readonly Redaction[],
  profile: LintSubject["profile"],
): readonly LintFault[] {
  const faults: LintFault[] = [];
  if (fixtures.length < 2) {
    faults.push({
      rule: "fixtures",
      where: "fixtures",
      reason: `${fixtures.length}: at least two are needed`,
    });
  }
  if (!fixtures.some(({ expect }) => "ignored" in expect || "undecodable" in expect)) {
    faults.push({ rule: "fixtures", where: "fixtures", reason: "none is negative (ignored or undecodable)" });
  }
  if (!fixtures.some(({ expect }) => "events" in expect)) {
    faults.push({ rule: "fixtures", where: "fixtures", reason: "none yields an event" });
  }
  for (const fixture of fixtures) {
    const { topic } = fixture;
    for (const path of personalPaths(bodyOf(fixture, profile), [])) {
      if (redact.some((entry) => covers(entry.path.split("."), path))) continue;
      const reason = `${path.join(".")} is not in the redact list`;
      faults.push({ rule: "personal_data", where: topic, reason });
    }
  }
  return faults;
}

/** What the profile's own parser makes of a fixture; the payload itself where that is not known. */
function bodyOf(fixture: Fixture, profile: LintSubject["profile"]): unknown {
  if (typeof fixture.payload !== "string" && !hasBytes(fixture.payload)) return fixture.payload;
  return "spec" in profile ? parseFixture(profile.spec, fixture)?.body : fixture.payload;
}

function hasBytes(payload: unknown): boolean {
  return typeof payload === "object" && payload !== null && ("lines" in payload || "base64" in payload);
}

/** Paths of fields that are likely personal, list members written as `*`. */
function personalPaths(value: unknown, path: readonly string[]): readonly (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [];
  const inList = Array.isArray(value);
  return Object.entries(value).flatMap(([name, member]) => {
    const here = [...path, inList ? "*" : name];
    return !inList && isPersonalKey(name) ? [here] : personalPaths(member, here);
  });
}

/** True when a declared path is that of a field; `*` stands for any one step. */
function covers(declared: readonly string[], path: readonly string[]): boolean {
  return declared.length === path.length && declared.every((step, at) => step === "*" || step === path[at]);
}

/**
 * True when a source reads a declared path: the whole of it, its end (in an `each`, where paths begin at
 * the member), or the list whose members are declared.
 */
function isRead(declared: readonly string[], path: readonly string[]): boolean {
  const wanted = path.map((step) => (/^\d+$/.test(step) ? "*" : step));
  const endsSo = (steps: readonly string[]): boolean =>
    steps.length >= wanted.length &&
    wanted.every((step, at) => step === steps[steps.length - wanted.length + at]);
  return endsSo(declared) || (declared.at(-1) === "*" && endsSo(declared.slice(0, -1)));
}

function lintReadme(readme: string, spec: ProfileSpec | undefined): readonly LintFault[] {
  const faults: LintFault[] = [];
  for (const heading of ["## 中文", "## English"]) {
    const at = readme.indexOf(`${heading}\n`);
    const text = at < 0 ? "" : (readme.slice(at + heading.length).split(/^## /m)[0] ?? "");
    if (text.trim() === "")
      faults.push({ rule: "readme", where: "README.md", reason: `no section "${heading}"` });
  }
  for (const code of new Set(spec ? eventsOf(spec).map((event) => event.code) : [])) {
    if (!readme.includes(`\`${code}\``)) {
      faults.push({ rule: "readme", where: "README.md", reason: `does not mention \`${code}\`` });
    }
  }
  return faults;
}
