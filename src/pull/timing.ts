import { MINUTE, SECOND } from "../domain/time.ts";

/** Spans of pulling, milliseconds. Tests shorten them. */
export interface PullTiming {
  /** From the first packet to the head of the answer, digest included. */
  readonly openMs: number;
  /** How long a device may be away before it counts as offline. */
  readonly graceMs: number;
  /** The first wait after a failure; each further one is twice as long, up to `mostBackoffMs`. */
  readonly backoffMs: number;
  readonly mostBackoffMs: number;
  /** The same after user or password were refused: devices lock accounts that guess. */
  readonly refusedMs: number;
  readonly mostRefusedMs: number;
  /** A stream that lasted this long makes the waits short again. */
  readonly stableMs: number;
  /** How often a gateway that may not speak for the estate is looked at again. */
  readonly entitledMs: number;
  /** How long an ONVIF device may hold back its answer when nothing happened. */
  readonly pollMs: number;
  /** Least time between two polls that brought nothing, for devices that do not hold back. */
  readonly emptyPollMs: number;
  /** How long closing waits at most. */
  readonly closeMs: number;
}

/** The spans in force. */
export const TIMING: PullTiming = Object.freeze({
  openMs: 15 * SECOND,
  graceMs: 30 * SECOND,
  backoffMs: SECOND,
  mostBackoffMs: MINUTE,
  refusedMs: MINUTE,
  mostRefusedMs: 30 * MINUTE,
  stableMs: MINUTE,
  entitledMs: 2 * SECOND,
  pollMs: 20 * SECOND,
  emptyPollMs: SECOND,
  closeMs: 900,
});
