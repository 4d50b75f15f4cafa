import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, test } from "vitest";
import type { TestedStore } from "../contracts/store/samples.ts";
import { temporaryStores } from "./temporary.ts";

const temporary = temporaryStores();
const CHILD = new URL("./children/commit-loop.ts", import.meta.url).pathname;
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** Starts a child that commits in a loop, and calls `onLine` with each thing it says. */
function commitInLoop(path: string, first: number, onLine: (line: string) => void, limitKib?: number) {
  const node = [process.execPath, CHILD, path, String(first)] as const;
  const child =
    limitKib === undefined
      ? spawn(node[0], node.slice(1), { stdio: ["ignore", "pipe", "inherit"] })
      : spawn("bash", ["-c", `ulimit -S -f ${limitKib}; exec "$@"`, "bash", ...node], {
          stdio: ["ignore", "pipe", "inherit"],
        });
  children.push(child);
  createInterface({ input: child.stdout }).on("line", onLine);
  return child;
}

/** Fails unless exactly the transactions up to some number are there, each whole; returns the number. */
async function lastWhole(store: TestedStore): Promise<number> {
  const { offset: last } = await store.cursor();
  const numbers = Array.from({ length: last + 1 }, (_, number) => number);
  expect((await store.figures()).events).toBe(numbers.length * 20);
  expect((await store.figures()).openIncidents).toBe(numbers.length);
  for (const number of numbers) {
    expect((await store.event(`${number}-19`)).deviceId).toBe(`d${number}`);
    expect((await store.incident(`i${number}`)).history).toHaveLength(1);
  }
  return last;
}

describe("a process killed while it commits", () => {
  test("leaves everything it said was committed, and nothing by halves", async () => {
    const path = temporary.path();
    let said = -1;
    for (let round = 0; round < 4; round++) {
      const enough = said + 15 + round * 7;
      const child = commitInLoop(path, said + 1, (line) => {
        said = Number(line);
        if (said >= enough) child.kill("SIGKILL");
      });
      await once(child, "close");
      expect(said).toBeGreaterThanOrEqual(enough);

      const store = temporary.open(path);
      const last = await lastWhole(store);
      expect(last).toBeGreaterThanOrEqual(said);
      store.close();
      said = last;
    }
  });
});

/** Changes the limits of a running process; part of util-linux. */
const PRLIMIT = "prlimit";
const hasPrlimit = (() => {
  try {
    execFileSync(PRLIMIT, ["--version"]);
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!hasPrlimit)("a process whose files may not grow", () => {
  test("commits nothing by halves, and goes on by itself when they may", async () => {
    const path = temporary.path();
    const committed: number[] = [];
    let failures = 0;
    const child = commitInLoop(
      path,
      0,
      (line) => {
        if (line.startsWith("failed")) {
          // Twice, so that a second try has met the same fault.
          if (++failures === 2) execFileSync(PRLIMIT, ["--pid", String(child.pid), "--fsize=unlimited"]);
          return;
        }
        committed.push(Number(line));
        if (failures >= 2 && committed.length > 150) child.kill("SIGKILL");
      },
      400,
    );
    await once(child, "close");
    expect(failures).toBeGreaterThanOrEqual(2);
    expect(committed).toEqual(committed.map((_, index) => index));
    const store = temporary.open(path);
    expect(await lastWhole(store)).toBeGreaterThanOrEqual(committed.at(-1) ?? 0);
  });
});
