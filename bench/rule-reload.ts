import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createReact } from "../src/hub.ts";
import { createIncidentLifeCycle } from "../src/incidents/life-cycle.ts";
import type { Clock, JournalReader, RuleStateChange } from "../src/ports.ts";
import { createRuleEngine } from "../src/rules/engine.ts";
import { loadRules } from "../src/rules/load-rules.ts";
import { openStore } from "../src/store/store.ts";

/** What a reload of all rules takes, milliseconds; medians. */
export interface ReloadTimes {
  /** Reading and compiling the files; rules in force go on meanwhile, in pauses of the thread. */
  readonly compiling: number;
  /** From one step of react to the next, while journal and queries wait. */
  readonly switching: number;
}

const TIMES = 5;
/** Long ago, so that no timer is due: only the reload is measured. */
const clock: Clock = { now: () => 0 };
/** A journal in which nothing is left to do. */
const DRAINED: JournalReader = {
  read: (next) => ({ entries: [], next }),
  drained: () => true,
  belongs: () => true,
  release: () => undefined,
};

/** Reloads a folder of rules over states in a store of its own, as a running hub does. */
export async function measureReload(
  folder: string,
  states: readonly RuleStateChange[],
): Promise<ReloadTimes> {
  const dir = mkdtempSync(join(tmpdir(), "zhian-bench-"));
  const incidents = createIncidentLifeCycle();
  const store = openStore({ path: join(dir, "zhian.db"), clock, lifeCycle: incidents });
  try {
    await store.react((tx) => tx.saveRuleStates(states));
    const rules = createRuleEngine([]);
    const react = await createReact({ store, reader: DRAINED, rules, incidents, clock, lateAfterMs: 60_000 });
    const compiling: number[] = [];
    const switching: number[] = [];
    for (let time = 0; time < TIMES; time++) {
      const begin = performance.now();
      const engine = createRuleEngine((await loadRules(folder)).rules);
      compiling.push(performance.now() - begin);
      // The first step of all is the one that reads the states at a start.
      const inForce = react.replaceRules(engine);
      const before = performance.now();
      await react.step();
      await inForce;
      switching.push(performance.now() - before);
      if ((await store.ruleStates()).length !== states.length) throw new Error("a reload lost states");
    }
    return { compiling: median(compiling), switching: median(switching) };
  } finally {
    store.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
}
