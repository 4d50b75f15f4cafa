import type { Outcomes } from "../domain/backtest.ts";
import { CLOSE_REASONS, type CloseReason } from "../domain/incident.ts";
import type { Spell } from "./spell.ts";

/** Counts how stored incidents were closed. */
export function outcomesOf(stored: readonly Spell[]): Outcomes {
  const count = (reason: CloseReason | undefined): number =>
    stored.filter(({ closeReason }) => closeReason === reason).length;
  const closed = Object.fromEntries(CLOSE_REASONS.map((reason) => [reason, count(reason)]));
  return { closed: closed as Outcomes["closed"], unclosed: count(undefined) };
}
