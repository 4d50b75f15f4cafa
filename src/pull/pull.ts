import { setTimeout as sleep } from "node:timers/promises";
import { readStream } from "./read-stream.ts";
import { type PullParts, type PullState, type Reader, runSource } from "./run-source.ts";
import type { PullSource } from "./source.ts";
import { TIMING, type PullTiming } from "./timing.ts";

/** Everything that pulls, at work. */
export interface Pull {
  readonly states: () => readonly PullState[];
  /** What came of parts and answers since the start, by outcome. */
  readonly messages: () => Readonly<Record<string, number>>;
  /** Connections that failed or ended since the start, by cause. */
  readonly faults: () => Readonly<Record<string, number>>;
  /** Ends every connection; resolves within a second. Who is gone then is not offline: the hub goes. */
  close(): Promise<void>;
}

/** Starts pulling from every source. What goes wrong is a source's state, never an exception. */
export function startPull(
  sources: readonly PullSource[],
  {
    timing,
    random = Math.random,
    ...hub
  }: Pick<PullParts, "accept" | "auth" | "clock" | "log"> & {
    readonly timing?: Partial<PullTiming>;
    readonly random?: () => number;
  },
): Pull {
  const spans = { ...TIMING, ...timing };
  const stop = new AbortController();
  const messages: Record<string, number> = {};
  const faults: Record<string, number> = {};
  const parts: PullParts = {
    ...hub,
    timing: spans,
    random,
    count: (outcome) => {
      messages[outcome] = (messages[outcome] ?? 0) + 1;
    },
    countFault: (why) => {
      faults[why] = (faults[why] ?? 0) + 1;
    },
  };
  const running = sources.map((source) => runSource(source, readerOf(source), parts, stop.signal));
  return {
    states: () => running.map(({ state }) => state()),
    messages: () => messages,
    faults: () => faults,
    async close() {
      stop.abort(new Error("the hub stops"));
      const all = Promise.all(running.map(({ stopped }) => stopped));
      // A message that waits for a disk in trouble is not waited for: it was not acknowledged to anyone.
      const over = new AbortController();
      const late = sleep(spans.closeMs, undefined, { signal: over.signal }).catch(() => undefined);
      await Promise.race([all, late]);
      over.abort();
    },
  };
}

/** ONVIF brings an XML reader and SOAP along, which hubs without it need not load. */
function readerOf({ kind }: PullSource): Reader {
  if (kind !== "onvif") return readStream;
  return async (source, session) => {
    const { readPullPoint } = await import("./onvif/read-pull-point.ts");
    return readPullPoint(source, session);
  };
}
