import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { influxParts } from "../../src/app/influx-parts.ts";
import { influxToken } from "../../src/config/influx.ts";
import { loadConfig } from "../../src/config/load.ts";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "zhian-influx-config-"));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const load = (env: Record<string, string>) => loadConfig({ env, directory }).influx;

test("is off unless an address is given", () => {
  const off = load({});
  expect(off).toMatchObject({ org: "zhian", bucket: "zhian", version: 2, maxOutboxBytes: 2 ** 31 });
  expect(influxParts(off, { INFLUX_TOKEN: "t" })).toEqual({});
  const on = load({ ZHIAN_INFLUX_URL: "http://127.0.0.1:8086/", ZHIAN_INFLUX_VERSION: "1" });
  expect(influxParts(on, { INFLUX_TOKEN: "t" })).toMatchObject({
    influx: { server: { url: "http://127.0.0.1:8086", version: 1, token: "t" } },
  });
});

test.each([
  [{ ZHIAN_INFLUX_URL: "ftp://x" }, "influx.url"],
  [{ ZHIAN_INFLUX_URL: "http://user:pass@x" }, "influx.url"],
  [{ ZHIAN_INFLUX_VERSION: "4" }, "influx.version"],
  [{ ZHIAN_INFLUX_MAX_OUTBOX_BYTES: "1" }, "influx.maxOutboxBytes"],
])("%j is refused by name", (env, field) => {
  expect(() => load(env)).toThrow(field);
  expect(() => load(env)).not.toThrow("user:pass");
});

test("the token comes from its file, or else from INFLUX_TOKEN", () => {
  writeFileSync(join(directory, "token"), " abc \n");
  writeFileSync(join(directory, "empty"), "\n");
  const named = load({ ZHIAN_INFLUX_TOKEN_FILE: "token" });
  expect(named.tokenFile).toBe(join(directory, "token"));
  expect(influxToken(named, { INFLUX_TOKEN: "other" })).toBe("abc");
  expect(influxToken(load({}), { INFLUX_TOKEN: " other " })).toBe("other");
  expect(influxToken(load({}), {})).toBeUndefined();
  expect(() => influxToken(load({ ZHIAN_INFLUX_TOKEN_FILE: "empty" }), {})).toThrow("is empty");
  expect(() => influxToken(load({ ZHIAN_INFLUX_TOKEN_FILE: "none" }), {})).toThrow("cannot be read: ENOENT");
});
