import type { Clock } from "../ports.ts";
import type { PullCause } from "./pull-fault.ts";
import type { PullTiming } from "./timing.ts";

/** What came of a part or an answer; the first three are the hub's acceptance. */
export type PullOutcome = "events" | "ignored" | "dead" | "picture" | "too_large" | "truncated";

/** One connection's life: what a reader tells the source it reads for. */
export interface Session {
  /** Aborted when the hub stops. */
  readonly signal: AbortSignal;
  readonly timing: PullTiming;
  readonly clock: Clock;
  /** The device delivers; told as often as one likes. */
  readonly streaming: () => void;
  /** Hands a document to the hub, below the source's path; resolves when it is on disk. Rejects with a PullFault. */
  readonly deliver: (document: {
    readonly body: Buffer;
    readonly contentType: string | undefined;
  }) => Promise<void>;
  /** Counts what was not handed over. */
  readonly note: (outcome: PullOutcome) => void;
  /** Counts a fault that was mended at once, without a new connection. */
  readonly mended: (why: PullCause) => void;
}
