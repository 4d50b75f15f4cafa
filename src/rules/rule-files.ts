import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { RuleFault } from "./rule.ts";

const LARGEST_FILE = 1 << 20;
const DEADLINE_MS = 10_000;

/** The files of a folder of rules as text, and why others could not be read. */
export interface RuleFiles {
  readonly files: readonly { readonly name: string; readonly text: string }[];
  readonly faults: readonly RuleFault[];
}

/** What is asked of a disk; another one only to test it. */
interface Disk {
  readonly readdir: (path: string) => Promise<string[]>;
  readonly stat: (path: string) => Promise<{ readonly size: number; isFile(): boolean }>;
  readonly readFile: (path: string, encoding: "utf8") => Promise<string>;
}

/** Reads the text of every `.yaml` and `.yml` file of a folder, in order of name. Never throws. */
export function readRuleFiles(dir: string): Promise<RuleFiles> {
  return createRuleReader(dir)();
}

/**
 * Reads a folder as `readRuleFiles` does, again and again. A disk that does not answer in 10 s is not
 * asked anything more until it has: each question occupies one of the few threads that also serve the
 * journal.
 */
export function createRuleReader(
  dir: string,
  disk: Disk = { readdir, stat, readFile },
): () => Promise<RuleFiles> {
  let unanswered = 0;

  async function answered<T>(question: () => Promise<T>): Promise<T> {
    if (unanswered > 0) throw new SilentDisk();
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new SilentDisk()), DEADLINE_MS);
    unanswered++;
    const answer = question().finally(() => unanswered--);
    return Promise.race([answer, promise]).finally(() => clearTimeout(timer));
  }

  async function textOf(file: string): Promise<{ readonly text: string } | { readonly reason: string }> {
    try {
      const path = join(dir, file);
      const about = await answered(() => disk.stat(path));
      // A pipe would wait for its writer for ever.
      if (!about.isFile()) return { reason: "It is not a file." };
      if (about.size > LARGEST_FILE)
        return { reason: `The file has ${about.size} bytes; ${LARGEST_FILE} are allowed.` };
      const text = await answered(() => disk.readFile(path, "utf8"));
      // What stands for bytes that are none of UTF-8; in GBK the texts for officers would be rubbish.
      if (text.includes("\uFFFD")) return { reason: "The file is not UTF-8 text; save it as UTF-8." };
      return { text };
    } catch (error) {
      if (error instanceof SilentDisk) throw error;
      return { reason: `The file cannot be read: ${messageOf(error)}.` };
    }
  }

  return async () => {
    const files: { name: string; text: string }[] = [];
    const faults: RuleFault[] = [];
    try {
      const names = await answered(() => disk.readdir(dir));
      for (const file of names.filter((name) => /^[^.].*\.ya?ml$/.test(name)).toSorted()) {
        const found = await textOf(file);
        if ("text" in found) files.push({ name: file, text: found.text });
        else faults.push({ file, line: 1, field: "", reason: found.reason });
      }
      return { files, faults };
    } catch (error) {
      const reason = `The folder cannot be read: ${messageOf(error)}.`;
      return { files: [], faults: [{ file: dir, line: 1, field: "", reason }] };
    }
  };
}

class SilentDisk extends Error {
  constructor() {
    super(`no answer from the disk in ${DEADLINE_MS / 1_000} s`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
