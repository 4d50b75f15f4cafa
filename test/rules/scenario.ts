import type { DeviceKind } from "../../src/domain/estate.ts";
import { ESTATE_MODES, type ModeOrder } from "../../src/domain/estate-mode.ts";
import type { EventFlag, Phase, SecurityEvent, Transition } from "../../src/domain/event.ts";
import { parseDuration } from "../../src/rules/duration.ts";
import type { DeviceFacts, RuleEngine, Verdict } from "../../src/ports.ts";

/** A short story of events, and the incidents that must come of it. */
export interface Scenario {
  readonly title: string;
  /** The instant of 0s. */
  readonly zero: number;
  /** What was ordered, latest first. */
  readonly orders: readonly ModeOrder[];
  readonly steps: readonly Step[];
  /** `<time> => open|end|verified <level> <rule> <subject> [in <estate>] [late] [test]`, in order. */
  readonly expected: readonly string[];
}

interface Device {
  readonly id: string;
  readonly estateId: string;
  readonly facts: DeviceFacts;
}

interface Step {
  readonly at: number;
  readonly event?: SecurityEvent;
  readonly device?: DeviceFacts;
}

const OPTIONS = new Set(["happened", "point", "transition", "flags", "value", "times", "every"]);
const DEFAULT_START = "2026-03-02 12:00";
/** The estate of a device that names none. */
const HOME = "e1";
/** Scenario times are those of Asia/Shanghai, which is UTC+8 all year. */
const ZONE = { name: "Asia/Shanghai", suffix: "+08:00" };

/**
 * Reads scenarios from text:
 *
 *     == title
 *     start 2026-03-02 23:00                          local time of 0s; noon unless given
 *     device door-1 gate at unit-3                    name, kind, place (optional)
 *     device door-9 gate at unit-1 in e2              a device of another estate than e1
 *     0s   door-1 access.door_opened state            an event: when the hub got it, device, code, phase
 *     5s   door-1 access.door_closed state happened=2s point=left transition=initial flags=test value=3
 *     7s   door-1 access.denied pulse attr.cardHash=blue       what the device added
 *     8s   door-1 access.granted pulse times=20 every=1h       twenty times, the first one at 8s
 *     mode maintenance 0s to 2h                       what the estate is meanwhile, instead of armed
 *     60s  => open gate-held-open unit-3              a verdict that must come at that time
 *     9s   => open lost-card blue in e2               one of another estate than e1
 *     25s  => verified 2 forced-entry unit-3          it is surer than before; at an opening, the line after it
 *     10m  quiet                                      time goes on, nothing more comes
 *
 * `#` begins a comment. Throws with the line when a line cannot be read.
 */
export function parseScenarios(text: string): Scenario[] {
  const scenarios: Scenario[] = [];
  let devices = new Map<string, Device>();
  let current:
    | { title: string; zero: number; orders: ModeOrder[]; steps: Step[]; expected: string[] }
    | undefined;
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.replace(/(^|\s)#.*$/, "").trim();
    if (line === "") continue;
    const refuse = (why: string): never => {
      throw new Error(`line ${index + 1}: ${why}: ${line}`);
    };
    if (line.startsWith("== ")) {
      current = { title: line.slice(3), zero: instant(DEFAULT_START), orders: [], steps: [], expected: [] };
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
      devices.set(second, deviceOf(words, refuse));
    } else if (first === "mode") {
      current.orders.unshift(orderOf(words, current.zero, refuse));
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
        const { times, every } = repetition(words, refuse);
        for (let n = 0; n < times; n++) {
          const event = eventOf(`${id}.${n}`, device, start + n * every, offset, words, refuse);
          current.steps.push({ at: event.receivedAt, event, device: device.facts });
        }
      }
    }
  }
  return scenarios;
}

