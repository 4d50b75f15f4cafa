import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadOrCreateSecret, SECRETS, secretFile } from "../../src/config/secrets.ts";

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "zhian-secrets-"));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const rights = (file: string): number => statSync(file).mode & 0o777;

test("the first start makes a secret that only its owner can read, later starts keep it", () => {
  const first = loadOrCreateSecret(dataDir, SECRETS.pseudonymKey);
  expect(first).toMatchObject({ created: true, file: secretFile(dataDir, SECRETS.pseudonymKey) });
  expect(first.value).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(rights(first.file)).toBe(0o600);
  expect(rights(join(dataDir, "secrets"))).toBe(0o700);
  expect(readdirSync(join(dataDir, "secrets"))).toEqual([SECRETS.pseudonymKey]);
  expect(loadOrCreateSecret(dataDir, SECRETS.pseudonymKey)).toEqual({ ...first, created: false });
});

test("each name has a secret of its own", () => {
  const key = loadOrCreateSecret(dataDir, SECRETS.pseudonymKey).value;
  expect(loadOrCreateSecret(dataDir, SECRETS.adminToken).value).not.toBe(key);
});

test("wider rights are narrowed", () => {
  const { file, value } = loadOrCreateSecret(dataDir, SECRETS.adminToken);
  chmodSync(file, 0o644);
  expect(loadOrCreateSecret(dataDir, SECRETS.adminToken).value).toBe(value);
  expect(rights(file)).toBe(0o600);
});

test("a damaged secret is refused and left as it is, never replaced", () => {
  const { file } = loadOrCreateSecret(dataDir, SECRETS.pseudonymKey);
  writeFileSync(file, "abc\n");
  expect(() => loadOrCreateSecret(dataDir, SECRETS.pseudonymKey)).toThrow(/damaged/);
  expect(readFileSync(file, "utf8")).toBe("abc\n");
});

test("a folder that cannot be made is a clear error", () => {
  const file = join(dataDir, "file");
  writeFileSync(file, "");
  expect(() => loadOrCreateSecret(file, SECRETS.pseudonymKey)).toThrow(/is not usable/);
});

test("a process that loses the race takes the other's secret", () => {
  const theirs = "t".repeat(43);
  const value = loadOrCreateSecret(dataDir, SECRETS.adminToken, (bytes) => {
    // The other process finishes between our look and our link.
    if (bytes === 6) writeFileSync(secretFile(dataDir, SECRETS.adminToken), theirs, { mode: 0o600 });
    return Buffer.alloc(bytes, 1);
  });
  expect(value).toMatchObject({ value: theirs, created: false });
});
