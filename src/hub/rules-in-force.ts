import type { ReactStore, RuleEngine, RuleStateChange } from "../ports.ts";

/** The rules that judge events, and how others take their place between two steps of react. */
export interface RulesInForce {
  readonly now: () => RuleEngine;
  /** These are to be in force; resolves when they are, or when still others are that were given later. */
  replace(next: RuleEngine): Promise<void>;
  /**
   * Between two steps: puts in force what is to be. False when others were given meanwhile, and it is to
   * be called again; after a throw, too.
   */
  settle(): Promise<boolean>;
  /** A step was not committed: has the rules continue from the store once more. */
  recover(): Promise<void>;
}

interface Coming {
  readonly rules: RuleEngine;
  readonly inForce: PromiseWithResolvers<void>;
  /** What becomes of the states in the store, once the rules have been given them. */
  changes?: readonly RuleStateChange[];
}

/** The first rules are put in force as all others are. */
export function createRulesInForce(
  store: Pick<ReactStore, "ruleStates" | "react">,
  first: RuleEngine,
): RulesInForce {
  let rules = first;
  let coming: Coming | undefined = { rules, inForce: Promise.withResolvers() };

  /** Between two steps nothing is known that is not in the store, so other rules continue from there. */
  async function change(next: Coming): Promise<void> {
    // Those before take no step any more, whatever becomes of this one: makes room for the states.
    rules.restore([]);
    // Once only: what the rules cannot continue is counted, and a full disk may want many tries.
    next.changes ??= continueStates(next.rules, await store.ruleStates());
    const { changes } = next;
    if (changes.length > 0) await store.react((tx) => tx.saveRuleStates(changes));
    ({ rules } = next);
  }

  return {
    now: () => rules,
    replace(next) {
      const inForce = coming?.inForce ?? Promise.withResolvers<void>();
      coming = { rules: next, inForce };
      return inForce.promise;
    },
    async settle() {
      if (!coming) return true;
      const given = coming;
      await change(given);
      if (coming !== given) return false;
      coming = undefined;
      given.inForce.resolve();
      return true;
    },
    async recover() {
      rules.restore(await store.ruleStates());
    },
  };
}

/**
 * Gives rules the states they continue from. Returns what to save of it: those that are over, because
 * their rule is gone or has become another.
 */
function continueStates(rules: RuleEngine, states: readonly RuleStateChange[]): readonly RuleStateChange[] {
  rules.restore(states);
  const ids = new Set(rules.list().map(({ id }) => id));
  const left = states.filter(({ ruleId }) => !ids.has(ruleId));
  return [...rules.takeChanges(), ...left.map(({ ruleId, key }) => ({ ruleId, key }))];
}
