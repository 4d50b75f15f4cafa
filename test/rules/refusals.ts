import type { SecurityEvent } from "../../src/domain/event.ts";
import { SECOND } from "../../src/domain/time.ts";
import type { Verdict } from "../../src/ports.ts";
import { createRuleEngine } from "../../src/rules/engine.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { eventAt, feed, NOON, rulesFrom, ruleText } from "./build.ts";

export const DENIED = "event.code == 'access.denied'";

/** A rule that counts; `lines` replace or add top-level fields. */
export function ruleOf(counts: string, lines: Readonly<Record<string, string>> = {}): readonly Rule[] {
  return rulesFrom(
    ruleText({ incident: "access.denied_repeat", when: `{ counts: { ${counts} } }`, ...lines }),
  );
}

/** Three refusals within two minutes. */
export const three = ruleOf(`of: ${DENIED}, atLeast: 3, within: 2m`);

/** Three refused cards within two minutes. */
export const threeCards = ruleOf(
  `of: ${DENIED}, atLeast: 3, within: 2m, distinct: event.attributes.cardHash`,
);

/** A refusal at a second, known at another; its id is its second. */
export function denied(second: number, more: Partial<SecurityEvent> = {}, known = second): SecurityEvent {
  const occurredAt = NOON + second * SECOND;
  return eventAt(known * SECOND, "access.denied", "pulse", { id: `${second}`, occurredAt, ...more });
}

/** What a refused card adds to its event. */
export function card(cardHash: string): Pick<SecurityEvent, "attributes"> {
  return { attributes: { cardHash } };
}

/** `<kind> <episode> at <event second> known <hub second>`, and the marks. */
export function brief({ kind, episode, at, detectedAt, ...marks }: Verdict): string {
  const set = (["late", "test", "simulated"] as const).filter((mark) => marks[mark]);
  const times = `at ${(at - NOON) / SECOND} known ${(detectedAt - NOON) / SECOND}`;
  return [kind, episode, times, ...set].join(" ");
}

/** What comes of events in this order. */
export function told(rules: readonly Rule[], ...events: readonly SecurityEvent[]): string[] {
  const engine = createRuleEngine(rules);
  return events.flatMap((event) => feed(engine, event)).map(brief);
}
