import { constants, close, open, write, fsync } from "node:fs";
import { promisify } from "node:util";

const openFile = promisify(open);
const closeFile = promisify(close);
const syncFile = promisify(fsync);
const writeFile = promisify(write);

/** What the journal asks of a file system; a test puts a failing one in its place. */
export interface JournalFiles {
  /** Opens a new file for durable appending and makes its name durable in `dir`. */
  create(path: string, dir: string): Promise<number>;
  /** Resolves when all of `bytes` is on disk. */
  append(fd: number, bytes: Buffer): Promise<void>;
  close(fd: number): Promise<void>;
}

/** Real files: every write is synchronous to the disk (O_DSYNC), one call instead of write and fdatasync. */
export const diskFiles: JournalFiles = {
  async create(path, dir) {
    const { O_WRONLY, O_CREAT, O_EXCL, O_APPEND, O_DSYNC } = constants;
    const fd = await openFile(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_DSYNC, 0o600);
    const dirFd = await openFile(dir, constants.O_RDONLY);
    try {
      await syncFile(dirFd);
    } finally {
      await closeFile(dirFd);
    }
    return fd;
  },
  async append(fd, bytes) {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await writeFile(fd, bytes, done, bytes.length - done);
      done += bytesWritten;
    }
  },
  close: closeFile,
};
