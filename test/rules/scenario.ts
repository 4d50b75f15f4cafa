import type { DeviceKind } from "../../src/domain/estate.ts";
import type { EventFlag, Phase, SecurityEvent, Transition } from "../../src/domain/event.ts";
import { parseDuration } from "../../src/rules/duration.ts";
import type { DeviceFacts, RuleEngine, Verdict } from "../../src/ports.ts";

/** A short story of events, and the incidents that must come of it. */
export interface Scenario {
  readonly title: string;
  /** The instant of 0s. */
  readonly zero: number;
  readonly steps: readonly Step[];
  /** `<time> => open|end <rule> <subject> [late] [test]`, in order. */
  readonly expected: readonly string[];
}

interface Step {
  readonly at: number;
  readonly event?: SecurityEvent;
  readonly device?: DeviceFacts;
}

const DEFAULT_START = "2026-03-02 12:00";
/** Scenario times are those of Asia/Shanghai, which is UTC+8 all year. */
const ZONE = { name: "Asia/Shanghai", suffix: "+08:00" };

/**
 * Reads scenarios from text:
 *
 *     == title
 *     start 2026-03-02 23:00                          local time of 0s; noon unless given
 *     device door-1 gate at unit-3                    name, kind, place (optional)
 *     0s   door-1 access.door_opened state            an event: when the hub got it, device, code, phase
 *     5s   door-1 access.door_closed state happened=2s point=left transition=initial flags=test value=3
 *     60s  => open gate-held-open unit-3              a verdict that must come at that time
 *     10m  quiet                                      time goes on, nothing more comes
 *
 * `#` begins a comment. Throws with the line when a line cannot be read.
 */
export function parseScenarios(text: string): Scenario[] {
  const scenarios: Scenario[] = [];
  let devices = new Map<string, DeviceFacts>();
  let current: { title: string; zero: number; steps: Step[]; expected: string[] } | undefined;
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.replace(/(^|\s)#.*$/, "").trim();
    if (line === "") continue;
    const refuse = (why: string): never => {
      throw new Error(`line ${index + 1}: ${why}: ${line}`);
    };
    if (line.startsWith("== ")) {
      current = { title: line.slice(3), zero: instant(DEFAULT_START), steps: [], expected: [] };
      scenarios.push(current);
      devices = new Map();
      continue;
    }
    if (!current) return refuse("no scenario begun");
    const words = line.split(/\s+/);
    const [first = "", second = ""] = words;
    if (first === "start") {
      current.zero = instant(words.slice(1).join(" "));
      if (Number.isNaN(current.zero) || current.steps.length > 0) refuse("not a time before the first step");
    } else if (first === "device") {
      const [, name = "", kind = "", at, place] = words;
      if (kind === "" || (at !== undefined && (at !== "at" || place === undefined))) refuse("not a device");
      devices.set(name, {
        kind: kind as DeviceKind,
        zone: ZONE.name,
        ...(place !== undefined && { placeId: place }),
      });
    } else {
      const { zero: start } = current;
      const offset = offsetOf(first) ?? refuse("not a time");
      if (second === "quiet") current.steps.push({ at: start + offset });
      else if (second === "=>") {
        current.steps.push({ at: start + offset });
        current.expected.push([`${offset / 1_000}s`, ...words.slice(1)].join(" "));
      } else {
        const device = devices.get(second) ?? refuse("no such device");
        const id = `${scenarios.length}-${index + 1}`;
        current.steps.push({ at: start + offset, event: eventOf(id, start, offset, words, refuse), device });
      }
    }
  }
  return scenarios;
}

/** Plays a scenario and returns what came of it, in the form of `expected`. */
export function play({ steps, zero }: Scenario, engine: RuleEngine): string[] {
  const told: string[] = [];
  const note = (verdicts: readonly Verdict[]): void => {
    for (const verdict of verdicts) if (verdict.kind !== "evidence") told.push(lineOf(verdict, zero));
  };
  for (const { at, event, device } of steps) {
    note(engine.advance(at));
    if (event && device) note(engine.fold(event, device));
  }
  return told;
}

function lineOf(verdict: Verdict, zero: number): string {
  const subject = verdict.key
    .split("|")
    .slice(2)
    .join("|")
    .replace(/^(place|device):/, "");
  const marks = [verdict.late && verdict.kind === "open" ? "late" : "", verdict.test ? "test" : ""];
  const words = [`${(verdict.detectedAt - zero) / 1_000}s`, "=>", verdict.kind, verdict.rule.id, subject];
  return [...words, ...marks].filter((word) => word !== "").join(" ");
}

function eventOf(
  id: string,
  start: number,
  offset: number,
  [, deviceId = "", code = "", phase = "", ...options]: readonly string[],
  refuse: (why: string) => never,
): SecurityEvent {
  if (phase === "") refuse("an event needs a code and a phase");
  const option = new Map<string, string>();
  for (const written of options) {
    const [name = "", value = ""] = written.split("=");
    if (!["happened", "point", "transition", "flags", "value"].includes(name) || value === "")
      refuse(`no such option ${written}`);
    option.set(name, value);
  }
  const happened = option.get("happened");
  const occurred = happened === undefined ? offset : (offsetOf(happened) ?? refuse("not a time"));
  const point = option.get("point");
  const value = option.get("value");
  return {
    id,
    estateId: "e1",
    gatewayId: "gw-1",
    deviceId,
    ...(point !== undefined && { point }),
    code,
    phase: phase as Phase,
    transition: (option.get("transition") ?? "edge") as Transition,
    occurredAt: start + occurred,
    receivedAt: start + offset,
    ...(value !== undefined && { value: Number(value) }),
    attributes: {},
    flags: (option.get("flags")?.split(",") ?? []) as EventFlag[],
    profile: "scenario",
  };
}

function instant(local: string): number {
  return Date.parse(`${local.replace(" ", "T")}:00${ZONE.suffix}`);
}

function offsetOf(written: string): number | undefined {
  if (written === "0s") return 0;
  return written.startsWith("-") ? negative(written.slice(1)) : parseDuration(written);
}

function negative(written: string): number | undefined {
  const ms = parseDuration(written);
  return ms === undefined ? undefined : -ms;
}
