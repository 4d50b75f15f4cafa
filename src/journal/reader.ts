import { closeSync, fstatSync, openSync, readSync, unlinkSync } from "node:fs";
import type { JournalEntry, JournalPosition } from "../domain/journal.ts";
import type { JournalBatch, JournalReader } from "../ports.ts";
import type { Logger } from "../runtime/log.ts";
import { frameAt, nextFrame } from "./frame.ts";
import { listSegments, segmentPath } from "./segment.ts";

const CHUNK = 1 << 20;

export interface JournalFollower extends JournalReader {
  /** Tells that everything before `position` is on disk and may be read. */
  extend(position: JournalPosition): void;
  /** Bytes that could not be read because a frame in the middle of a file was damaged. */
  damagedFrames(): number;
  close(): void;
}

/**
 * Follows the journal from a position. A torn frame at the end of an old segment is what a crash left
 * of a group nobody acknowledged, and is passed over. A frame that is all there but wrong, or has whole
 * ones behind it, is damage: counted and logged, and the file is kept.
 */
export function followJournal(dir: string, durable: JournalPosition, log: Logger): JournalFollower {
  let limitPosition = durable;
  let damaged = 0;
  let open: { segment: number; fd: number } | undefined;
  const keep = new Set<number>();
  let scratch = Buffer.allocUnsafe(CHUNK);

  function fileOf(segment: number): number | undefined {
    if (open?.segment === segment) return open.fd;
    closeOpen();
    try {
      open = { segment, fd: openSync(segmentPath(dir, segment), "r") };
      return open.fd;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw error;
    }
  }

  /** The next segment there is, the one in use at the latest. */
  function segmentAfter(segment: number): number {
    const next = listSegments(dir).find((candidate) => candidate > segment);
    return Math.min(next ?? limitPosition.segment, limitPosition.segment);
  }

  function closeOpen(): void {
    if (open) closeSync(open.fd);
    open = undefined;
  }

  /** Bytes of a segment that may be read. */
  function readableEnd(segment: number, fd: number): number {
    if (segment > limitPosition.segment) return 0;
    return segment === limitPosition.segment ? limitPosition.offset : fstatSync(fd).size;
  }

  /** Up to `length` bytes at an offset. The next call overwrites them: a fresh megabyte each time is work for the collector. */
  function readBytes(fd: number, from: number, length: number): Buffer {
    if (scratch.length < length) scratch = Buffer.allocUnsafe(length);
    let done = 0;
    while (done < length) {
      const read = readSync(fd, scratch, done, length - done, from + done);
      if (read === 0) break;
      done += read;
    }
    return scratch.subarray(0, done);
  }

  /** Reads entries of one segment into `into`; returns where it stopped and whether the segment is done. */
  function readSegment(
    from: JournalPosition,
    limit: number,
    into: JournalEntry[],
  ): { offset: number; done: boolean } {
    const fd = fileOf(from.segment);
    if (fd === undefined) return { offset: from.offset, done: true };
    const end = readableEnd(from.segment, fd);
    let offset = from.offset;
    let want = CHUNK;
    // At most about one chunk: an entry can be small, or a list of 500 events.
    while (offset < end && into.length < limit && offset - from.offset < CHUNK) {
      const bytes = readBytes(fd, offset, Math.min(want, end - offset));
      let at = 0;
      for (;;) {
        const frame = frameAt(bytes, at);
        if (frame.kind === "whole") {
          for (const line of frame.lines) into.push(JSON.parse(line) as JournalEntry);
          at = frame.end;
          if (at === bytes.length || into.length >= limit) break;
        } else if (frame.kind === "partial" && offset + at + frame.needs <= end) {
          want = Math.max(CHUNK, frame.needs);
          break;
        } else {
          at = passOver(from.segment, fd, offset + at, end, frame.kind === "damaged") - offset;
          break;
        }
      }
      offset += at;
    }
    return { offset, done: offset >= end };
  }

  /** Where reading goes on behind bytes that are no frame. */
  function passOver(segment: number, fd: number, offset: number, end: number, whole: boolean): number {
    const rest = readBytes(fd, offset, end - offset);
    const next = nextFrame(rest, 0);
    if (next < 0 && !whole) {
      log.warn({ segment, offset, bytes: end - offset }, "journal: torn end of a segment passed over");
      return end;
    }
    damaged++;
    keep.add(segment);
    const until = next < 0 ? end : offset + next;
    log.error({ segment, offset, bytes: until - offset }, "journal: damaged frame; the file is kept");
    return until;
  }

  return {
    read(from, limit): JournalBatch {
      const entries: JournalEntry[] = [];
      let position = from;
      while (entries.length < limit) {
        const { offset, done } = readSegment(position, limit, entries);
        position = { segment: position.segment, offset };
        if (!done || position.segment >= limitPosition.segment) break;
        position = { segment: segmentAfter(position.segment), offset: 0 };
        if (entries.length > 0) break;
      }
      return { entries, next: position };
    },
    release(position) {
      if (open && open.segment < position.segment) closeOpen();
      for (const segment of listSegments(dir)) {
        if (segment >= position.segment || keep.has(segment)) continue;
        try {
          unlinkSync(segmentPath(dir, segment));
        } catch (error) {
          log.warn({ err: error, segment }, "journal: a segment that is done could not be deleted");
        }
      }
    },
    extend(position) {
      if (after(position, limitPosition)) limitPosition = position;
    },
    drained: (position) => !after(limitPosition, position),
    belongs: (position) => listSegments(dir).includes(position.segment),
    damagedFrames: () => damaged,
    close: closeOpen,
  };
}

function after(a: JournalPosition, b: JournalPosition): boolean {
  return a.segment > b.segment || (a.segment === b.segment && a.offset > b.offset);
}
