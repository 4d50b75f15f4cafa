import type { EpochMs } from "../domain/time.ts";
import type { Verdict } from "../ports.ts";
import type { Cell } from "./cell.ts";
import { damp, releaseDue, type Emit } from "./chatter.ts";
import { createExplaining, goesOn, reconsider, type RuleCells } from "./explained.ts";

/** Stands between what rules find and what is told. */
export interface Outlet {
  /** Takes what the rule under way found. */
  found(verdict: Verdict): void;
  /** Tells what was found of one key, and of which nothing is held back. */
  deliver(cell: Cell): void;
  /** Tells what was held back and is due. */
  tellDue(cell: Cell, now: EpochMs): void;
  /** Those that a cell explains wait for it, or no longer, when it began or ceased to go on. */
  follow(cell: Cell, wentOn: boolean, now: EpochMs): void;
  /** What waits for an incident that the rules in force do not have any more is told. */
  readopt(cell: Cell): void;
  /** Drops what was found and not told. */
  clear(): void;
}

/**
 * Finding is one thing, telling another: rules evaluate as if nothing were held back.
 *
 *     operator ─▶ episode ─▶ found ─▶ chattering? ─▶ explained by the gateway? ─▶ told
 */
export function createOutlet(parts: {
  readonly rules: readonly RuleCells[];
  readonly told: Emit;
  /** Changes a cell that is not the one under way: lists it for the checkpoint, and sets its timer. */
  readonly change: (cell: Cell, change: () => void) => void;
}): Outlet {
  const { told, change } = parts;
  const explaining = createExplaining(parts.rules);
  let found: Verdict[] = [];

  const explain = (cell: Cell, verdict: Verdict): void => explaining.withhold(cell, verdict, told);

  return {
    found: (verdict) => void found.push(verdict),

    deliver(cell) {
      if (found.length === 0) return;
      const all = found;
      found = [];
      for (const verdict of all) damp(cell, verdict, (one) => explain(cell, one));
    },

    tellDue(cell, now) {
      releaseDue(cell, now, (one) => explain(cell, one));
      explaining.tellDue(cell, now, told);
    },

    follow(cell, wentOn, now) {
      if (goesOn(cell) === wentOn) return;
      for (const child of explaining.childrenOf(cell))
        change(child, () => reconsider(child, explaining.isExplained(child), now));
    },

    readopt(cell) {
      const { withheld } = cell;
      if (withheld && !explaining.isExplained(cell)) reconsider(cell, false, withheld.open.detectedAt);
    },

    clear() {
      found = [];
    },
  };
}
