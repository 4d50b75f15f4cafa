import { ZhianError } from "../errors.ts";

/** Lets one job at the connection at a time, in order of arrival. */
export interface Gate {
  /** Resolves when it is the caller's turn; the turn ends when the returned function is called. */
  enter(): Promise<() => void>;
  /** Refuses everybody from now on, those who wait included. */
  shut(): void;
}

/**
 * Makes the gate before the one connection. Whoever holds it must not enter again: that would wait for
 * itself for ever.
 */
export function createGate(): Gate {
  const waiting: { go: () => void; refuse: (error: ZhianError) => void }[] = [];
  let busy = false;
  let open = true;

  function turn(): () => void {
    let over = false;
    return () => {
      if (over) return;
      over = true;
      const next = waiting.shift();
      if (next) next.go();
      else busy = false;
    };
  }

  return {
    enter() {
      if (!open) return Promise.reject(closed());
      if (!busy) {
        busy = true;
        return Promise.resolve(turn());
      }
      return new Promise((resolve, reject) => {
        waiting.push({ go: () => resolve(turn()), refuse: reject });
      });
    },
    shut() {
      open = false;
      for (const { refuse } of waiting.splice(0)) refuse(closed());
    },
  };
}

function closed(): ZhianError {
  return new ZhianError("UNAVAILABLE", "the store is closed");
}
