import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createOfflineActions } from "../../src/cli/offline.ts";
import { lockData } from "../../src/runtime/data-lock.ts";
import { createActions, type } from "./terminal.ts";

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "zhian-offline-"));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

function setUp(verify = (): Promise<readonly string[]> => Promise.resolve([])) {
  const restored: string[][] = [];
  const offline = createOfflineActions({
    dataDirOf: () => dataDir,
    lock: lockData,
    restore: (folder, file) => {
      restored.push([folder, file]);
      return Promise.resolve();
    },
    verify,
  });
  return { actions: { ...createActions().actions, ...offline }, restored };
}

test("restore and verify refuse while a hub runs on the folder, and work after it", async () => {
  const { actions, restored } = setUp();
  const hub = lockData(dataDir);
  for (const line of [["restore", "b.db"], ["verify"]]) {
    expect(await type(actions, line)).toMatchObject({
      code: 1,
      err: expect.stringContaining("is in use by process"),
    });
  }
  expect(restored).toEqual([]);
  hub.release();
  expect(await type(actions, ["restore", "b.db"])).toMatchObject({ code: 0 });
  expect(await type(actions, ["verify"])).toMatchObject({ code: 0, out: "The data is sound." });
  expect(restored).toEqual([[dataDir, "b.db"]]);
});

test("no hub can start meanwhile, and the folder is free again when the work fails", async () => {
  const { actions } = setUp(() => {
    expect(() => lockData(dataDir)).toThrow(/in use/);
    return Promise.reject(new Error("disk"));
  });
  await expect(type(actions, ["verify"])).rejects.toThrow("disk");
  lockData(dataDir).release();
});
