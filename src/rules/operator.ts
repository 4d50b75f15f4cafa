import type { SecurityEvent } from "../domain/event.ts";
import type { EpochMs } from "../domain/time.ts";
import type { DeviceFacts } from "../ports.ts";
import type { Cell, Memory, Tell } from "./cell.ts";

/**
 * How a rule reads events in time. An operator keeps all it knows in `cell.memory` (JSON-safe and
 * bounded) and tells episodes through `episode.ts`; the engine finds the cell, keeps its timer and
 * saves it.
 */
export interface Operator {
  /** The memory of a key nothing is known of. */
  start(): Memory;
  /** True when an event in this role matters although its key is idle. */
  wakes(role: string, event: SecurityEvent): boolean;
  /** Folds in an event whose condition held. */
  fold(cell: Cell, role: string, event: SecurityEvent, device: DeviceFacts, tell: Tell): void;
  /** Does what is due at `now`. */
  fire(cell: Cell, now: EpochMs, tell: Tell): void;
  /** When the operator wants to be fired next; Infinity: never. */
  due(cell: Cell): EpochMs;
}
