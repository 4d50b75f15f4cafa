import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import { openStore } from "../../src/store/store.ts";
import { fakeLifeCycle, testClock } from "../contracts/store/samples.ts";

const folders: string[] = [];

/** A path for a database in a folder of its own, which is removed after the test. */
export function freshPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "zhian-store-"));
  folders.push(folder);
  return join(folder, "zhian.db");
}

/** Opens the embedded store with the clock and life cycle of the contract. */
export function open(path = freshPath()) {
  return openStore({ path, clock: testClock, lifeCycle: fakeLifeCycle });
}

/** Removes the folders of the test that ended; call once at the top of a file. */
export function removeFolders(): void {
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
}
