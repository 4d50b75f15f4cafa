import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { recordCases } from "../../simulators/recorded-cases.ts";
import { registryYaml } from "../../simulators/registry.ts";
import { createWorld } from "../../simulators/world.ts";

const EXPORT = new URL("../../simulators/export.ts", import.meta.url).pathname;
const run = promisify(execFile);
const printed = async (...args: string[]): Promise<string> =>
  (await run(process.execPath, [EXPORT, ...args], { maxBuffer: 1 << 24 })).stdout;

const WHERE = ["--seed", "9", "--today", "2026-03-31"];
const world = createWorld({ seed: 9, today: "2026-03-31" });

test("prints the files of the world for that seed and day", async () => {
  expect(await printed("cases", ...WHERE)).toBe(recordCases(world).csv);
  expect(await printed("registry", ...WHERE)).toBe(registryYaml(world));
});

test.each([
  [[], /say registry or cases/],
  [["incidents"], /say registry or cases/],
  [["cases", "--seed", "one"], /--seed/],
  [["cases", "--today", "2026-02-30"], /--today/],
])("%j is refused with a reason", async (args, reason) => {
  await expect(printed(...args)).rejects.toThrow(reason);
});
