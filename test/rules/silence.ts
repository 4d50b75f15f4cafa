import type { SecurityEvent } from "../../src/domain/event.ts";
import { SECOND } from "../../src/domain/time.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { eventAt, NOON, rulesFrom, ruleText } from "./build.ts";

/** A rule on silence; `lines` replace or add top-level fields. */
export function silenceRule(limit: string, lines: Readonly<Record<string, string>> = {}): readonly Rule[] {
  const of = "event.code == 'intrusion.motion' && event.phase == 'raise'";
  const when = `{ absent: { of: "${of}", for: ${limit} } }`;
  return rulesFrom(ruleText({ incident: "life.inactivity", when, ...lines }));
}

/** No movement for an hour, until the next one. */
export const still = silenceRule("1h");

/** Movement at a second, known at another; its id is its second. */
export function motion(second: number, more: Partial<SecurityEvent> = {}, known = second): SecurityEvent {
  const occurredAt = NOON + second * SECOND;
  return eventAt(known * SECOND, "intrusion.motion", "raise", { id: `${second}`, occurredAt, ...more });
}