/** Plays a scenario and returns what came of it, in the form of `expected`. */
export function play({ steps, zero, orders }: Scenario, engine: RuleEngine): string[] {
  const told: string[] = [];
  const levels = new Map<string, number>();
  const modes = { plan: [], orders };
  const note = (verdicts: readonly Verdict[]): void => {
    for (const verdict of verdicts) {
      const { kind, rule, key, episode, verification: level = 0 } = verdict;
      if (kind !== "evidence") told.push(lineOf(verdict, zero, kind));
      const of = `${rule.id} ${key} ${episode}`;
      if (level > (levels.get(of) ?? 0)) told.push(lineOf(verdict, zero, `verified ${level}`));
      levels.set(of, Math.max(level, levels.get(of) ?? 0));
    }
  };
  for (const { at, event, device } of steps.toSorted((one, other) => one.at - other.at)) {
    note(engine.advance(at));
    if (event && device) note(engine.fold(event, { ...device, modes }));
  }
  return told;
}

function lineOf(verdict: Verdict, zero: number, what: string): string {
  const subject = verdict.key
    .split("|")
    .slice(2)
    .join("|")
    .replace(/^(place|device|value):/, "");
  const home = verdict.estateId === HOME ? "" : `in ${verdict.estateId}`;
  const marks = [verdict.late && what === "open" ? "late" : "", verdict.test ? "test" : ""];
  const words = [`${(verdict.detectedAt - zero) / 1_000}s`, "=>", what, verdict.rule.id, subject, home];
  return [...words, ...marks].filter((word) => word !== "").join(" ");
}

function deviceOf(
  [, id = "", kind = "", ...rest]: readonly string[],
  refuse: (why: string) => never,
): Device {
  const where = new Map<string, string>();
  for (let i = 0; i < rest.length; i += 2) {
    const [word = "", name = ""] = rest.slice(i, i + 2);
    if (!["at", "in"].includes(word) || name === "") refuse("not a device");
    where.set(word, name);
  }
  if (kind === "") refuse("not a device");
  const placeId = where.get("at");
  const facts = { kind: kind as DeviceKind, zone: ZONE.name, ...(placeId !== undefined && { placeId }) };
  return { id, estateId: where.get("in") ?? HOME, facts };
}

function orderOf(
  [, mode = "", from = "", , to = ""]: readonly string[],
  zero: number,
  refuse: (why: string) => never,
): ModeOrder {
  const known = ESTATE_MODES.find((one) => one === mode) ?? refuse("no such mode");
  const [begin, end] = [from, to].map((text) => offsetOf(text) ?? refuse("not a time")) as [number, number];
  return { estateId: HOME, mode: known, from: zero + begin, until: zero + end, by: "scenario" };
}

/** How often an event comes, and how far apart. */
function repetition(
  words: readonly string[],
  refuse: (why: string) => never,
): { readonly times: number; readonly every: number } {
  const written = (name: string): string | undefined =>
    words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
  const [times, every] = [written("times"), written("every")];
  if (times === undefined && every === undefined) return { times: 1, every: 0 };
  const count = Number(times);
  if (!Number.isInteger(count) || count < 2) return refuse("times= is not a number of times");
  return { times: count, every: parseDuration(every ?? "") ?? refuse("every= is not a time") };
}

function eventOf(
  id: string,
  device: Device,
  start: number,
  offset: number,
  [, , code = "", phase = "", ...options]: readonly string[],
  refuse: (why: string) => never,
): SecurityEvent {
  if (phase === "") refuse("an event needs a code and a phase");
  const option = new Map<string, string>();
  const attributes: Record<string, string> = {};
  for (const written of options) {
    const [name = "", value = ""] = written.split("=");
    if (name.startsWith("attr.") && value !== "") attributes[name.slice("attr.".length)] = value;
    else if (!OPTIONS.has(name) || value === "") refuse(`no such option ${written}`);
    option.set(name, value);
  }
  const happened = option.get("happened");
  const occurred = happened === undefined ? offset : (offsetOf(happened) ?? refuse("not a time"));
  const point = option.get("point");
  const value = option.get("value");
  return {
    id,
    estateId: device.estateId,
    gatewayId: "gw-1",
    deviceId: device.id,
    ...(point !== undefined && { point }),
    code,
    phase: phase as Phase,
    transition: (option.get("transition") ?? "edge") as Transition,
    occurredAt: start + occurred,
    receivedAt: start + offset,
    ...(value !== undefined && { value: Number(value) }),
    attributes,
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
