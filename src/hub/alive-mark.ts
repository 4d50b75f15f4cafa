import { MINUTE, type EpochMs } from "../domain/time.ts";
import type { Clock, ReactStore } from "../ports.ts";

/** How often the hub notes that it is alive: what it may forget of a life that is cut off. */
const EVERY = MINUTE;
/** Ticks farther apart than this: the machine slept, or the clock was set on. No load delays one so long. */
const ASLEEP = 5 * MINUTE;

/** Keeps the mark from which the next start knows how long the hub was off. */
export interface AliveMark {
  /** Call it every `everyMs`. */
  tick(): Promise<void>;
  readonly everyMs: number;
}

/** Notes that the hub is here, and that it was off since it last was; what the store cannot note, throws. */
export async function startAliveMark(
  store: Pick<ReactStore, "aliveAt" | "noteAlive">,
  clock: Clock,
): Promise<AliveMark> {
  let last: EpochMs = clock.now();
  await store.noteAlive(last, await store.aliveAt());
  return {
    everyMs: EVERY,
    async tick() {
      const now = clock.now();
      const offSince = now - last > ASLEEP ? last : undefined;
      // A store that fails for a while does not mean that nobody listened.
      if (offSince === undefined) last = now;
      await store.noteAlive(now, offSince);
      last = now;
    },
  };
}
