import type { JournalHealth } from "../ports.ts";

/** Says whether the journal can take more, and when it can again. */
export interface Pressure {
  /** False while too many bytes wait for the disk; true again below half of the bound. */
  readonly mayRead: () => boolean;
  close(): void;
}

export interface PressureParts {
  readonly journalHealth: () => JournalHealth;
  readonly maxPendingBytes: number;
  /** Called once when reading may go on after it had to stop. */
  readonly onRelief: () => void;
}

/** Short against a keepalive, long against a group commit. */
const LOOK_AGAIN_MS = 20;

/** Watches the journal's backlog; it costs a timer only while the backlog is too large. */
export function createPressure({ journalHealth, maxPendingBytes, onRelief }: PressureParts): Pressure {
  let timer: NodeJS.Timeout | undefined;

  function lookAgain(): void {
    if (journalHealth().pendingBytes > maxPendingBytes / 2) return;
    clearInterval(timer);
    timer = undefined;
    onRelief();
  }

  return {
    mayRead() {
      if (timer) return false;
      if (journalHealth().pendingBytes < maxPendingBytes) return true;
      timer = setInterval(lookAgain, LOOK_AGAIN_MS);
      return false;
    },
    close: () => clearInterval(timer),
  };
}
