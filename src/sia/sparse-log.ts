import { MINUTE, type EpochMs } from "../domain/time.ts";
import type { Clock } from "../ports.ts";
import type { Logger } from "../runtime/log.ts";

/** Warns of what a panel or a stranger can repeat at will: each sentence at most once a minute. */
export type SparseLog = (sentence: string, fields: Readonly<Record<string, unknown>>) => void;

/** Makes a log that says, with the next line, how many it left out. Sentences are few and constant. */
export function createSparseLog(log: Logger, clock: Clock): SparseLog {
  const said = new Map<string, { since: EpochMs; leftOut: number }>();
  return (sentence, fields) => {
    const last = said.get(sentence);
    // A clock that was set back must not silence it for hours.
    if (last && Math.abs(clock.now() - last.since) < MINUTE) {
      last.leftOut++;
      return;
    }
    log.warn({ ...fields, ...(last && last.leftOut > 0 && { leftOut: last.leftOut }) }, sentence);
    said.set(sentence, { since: clock.now(), leftOut: 0 });
  };
}
