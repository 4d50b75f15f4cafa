import type { PullCause } from "./pull-fault.ts";
import type { PullTiming } from "./timing.ts";

/** How long to wait before the next try. */
export interface Backoff {
  /** The wait after a failure, milliseconds. */
  after(why: PullCause): number;
  /** The device let us in. */
  letIn(): void;
  /** The device was well for long enough: the next waits are short again. */
  reset(): void;
}

/**
 * Makes the waits of one source: doubling up to a bound, cut by up to half so that what broke together
 * does not return together. After a refused password they are long and never cut: a device locks an
 * account, or the hub's address, after a handful of wrong ones.
 */
export function createBackoff(timing: PullTiming, random: () => number): Backoff {
  let failures = 0;
  let refusals = 0;
  return {
    after(why) {
      if (why === "not_entitled") return timing.entitledMs;
      if (why === "refused") {
        refusals++;
        return Math.min(timing.refusedMs * 2 ** (refusals - 1), timing.mostRefusedMs);
      }
      failures++;
      const full = Math.min(timing.backoffMs * 2 ** (failures - 1), timing.mostBackoffMs);
      return full * (1 - random() / 2);
    },
    letIn() {
      refusals = 0;
    },
    reset() {
      failures = 0;
    },
  };
}
