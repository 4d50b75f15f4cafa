import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";

const LOG = new URL("../../src/runtime/log.ts", import.meta.url).href;

interface Written {
  readonly raw: string;
  readonly lines: readonly Readonly<Record<string, unknown>>[];
}

/** What a process of its own writes to standard error when it runs `body` with a `log`. */
function written(body: string, level = "info"): Written {
  const script = `import { createLog } from ${JSON.stringify(LOG)}; const log = createLog("${level}"); ${body}`;
  // Standard error goes into the pipe that is read.
  const raw = execFileSync(
    "/bin/sh",
    ["-c", 'exec "$0" --input-type=module -e "$1" 2>&1', process.execPath, script],
    { encoding: "utf8" },
  );
  const lines = raw
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { raw, lines };
}

const NAMES = ["password", "secret", "token", "authorization", "hash", "key"];

describe("the log", () => {
  test("removes secrets by name, at the top and nested; everything else stays", () => {
    const { raw, lines } = written(`
      for (const name of ${JSON.stringify(NAMES)}) {
        log.info({ name, [name]: "hunter2-top", user: "gw-1" }, "top");
        log.info({ name, config: { [name]: "hunter2-one", user: "gw-1" } }, "one down");
        log.info({ name, req: { headers: { [name]: "hunter2-two", host: "hub" } } }, "two down");
      }
    `);
    expect(lines).toHaveLength(3 * NAMES.length);
    expect(raw).not.toContain("hunter2");
    for (const name of NAMES) {
      const [top, one, two] = lines.filter((line) => line["name"] === name);
      expect(top).toMatchObject({ [name]: "[redacted]", user: "gw-1", msg: "top" });
      expect(one).toMatchObject({ config: { [name]: "[redacted]", user: "gw-1" } });
      expect(two).toMatchObject({ req: { headers: { [name]: "[redacted]", host: "hub" } } });
    }
  });

  test("children and their bindings are no way round", () => {
    const { raw, lines } = written(`
      log.child({ part: "broker", token: "hunter2-bound" }).warn({ client: { password: "hunter2" } }, "no");
    `);
    expect(lines).toMatchObject([
      { part: "broker", token: "[redacted]", client: { password: "[redacted]" } },
    ]);
    expect(raw).not.toContain("hunter2");
  });

  test("positive control: a field of another name is written, so the search would find a leak", () => {
    expect(written(`log.info({ passphrase: "hunter2" }, "leaks")`).raw).toContain("hunter2");
  });

  test("goes to standard error, one JSON object a line, from its level upwards", () => {
    const { lines } = written(
      `log.debug("quiet"); log.info("said"); log.error({ err: new Error("broken") }, "worse");`,
    );
    expect(lines).toMatchObject([
      { level: 30, msg: "said", time: expect.any(Number) },
      { level: 50, msg: "worse", err: { message: "broken", stack: expect.any(String) } },
    ]);
    expect(lines[0]).not.toHaveProperty("hostname");
    const script = `import { createLog } from ${JSON.stringify(LOG)}; createLog("info").info("x");`;
    const stdout = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    expect(stdout).toBe("");
  });
});
