import { setTimeout } from "node:timers/promises";
import type { JournalEntry, JournalPosition } from "../domain/journal.ts";
import { SECOND } from "../domain/time.ts";
import type { Clock, Journal, JournalHealth } from "../ports.ts";
import type { Logger } from "../runtime/log.ts";
import { diskFiles, type JournalFiles } from "./files.ts";
import { encodeFrames } from "./frame.ts";
import { listSegments, segmentPath } from "./segment.ts";

export interface JournalOptions {
  readonly dir: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called after each group commit with the new durable end. */
  readonly onDurable: (position: JournalPosition) => void;
  readonly files?: JournalFiles;
  readonly segmentBytes?: number;
  readonly retryAfterMs?: number;
}

interface Group {
  readonly lines: string[];
  bytes: number;
  readonly committed: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Opens the append side of the journal in a fresh segment. Everything appended while a write is under
 * way becomes the next write (group commit), so the disk is busy whenever there is something to do and
 * nobody waits for a timer.
 *
 * When a write fails, what reached the file is unknown and stays unknown (a later fsync may lie), so
 * the segment is given up and the same group is written again to a new one until that succeeds. Its
 * promises stay open meanwhile: acknowledgements are held, never refused, and nothing is lost. The
 * reader may then see a group twice; ids remove the repeat.
 */
export function openJournal(options: JournalOptions): Journal {
  const { dir, clock, log, onDurable, files = diskFiles } = options;
  const segmentBytes = options.segmentBytes ?? 64 << 20;
  const retryAfterMs = options.retryAfterMs ?? 1_000;

  // Numbers grow with time, so that a position in another journal (a restored backup's) is never mistaken
  // for one in this.
  const first = Math.max((listSegments(dir).at(-1) ?? 0) + 1, Math.floor(clock.now() / SECOND));
  let durable: JournalPosition = { segment: first, offset: 0 };
  let file: { fd: number; segment: number; offset: number } | undefined;
  let nextSegment = first;
  let fault: JournalHealth["fault"];
  let group = newGroup();
  let pending = { entries: 0, bytes: 0 };
  let running: Promise<void> | undefined;
  const stop = new AbortController();

  async function appendDurably(frame: Buffer): Promise<JournalPosition> {
    if (file && file.offset >= segmentBytes) await giveUpSegment();
    if (!file) {
      const segment = nextSegment++;
      file = { fd: await files.create(segmentPath(dir, segment), dir), segment, offset: 0 };
    }
    await files.append(file.fd, frame);
    file.offset += frame.length;
    return { segment: file.segment, offset: file.offset };
  }

  async function giveUpSegment(): Promise<void> {
    const fd = file?.fd;
    file = undefined;
    // A close that fails leaks one descriptor; the data in question is written again elsewhere.
    if (fd !== undefined) await files.close(fd).catch(() => undefined);
  }

  async function commit(frame: Buffer): Promise<JournalPosition> {
    for (;;) {
      try {
        const position = await appendDurably(frame);
        if (fault) log.info({ heldMs: clock.now() - fault.since }, "journal writes again");
        fault = undefined;
        return position;
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        if (!fault) log.error({ message }, "journal cannot write; acknowledgements are held");
        fault = { since: fault?.since ?? clock.now(), message };
        await giveUpSegment();
        if (stop.signal.aborted) throw error;
        await pause(retryAfterMs, stop.signal);
      }
    }
  }

  async function drain(): Promise<void> {
    // Let everything that has arrived in this turn of the event loop join the first group.
    await new Promise(setImmediate);
    while (group.lines.length > 0) {
      const current = group;
      group = newGroup();
      try {
        durable = await commit(encodeFrames(current.lines));
        current.resolve();
        onDurable(durable);
      } catch (error) {
        current.reject(new Error("journal closed before the entry was on disk", { cause: error }));
      }
      pending = { entries: pending.entries - current.lines.length, bytes: pending.bytes - current.bytes };
    }
    // In the same turn as the last look at the group: an entry appended after it starts a new drain.
    running = undefined;
  }

  return {
    append(entry: JournalEntry) {
      if (stop.signal.aborted) return Promise.reject(new Error("journal is closed"));
      const line = JSON.stringify(entry);
      group.lines.push(line);
      group.bytes += line.length;
      pending.entries++;
      pending.bytes += line.length;
      running ??= drain();
      return group.committed;
    },
    health: () => ({
      pendingEntries: pending.entries,
      pendingBytes: pending.bytes,
      durable,
      ...(fault && { fault }),
    }),
    async close() {
      // A disk that refuses now gets one more try; what it still refuses was never acknowledged.
      stop.abort();
      await running;
      await giveUpSegment();
    },
  };
}

function newGroup(): Group {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Callers await it; this keeps a group nobody awaits from ending the process.
  promise.catch(() => undefined);
  return { lines: [], bytes: 0, committed: promise, resolve, reject };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return setTimeout(ms, undefined, { signal }).catch(() => undefined);
}
