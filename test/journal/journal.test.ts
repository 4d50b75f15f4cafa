import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { JournalEntry, JournalPosition } from "../../src/domain/journal.ts";
import { diskFiles, type JournalFiles } from "../../src/journal/files.ts";
import { followJournal } from "../../src/journal/reader.ts";
import { listSegments, segmentPath } from "../../src/journal/segment.ts";
import { openJournal, type JournalOptions } from "../../src/journal/writer.ts";

const log = pino({ level: "silent" });
const START: JournalPosition = { segment: 0, offset: 0 };
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "zhian-journal-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function entry(n: number, padding = ""): JournalEntry {
  const at = 1_700_000_000_000 + n;
  return {
    kind: "presence",
    receivedAt: at,
    gatewayId: `g${n}${padding}`,
    estateIds: ["e"],
    status: "online",
    cause: "connect",
  };
}

function open(options: Partial<JournalOptions> = {}) {
  return openJournal({
    dir,
    clock: { now: () => 0 },
    log,
    onDurable: () => undefined,
    retryAfterMs: 5,
    ...options,
  });
}

function readAll(durable: JournalPosition, from = START): readonly JournalEntry[] {
  const reader = followJournal(dir, durable, log);
  const all: JournalEntry[] = [];
  let at = from;
  for (;;) {
    const { entries, next } = reader.read(at, 3);
    all.push(...entries);
    at = next;
    if (reader.drained(next)) break;
  }
  reader.close();
  return all;
}

describe("journal", () => {
  test("what was acknowledged is read back in order, across segments and restarts", async () => {
    const expected: JournalEntry[] = [];
    for (let start = 0; start < 3; start++) {
      const journal = open({ segmentBytes: 400 });
      for (let round = 0; round < 5; round++) {
        const group = [0, 1, 2].map((n) => entry(expected.length + n));
        expected.push(...group);
        await Promise.all(group.map((item) => journal.append(item)));
      }
      await journal.close();
    }
    expect(listSegments(dir).length).toBeGreaterThan(3);
    expect(readAll({ segment: 999, offset: 0 })).toEqual(expected);
  });

  test("entries appended together are one write", async () => {
    let writes = 0;
    const files: JournalFiles = {
      ...diskFiles,
      append: (fd, bytes) => (writes++, diskFiles.append(fd, bytes)),
    };
    const journal = open({ files });
    await Promise.all(Array.from({ length: 500 }, (_, n) => journal.append(entry(n))));
    expect(writes).toBe(1);
    expect(journal.health()).toMatchObject({ pendingEntries: 0, pendingBytes: 0 });
    await journal.close();
  });

  test("the file is open for synchronous writing: the kernel shows O_DSYNC", async () => {
    const journal = open();
    await journal.append(entry(1));
    const [segment = 0] = listSegments(dir);
    const path = segmentPath(dir, segment);
    const { readdirSync, readlinkSync } = await import("node:fs");
    const fd = readdirSync("/proc/self/fd").find((name) => {
      try {
        return readlinkSync(`/proc/self/fd/${name}`) === path;
      } catch {
        return false;
      }
    });
    const flags = /flags:\s*(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))?.[1] ?? "0";
    const O_DSYNC = 0o10000;
    expect(Number.parseInt(flags, 8) & O_DSYNC).toBe(O_DSYNC);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await journal.close();
  });

  test("the reader stops at the durable end of the segment in use", async () => {
    const journal = open();
    await journal.append(entry(1));
    const { durable } = journal.health();
    await journal.append(entry(2));
    expect(readAll(durable)).toEqual([entry(1)]);
    await journal.close();
  });

  test("release removes only segments before the position", async () => {
    const journal = open({ segmentBytes: 10 });
    for (let n = 0; n < 4; n++) await journal.append(entry(n));
    const { durable } = journal.health();
    const reader = followJournal(dir, durable, log);
    reader.release({ segment: 3, offset: 0 });
    expect(listSegments(dir)).toEqual([3, 4]);
    reader.close();
    await journal.close();
  });
});

