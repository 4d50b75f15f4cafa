import type { SecurityEvent } from "../../src/domain/event.ts";
import { SECOND } from "../../src/domain/time.ts";
import { createRuleEngine } from "../../src/rules/engine.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { eventAt, feed, NOON, rulesFrom, ruleText } from "./build.ts";
import { brief } from "./refusals.ts";

/** A rule on the value of readings; `lines` replace or add top-level fields. */
export function limitRule(limit: string, lines: Readonly<Record<string, string>> = {}): readonly Rule[] {
  const of = "event.code == 'info.telemetry'";
  const when = `{ threshold: { of: ${of}, value: event.value, ${limit} } }`;
  return rulesFrom(ruleText({ incident: "facility.high_temperature", when, ...lines }));
}

/** Above 70, until below 60. */
export const hot = limitRule("above: 70, clearsBelow: 60");

/** Above 70 for a minute, until below 60. */
export const hotForAMinute = limitRule("above: 70, clearsBelow: 60, for: 1m");

/** Eight more within five minutes. */
export const rising = limitRule("risesBy: 8, within: 5m");

/** A reading at a second, known at another; its id is its second. */
export function reading(
  second: number,
  value: SecurityEvent["value"],
  more: Partial<SecurityEvent> = {},
  known = second,
): SecurityEvent {
  const occurredAt = NOON + second * SECOND;
  const id = `${second}`;
  return eventAt(known * SECOND, "info.telemetry", "state", {
    id,
    occurredAt,
    ...(value !== undefined && { value }),
    ...more,
  });
}

/** What comes of events in this order, and of the time until `last`, a second. */
export function toldUntil(
  rules: readonly Rule[],
  last: number,
  ...events: readonly SecurityEvent[]
): string[] {
  const engine = createRuleEngine(rules);
  const verdicts = events.flatMap((event) => feed(engine, event));
  return [...verdicts, ...engine.advance(NOON + last * SECOND)].map(brief);
}
