import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createRuleReader, readRuleFiles } from "../../src/rules/rule-files.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "zhian-rules-"));
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(dir, { recursive: true, force: true });
});

test("what is no file, too large or not there is a fault of its own; the others are read", async () => {
  writeFileSync(join(dir, "b.yaml"), "b");
  writeFileSync(join(dir, "a.yml"), "a");
  writeFileSync(join(dir, ".a.yaml.swp"), "x");
  writeFileSync(join(dir, ".hidden.yaml"), "x");
  writeFileSync(join(dir, "large.yaml"), "#".repeat((1 << 20) + 1));
  mkdirSync(join(dir, "folder.yaml"));
  // Nobody will ever write into it.
  execFileSync("mkfifo", [join(dir, "pipe.yaml")]);
  const { files, faults } = await readRuleFiles(dir);
  expect(files).toEqual([
    { name: "a.yml", text: "a" },
    { name: "b.yaml", text: "b" },
  ]);
  expect(faults.map(({ file, reason }) => `${file}: ${reason}`)).toEqual([
    "folder.yaml: It is not a file.",
    "large.yaml: The file has 1048577 bytes; 1048576 are allowed.",
    "pipe.yaml: It is not a file.",
  ]);
});

test("a text in another encoding is a fault: it would be shown as rubbish to whoever is woken", async () => {
  // 强行开门 as Chinese Windows may save it.
  writeFileSync(join(dir, "gbk.yaml"), Buffer.from("c7bfd0d0bfaac3c5", "hex"));
  writeFileSync(join(dir, "utf8.yaml"), "强行开门");
  const { files, faults } = await readRuleFiles(dir);
  expect(files).toEqual([{ name: "utf8.yaml", text: "强行开门" }]);
  expect(faults.map(({ file, reason }) => `${file}: ${reason}`)).toEqual([
    "gbk.yaml: The file is not UTF-8 text; save it as UTF-8.",
  ]);
});

test("a disk that does not answer is a fault of the folder, and is not asked again before it has", async () => {
  vi.useFakeTimers();
  const hung = Promise.withResolvers<string>();
  const asked: string[] = [];
  const disk = {
    readdir: async () => ["a.yaml", "b.yaml"],
    stat: async () => ({ size: 1, isFile: () => true }),
    readFile: (path: string) => {
      asked.push(path);
      return path.endsWith("a.yaml") ? hung.promise : Promise.resolve("b");
    },
  };
  const read = createRuleReader("/rules", disk);
  const first = read();
  await vi.advanceTimersByTimeAsync(10_000);
  const silent = {
    files: [],
    faults: [
      {
        file: "/rules",
        line: 1,
        field: "",
        reason: "The folder cannot be read: no answer from the disk in 10 s.",
      },
    ],
  };
  expect(await first).toEqual(silent);
  expect(await read()).toEqual(silent);
  expect(asked).toEqual(["/rules/a.yaml"]);

  hung.resolve("a");
  await vi.advanceTimersByTimeAsync(0);
  expect((await read()).files).toEqual([
    { name: "a.yaml", text: "a" },
    { name: "b.yaml", text: "b" },
  ]);
});