describe("a disk in trouble", () => {
  function failing(times: number): { files: JournalFiles; failures: () => number } {
    let left = times;
    const files: JournalFiles = {
      ...diskFiles,
      append: async (fd, bytes) => {
        if (left-- > 0) {
          // Half of it arrives, as on a full disk.
          await diskFiles.append(fd, bytes.subarray(0, bytes.length / 2));
          throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
        }
        await diskFiles.append(fd, bytes);
      },
    };
    return { files, failures: () => times - Math.max(0, left) };
  }

  test("acknowledgements are held, the fault is told, and all comes through when it is over", async () => {
    const { files, failures } = failing(3);
    const journal = open({ files, retryAfterMs: 30 });
    const acknowledged: number[] = [];
    const appended = [1, 2, 3].map((n) => journal.append(entry(n)).then(() => acknowledged.push(n)));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(acknowledged).toEqual([]);
    expect(journal.health().fault?.message).toContain("ENOSPC");
    await Promise.all(appended);
    expect(failures()).toBe(3);
    expect(journal.health().fault).toBeUndefined();
    expect(readAll(journal.health().durable)).toEqual([entry(1), entry(2), entry(3)]);
    await journal.close();
  });

  test("closing while the disk refuses rejects what was never acknowledged", async () => {
    const { files } = failing(Number.POSITIVE_INFINITY);
    const journal = open({ files, retryAfterMs: 60_000 });
    const outcome = journal.append(entry(1)).then(
      () => "acknowledged",
      (error: Error) => error.message,
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    await journal.close();
    expect(await outcome).toContain("before the entry was on disk");
    await expect(journal.append(entry(2))).rejects.toThrow("closed");
  });
});

describe("what a crash or a bad disk leaves", () => {
  async function threeFrames(): Promise<{ path: string; ends: number[] }> {
    const journal = open();
    const ends: number[] = [];
    for (let n = 0; n < 3; n++) {
      await journal.append(entry(n, "x".repeat(50)));
      ends.push(journal.health().durable.offset);
    }
    await journal.close();
    return { path: segmentPath(dir, 1), ends };
  }

  test("any cut keeps exactly the frames that were whole", async () => {
    const { path, ends } = await threeFrames();
    const whole = readFileSync(path);
    fc.assert(
      fc.property(fc.nat(whole.length), (cut) => {
        writeFileSync(path, whole);
        truncateSync(path, cut);
        const kept = ends.filter((end) => end <= cut).length;
        expect(readAll({ segment: 2, offset: 0 })).toHaveLength(kept);
      }),
      { numRuns: 200 },
    );
  });

  test("garbage behind the last frame is passed over", async () => {
    const { path } = await threeFrames();
    appendFileSync(path, Buffer.from("ZJ1\nrubbish that is no frame"));
    expect(readAll({ segment: 2, offset: 0 })).toHaveLength(3);
  });

  test("a damaged frame in the middle is counted, its file kept, and the rest read", async () => {
    const { path, ends } = await threeFrames();
    const bytes = readFileSync(path);
    bytes.writeUInt8(bytes.readUInt8((ends[0] ?? 0) + 40) ^ 1, (ends[0] ?? 0) + 40);
    writeFileSync(path, bytes);
    const reader = followJournal(dir, { segment: 2, offset: 0 }, log);
    const { entries, next } = reader.read(START, 100);
    expect(entries).toHaveLength(2);
    expect(reader.damagedFrames()).toBe(1);
    reader.release(next);
    expect(listSegments(dir)).toEqual([1]);
    reader.close();
  });
});

describe("bounds", () => {
  test("a large group is several frames in one write, and a read takes about a megabyte", async () => {
    let writes = 0;
    const files: JournalFiles = {
      ...diskFiles,
      append: (fd, bytes) => (writes++, diskFiles.append(fd, bytes)),
    };
    const journal = open({ files });
    const large = "x".repeat(100_000);
    await Promise.all(Array.from({ length: 50 }, (_, n) => journal.append(entry(n, large))));
    expect(writes).toBe(1);
    const reader = followJournal(dir, journal.health().durable, log);
    const sizes: number[] = [];
    let position = START;
    while (!reader.drained(position)) {
      const { entries, next } = reader.read(position, 1_000);
      sizes.push(entries.length);
      position = next;
    }
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(50);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(22);
    reader.close();
    await journal.close();
  });

  test("one entry larger than that is read whole", async () => {
    const journal = open();
    const huge = entry(1, "x".repeat(3_000_000));
    await journal.append(huge);
    expect(readAll(journal.health().durable)).toEqual([huge]);
    await journal.close();
  });
});

describe("whose position is it", () => {
  test("segment numbers follow the clock, so a position of another journal is not taken for one of this", async () => {
    const journal = open({ clock: { now: () => 1_700_000_000_000 } });
    await journal.append(entry(1));
    const { durable } = journal.health();
    expect(durable.segment).toBe(1_700_000_000);
    const reader = followJournal(dir, durable, log);
    expect(reader.belongs(durable)).toBe(true);
    expect(reader.belongs({ segment: 3, offset: 497 })).toBe(false);
    expect(reader.belongs({ segment: durable.segment + 1, offset: 0 })).toBe(false);
    reader.close();
    await journal.close();
  });

  test("gaps between segments are passed over", async () => {
    for (const now of [1_000_000, 5_000_000, 900_000_000]) {
      const journal = open({ clock: { now: () => now } });
      await journal.append(entry(now));
      await journal.close();
    }
    expect(listSegments(dir)).toEqual([1_000, 5_000, 900_000]);
    expect(readAll({ segment: 1_000_000, offset: 0 })).toHaveLength(3);
  });

  test("a last frame that is all there but wrong is damage, not a torn end: counted, its file kept", async () => {
    const journal = open();
    await journal.append(entry(1));
    await journal.close();
    const path = segmentPath(dir, 1);
    const bytes = readFileSync(path);
    bytes.writeUInt8(bytes.readUInt8(30) ^ 1, 30);
    writeFileSync(path, bytes);
    const reader = followJournal(dir, { segment: 2, offset: 0 }, log);
    expect(reader.read(START, 10).entries).toEqual([]);
    expect(reader.damagedFrames()).toBe(1);
    reader.release({ segment: 2, offset: 0 });
    expect(listSegments(dir)).toEqual([1]);
    reader.close();
  });
});
