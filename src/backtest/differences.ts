import type { OneSided, RuleDifference } from "../domain/backtest.ts";
import type { RuleSummary } from "../ports.ts";
import { pairUp, type Spell } from "./spell.ts";

const EXAMPLES = 5;

/** One set of rules and what it found, in order of time. */
export interface Side {
  readonly rules: readonly Pick<RuleSummary, "id" | "version">[];
  readonly found: readonly Spell[];
}

/** Rules whose version or incidents differ between the two sides, by id. */
export function differencesOf(inForce: Side, proposed: Side): readonly RuleDifference[] {
  const pairs = pairUp(inForce.found, proposed.found);
  const taken = new Set(pairs.values());
  const before = new Map(inForce.rules.map(({ id, version }) => [id, version]));
  const after = new Map(proposed.rules.map(({ id, version }) => [id, version]));
  const both = countBy([...pairs.keys()]);
  const lost = Map.groupBy(
    inForce.found.filter((one) => !pairs.has(one)),
    ({ rule }) => rule.id,
  );
  const gained = Map.groupBy(
    proposed.found.filter((one) => !taken.has(one)),
    ({ rule }) => rule.id,
  );
  return [...new Set([...before.keys(), ...after.keys()])].toSorted().flatMap((rule): RuleDifference[] => {
    const [was, is] = [before.get(rule), after.get(rule)];
    const [onlyInForce, onlyProposed] = [lost.get(rule) ?? [], gained.get(rule) ?? []];
    if (was === is && onlyInForce.length === 0 && onlyProposed.length === 0) return [];
    return [
      {
        rule,
        ...(was !== undefined && { inForce: was }),
        ...(is !== undefined && { proposed: is }),
        both: both.get(rule) ?? 0,
        onlyInForce: onlyInForce.length,
        onlyProposed: onlyProposed.length,
        examples: { onlyInForce: firstOf(onlyInForce), onlyProposed: firstOf(onlyProposed) },
      },
    ];
  });
}

function countBy(found: readonly Spell[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { rule } of found) counts.set(rule.id, (counts.get(rule.id) ?? 0) + 1);
  return counts;
}

function firstOf(found: readonly Spell[]): readonly OneSided[] {
  return found.slice(0, EXAMPLES).map(({ id, key, severity, openedAt }) => ({ id, key, severity, openedAt }));
}
