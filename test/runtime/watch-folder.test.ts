import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { watchFolder } from "../../src/runtime/watch-folder.ts";

const HOUR = { everyMs: 3_600_000 };

let dir: string;
let folder: string;
let stop: () => void;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "zhian-watch-"));
  folder = join(dir, "rules");
  mkdirSync(folder);
  stop = () => undefined;
});
afterEach(() => {
  stop();
  rmSync(dir, { recursive: true, force: true });
});

/** Counts what is told from now on. */
function watched(times?: { everyMs: number }): { readonly told: () => number } {
  const changed = vi.fn<() => void>();
  stop = watchFolder(folder, changed, times);
  return { told: () => changed.mock.calls.length };
}

const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);

test("a file that is made, changed, replaced or deleted is told, each burst once", async () => {
  const { told } = watched(HOUR);
  const doings = [
    () => write("a.yaml", "1"),
    () => {
      for (let turn = 0; turn < 20; turn++) write("a.yaml", `${turn}`);
    },
    () => {
      write(".a.yaml.tmp", "2");
      renameSync(join(folder, ".a.yaml.tmp"), join(folder, "a.yaml"));
    },
    () => rmSync(join(folder, "a.yaml")),
  ];
  for (const [index, doing] of doings.entries()) {
    doing();
    await vi.waitFor(() => expect(told()).toBe(index + 1), { timeout: 5_000 });
  }
  await sleep(500);
  expect(told()).toBe(doings.length);
});

test("after the stop nothing is told, not even what was about to be", async () => {
  const { told } = watched({ everyMs: 400 });
  write("a.yaml", "1");
  await sleep(50);
  stop();
  await sleep(800);
  expect(told()).toBe(0);
});

test("without a word from the system it is told from time to time", async () => {
  const { told } = watched({ everyMs: 50 });
  await vi.waitFor(() => expect(told()).toBeGreaterThan(2), { timeout: 5_000 });
});

test("a folder that is missing at first, or replaced by another, is watched once it is there", async () => {
  rmSync(folder, { recursive: true });
  const { told } = watched({ everyMs: 1_500 });
  for (const name of ["first", "second"]) {
    mkdirSync(join(dir, name));
    if (name === "second") renameSync(folder, join(dir, "old"));
    renameSync(join(dir, name), folder);
    // Until it was looked at once, nobody watches it.
    const before = told();
    await vi.waitFor(() => expect(told()).toBeGreaterThan(before), { timeout: 5_000, interval: 5 });
    const looked = told();
    write("a.yaml", name);
    // Sooner than the next look, which is 1.5 s later.
    await vi.waitFor(() => expect(told()).toBeGreaterThan(looked), { timeout: 1_400, interval: 5 });
  }
});
