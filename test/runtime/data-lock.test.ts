import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ZhianError } from "../../src/errors.ts";
import { lockData } from "../../src/runtime/data-lock.ts";

const MODULE = new URL("../../src/runtime/data-lock.ts", import.meta.url).href;

let dir: string;
let path: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "zhian-lock-"));
  path = join(dir, "hub.lock");
});
afterEach(async () => {
  for (const child of children.splice(0)) await kill(child);
  rmSync(dir, { recursive: true, force: true });
});

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

/** A process that takes the folder and stays, or says why it could not. */
async function another(): Promise<{ child: ChildProcess; said: string }> {
  const script = `
    import { lockData } from ${JSON.stringify(MODULE)};
    try { lockData(process.argv[1]); console.log("locked"); setInterval(() => undefined, 1000); }
    catch (error) { console.log(error.code + ": " + error.message); }
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, dir], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  return { child, said: said.toString().trim() };
}

function refusalOf(run: () => unknown): ZhianError {
  try {
    run();
  } catch (error) {
    if (error instanceof ZhianError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

test("a second process is refused, told who has the folder, and leaves the lock alone", async () => {
  const lock = lockData(dir);
  const held = readFileSync(path, "utf8");
  const { said } = await another();
  expect(said).toBe(`CONFLICT: ${dir} is in use by process ${process.pid}; stop that hub first`);
  expect(readFileSync(path, "utf8")).toBe(held);
  lock.release();
  expect(existsSync(path)).toBe(false);
  expect((await another()).said).toBe("locked");
});

test("the same process is refused a second time too", () => {
  const lock = lockData(dir);
  expect(refusalOf(() => lockData(dir)).code).toBe("CONFLICT");
  lock.release();
  lockData(dir).release();
});

test("while its process lives a lock holds; once it was killed the next one takes it over", async () => {
  const { child, said } = await another();
  expect(said).toBe("locked");
  const refused = refusalOf(() => lockData(dir));
  expect(refused.message).toContain(`process ${child.pid};`);
  await kill(child);
  expect(readFileSync(path, "utf8")).toContain(String(child.pid));
  const lock = lockData(dir);
  expect(readFileSync(path, "utf8").split(" ")[0]).toBe(String(process.pid));
  lock.release();
});

test.runIf(existsSync("/proc/self/stat"))(
  "a process that got the number of the dead one does not hold its lock",
  () => {
    writeFileSync(path, `${process.pid} 1`);
    lockData(dir).release();
    expect(existsSync(path)).toBe(false);
  },
);

test("a folder that does not exist yet is made, for its owner only", () => {
  const deep = join(dir, "data", "hub");
  lockData(deep).release();
  expect(existsSync(deep)).toBe(true);
});
