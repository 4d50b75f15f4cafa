import type { SecurityEvent } from "../domain/event.ts";
import type { EpochMs } from "../domain/time.ts";
import type { DeviceFacts, Standing } from "../ports.ts";
import type { Cell, Memory, Tell } from "./cell.ts";

/** An event that concerns a rule. */
export interface Told {
  /** The part it plays. */
  readonly role: string;
  readonly event: SecurityEvent;
  readonly device: DeviceFacts;
  /** What the part's value expression gave; undefined when it has none or it gave nothing. */
  readonly value?: string | number | boolean | undefined;
}

/**
 * How a rule reads events in time. An operator keeps all it knows in `cell.memory` (JSON-safe and
 * bounded) and tells episodes through `episode.ts`; the engine finds the cell, keeps its timer and
 * saves it.
 */
export interface Operator<M extends Memory = Memory> {
  /** The memory of a key nothing is known of. */
  start(): M;
  /** A memory that was saved as JSON; undefined when it is something else. */
  read(json: unknown): M | undefined;
  /** True when nothing is remembered: without an episode the key may be forgotten. */
  idle(memory: M): boolean;
  /** True when this matters although its key is idle. */
  wakes(told: Told): boolean;
  /** Folds in an event whose condition held. */
  fold(cell: Cell<M>, told: Told, tell: Tell): void;
  /** Does what is due at `now`. */
  fire(cell: Cell<M>, now: EpochMs, tell: Tell): void;
  /** When the operator wants to be fired next; Infinity: never. */
  due(cell: Cell<M>): EpochMs;
  /** The hub was off and hears again since `now`. Absent: that makes no difference to it. */
  resume?(cell: Cell<M>, now: EpochMs): void;
  /** How far it is with a key, for people; nothing when left out. */
  standing?(cell: Cell<M>): Standing;
}
