import { MINUTE, type EpochMs } from "../domain/time.ts";
import type { Clock } from "../ports.ts";

/** Says when somebody has had his share of this minute. */
export interface Flood {
  /** Counts one more message; false when it is one too many. */
  admit(sender: string): boolean;
  /** Counts one that was refused or could not be read. */
  fault(sender: string): void;
  /** True while nothing more of him would be admitted. Counts nothing. */
  isSpent(sender: string): boolean;
}

interface Share {
  readonly since: EpochMs;
  frames: number;
  faults: number;
}

/** Senders that are remembered, twice over: those before them are forgotten all at once, which costs nothing. */
const MEMORY = 5_000;

/** Makes a guard that remembers nothing yet. */
export function createFlood(parts: {
  readonly clock: Clock;
  readonly framesPerMinute: number;
  readonly faultsPerMinute: number;
}): Flood {
  const { clock, framesPerMinute, faultsPerMinute } = parts;
  let recent = new Map<string, Share>();
  let older: ReadonlyMap<string, Share> = recent;

  /** A clock that was set back must not make a minute of hours. */
  const isOver = ({ since }: Share): boolean => Math.abs(clock.now() - since) >= MINUTE;

  function known(sender: string): Share | undefined {
    const share = recent.get(sender) ?? older.get(sender);
    return share && !isOver(share) ? share : undefined;
  }

  function shareOf(sender: string): Share {
    const share = known(sender);
    if (share) return share;
    if (recent.size >= MEMORY) {
      older = recent;
      recent = new Map();
    }
    const fresh = { since: clock.now(), frames: 0, faults: 0 };
    recent.set(sender, fresh);
    return fresh;
  }

  return {
    admit(sender) {
      const share = shareOf(sender);
      return ++share.frames <= framesPerMinute && share.faults < faultsPerMinute;
    },
    fault: (sender) => void shareOf(sender).faults++,
    isSpent(sender) {
      const share = known(sender);
      return share !== undefined && (share.frames >= framesPerMinute || share.faults >= faultsPerMinute);
    },
  };
}
