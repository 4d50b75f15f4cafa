import type { SecurityEvent } from "../../src/domain/event.ts";
import type { DeviceFacts, RuleStateChange, Verdict } from "../../src/ports.ts";
import { createConditionCompiler } from "../../src/rules/condition.ts";
import { createRuleEngine, type RulePack } from "../../src/rules/engine.ts";
import { readRules } from "../../src/rules/read-rules.ts";
import type { Rule } from "../../src/rules/rule.ts";

/** 2026-03-02 12:00 in Asia/Shanghai. */
export const NOON = Date.parse("2026-03-02T12:00:00+08:00");

export const GATE: DeviceFacts = { kind: "gate", placeId: "unit-3", zone: "Asia/Shanghai" };

/** A valid P5 rule; `lines` replace or add top-level fields. */
export function ruleText(lines: Readonly<Record<string, string>> = {}): string {
  const fields = {
    id: "a-rule",
    title: "{ zh: 甲, en: A }",
    incident: "fire.smoke",
    severity: "P5",
    when: "{ occurs: event.code == 'fire.smoke' && event.phase == 'raise' }",
    clears: "{ after: 1h }",
    key: "[estate, place]",
    ...lines,
  };
  const body = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  return `- ${body.join("\n  ")}\n`;
}

/** Rules from text that must be sound. */
export function rulesFrom(text: string): readonly Rule[] {
  const { rules, faults } = readRules("test.yaml", text, createConditionCompiler());
  if (faults.length > 0) throw new Error(JSON.stringify(faults));
  return rules;
}

/** An event `at` milliseconds after noon, received at once unless told otherwise. */
export function eventAt(
  at: number,
  code: string,
  phase: SecurityEvent["phase"],
  more: Partial<SecurityEvent> = {},
): SecurityEvent {
  return {
    id: `${code}-${phase}-${at}`,
    estateId: "e1",
    gatewayId: "gw-1",
    deviceId: "d1",
    code,
    phase,
    transition: "edge",
    occurredAt: NOON + at,
    receivedAt: NOON + at,
    attributes: {},
    flags: [],
    profile: "test",
    ...more,
  };
}

/** Advances to the event and folds it in, as react does. */
export function feed(engine: RulePack, event: SecurityEvent, device: DeviceFacts = GATE): Verdict[] {
  return [...engine.advance(event.receivedAt), ...engine.fold(event, device)];
}

/** A checkpoint as the store keeps it. */
export function createCheckpoint() {
  const rows = new Map<string, RuleStateChange>();
  return {
    save(changes: readonly RuleStateChange[]): void {
      for (const change of changes) {
        const row = `${change.ruleId}\n${change.key}`;
        if (change.state === undefined) rows.delete(row);
        else rows.set(row, change);
      }
    },
    states: (): RuleStateChange[] => [...rows.values()],
  };
}

/** A new engine that continues from a checkpoint. */
export function resumed(rules: readonly Rule[], states: readonly RuleStateChange[]): RulePack {
  const engine = createRuleEngine(rules);
  engine.restore(states);
  return engine;
}
