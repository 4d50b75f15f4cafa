import { DAY } from "../domain/time.ts";
import { parseDuration } from "./duration.ts";
import type { Rule } from "./rule.ts";

const LONGEST = 14 * DAY;
/** How long a rule with `usually` remembers how things usually are. */
const USUAL = 7 * DAY;
/** What of a rule says nothing of the time before an episode. */
const AFTERWARDS = new Set(["clears", "respondWithin", "reopenWithin"]);

/** How far back a rule looks from the beginning of an episode: its longest time, milliseconds. */
export function reachOf({ definition }: Pick<Rule, "definition">): number {
  const before = Object.entries(definition).filter(([name]) => !AFTERWARDS.has(name));
  return longestIn(before.map(([, value]) => value));
}

/**
 * How long before an episode events must be folded for the rule to know what it knew then, milliseconds:
 * a day at least, two weeks at most.
 */
export function warmUpOf(rule: Pick<Rule, "definition" | "timeOut">): number {
  const usual = JSON.stringify(rule.definition["when"] ?? null).includes('"usually"') ? USUAL : 0;
  return Math.min(LONGEST, Math.max(DAY, 2 * reachOf(rule) + rule.timeOut) + usual);
}

function longestIn(value: unknown): number {
  if (typeof value === "string") return parseDuration(value) ?? 0;
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce<number>((most, part) => Math.max(most, longestIn(part)), 0);
}
