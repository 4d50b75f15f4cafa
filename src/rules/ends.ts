import type { EpochMs } from "../domain/time.ts";
import type { Cell, Tell } from "./cell.ts";
import { finish } from "./episode.ts";
import { byTime, type Mark } from "./mark.ts";

/** Ends of a key that are remembered. */
const KEPT = 16;

/** What an operator remembers whose episodes may be over before they are found. */
interface WithEnds {
  /** Recent ends, the latest heard last. */
  ends: readonly Mark[];
}

/** Something tells the end: ends the episode of the key, whatever device says so, and remembers it. */
export function noteEnd(cell: Cell<WithEnds>, end: Mark, now: EpochMs, tell: Tell): void {
  endAt(cell, end, now, tell);
  if (cell.rule.operator.idle(cell.memory)) return;
  cell.memory.ends = [...cell.memory.ends, end].slice(-KEPT);
  cell.dirty = true;
}

/** Ends the episode at once when the end of what was found at `at` is known already. */
export function endIfOver(cell: Cell<WithEnds>, at: EpochMs, now: EpochMs, tell: Tell): void {
  const [end] = cell.memory.ends.filter((one) => one.at >= at).toSorted(byTime);
  if (end) endAt(cell, end, now, tell);
}

/** Ends the episode, unless something was found after the end. */
function endAt(cell: Cell, { id, at, sight }: Mark, now: EpochMs, tell: Tell): void {
  const { episode } = cell;
  if (!episode || at < episode.began || episode.members.some((member) => member.at > at)) return;
  finish(cell, at, now, sight, id, tell);
}
