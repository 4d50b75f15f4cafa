import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { CALLS } from "../../src/cli/calls.ts";
import { type ConnectionParts, createConnect } from "../../src/cli/connection.ts";

let dataDir: string;
let server: Server;
let port: number;
let tokens: (string | undefined)[];

beforeAll(async () => {
  server = createServer(({ headers }, response) => {
    tokens.push(headers.authorization);
    response.end('{"items":[]}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => server.close());
beforeEach(() => {
  tokens = [];
  dataDir = mkdtempSync(join(tmpdir(), "zhian-connection-"));
  mkdirSync(join(dataDir, "secrets"));
  writeFileSync(join(dataDir, "secrets", "admin-token"), "of-the-folder\n");
  writeFileSync(join(dataDir, "t1"), "of-the-file\n");
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

/** The token that reaches the hub. */
async function tokenSent(
  options: { url?: string; tokenFile?: string },
  env: ConnectionParts["env"] = {},
): Promise<string | undefined> {
  const connect = createConnect({
    env,
    local: () => ({ dataDir, http: { host: "0.0.0.0", port } }),
    warn: () => undefined,
  });
  await connect(options).call(CALLS.listEstates);
  return tokens[0]?.replace("Bearer ", "");
}

test("the token: file by option, variable, file by variable, the hub's own", async () => {
  const file = join(dataDir, "t1");
  const both = { ZHIAN_TOKEN: "of-the-variable", ZHIAN_TOKEN_FILE: file };
  expect(await tokenSent({ tokenFile: file }, { ZHIAN_TOKEN: "x" })).toBe("of-the-file");
  tokens = [];
  expect(await tokenSent({}, both)).toBe("of-the-variable");
  tokens = [];
  expect(await tokenSent({}, { ZHIAN_TOKEN: "", ZHIAN_TOKEN_FILE: file })).toBe("of-the-file");
  tokens = [];
  expect(await tokenSent({})).toBe("of-the-folder");
});

test("the address: option, variable, this machine's configuration", () => {
  const connect = createConnect({
    env: { ZHIAN_URL: "http://127.0.0.1:2" },
    local: () => ({ dataDir, http: { host: "::", port: 3, tls: {} } }),
    warn: () => undefined,
  });
  expect(connect({ url: "http://127.0.0.1:1" }).url).toBe("http://127.0.0.1:1");
  expect(connect({}).url).toBe("http://127.0.0.1:2");
  const own = (host: string, tls?: unknown) =>
    createConnect({
      env: {},
      local: () => ({ dataDir, http: { host, port: 3, tls } }),
      warn: () => undefined,
    })({}).url;
  expect(own("::", {})).toBe("https://127.0.0.1:3");
  expect(own("::1")).toBe("http://[::1]:3");
});

test("the hub's own token never goes to another machine, others only with a warning when unencrypted", () => {
  const asked: string[] = [];
  const warnings: string[] = [];
  const parts: ConnectionParts = {
    env: {},
    local: (config) => {
      asked.push(config ?? "");
      return { dataDir, http: { host: "127.0.0.1", port } };
    },
    warn: (line) => void warnings.push(line),
  };
  createConnect(parts)({ url: "http://hub.example:8080" });
  expect([asked, warnings]).toEqual([[], []]);
  createConnect({ ...parts, env: { ZHIAN_TOKEN: "t" } })({ url: "http://hub.example:8080" });
  expect(warnings).toEqual([expect.stringContaining("unencrypted")]);
  createConnect({ ...parts, env: { ZHIAN_TOKEN: "t" } })({ url: "https://hub.example" });
  expect(warnings).toHaveLength(1);
});

test("a faulty configuration does not hinder a command that needs none of it", async () => {
  const connect = createConnect({
    env: { ZHIAN_TOKEN: "t" },
    local: () => {
      throw new Error("faulty");
    },
    warn: () => undefined,
  });
  await connect({ url: `http://127.0.0.1:${port}` }).call(CALLS.listEstates);
  expect(tokens).toEqual(["Bearer t"]);
});

test("files that hold no token, and addresses that are none", () => {
  const connect = createConnect({
    env: {},
    local: () => ({ dataDir, http: { host: "127.0.0.1", port } }),
    warn: () => undefined,
  });
  writeFileSync(join(dataDir, "soup"), "two words\nand a line");
  expect(() => connect({ tokenFile: join(dataDir, "none") })).toThrow(/cannot be read/);
  expect(() => connect({ tokenFile: join(dataDir, "soup") })).toThrow(/does not hold a token$/);
  expect(() => connect({ url: "hub" })).toThrow(/not the address/);
  expect(() => connect({ url: "ftp://hub" })).toThrow(/not the address/);
});
