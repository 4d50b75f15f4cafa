import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { configWarnings } from "../../src/config/listeners.ts";
import { loadConfig } from "../../src/config/load.ts";
import { readPassword } from "../../src/config/pull.ts";
import { configSchema } from "../../src/config/schema.ts";
import { ZhianError } from "../../src/errors.ts";
import { makeCertificate } from "../config/certificate.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "zhian-pull-"));
  writeFileSync(join(directory, "nvr.password"), "geheim:wörd\n");
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const SOURCE = {
  id: "nvr-1",
  kind: "hikvision",
  gateway: "gw-1",
  estate: "e1",
  device: "东门-nvr",
  url: "https://192.0.2.10:8443",
  user: "zhian",
  passwordFile: "nvr.password",
};

function load(...sources: readonly object[]) {
  writeFileSync(join(directory, "zhian.yaml"), stringify({ pull: sources }));
  return loadConfig({ env: {}, directory });
}

/** Faults as `field` → `reason`; what should be secret stands in none of them. */
function faultsOf(...sources: readonly object[]): Record<string, string> {
  const refusal = refusalOf(sources);
  expect(refusal?.message ?? "").not.toMatch(/hunter2|geheim/);
  return Object.fromEntries((refusal?.faults ?? []).map(({ field, reason }) => [field, reason]));
}

function refusalOf(sources: readonly object[]): ZhianError | undefined {
  try {
    load(...sources);
    return undefined;
  } catch (error) {
    if (error instanceof ZhianError) return error;
    throw error;
  }
}

describe("what is taken", () => {
  test("sources of each kind; files' names become absolute, the password stays in its file", () => {
    const { cert } = makeCertificate();
    writeFileSync(join(directory, "ca.crt"), cert);
    const config = load(
      { ...SOURCE, tls: { caFile: "ca.crt" }, silence: 60 },
      { ...SOURCE, id: "door", kind: "dahua", url: "http://192.0.2.11/cgi-bin/x?codes=[All]" },
      { ...SOURCE, id: "hall", kind: "onvif", url: "http://[2001:db8::1]:8080" },
    );
    expect(config.pull[0]).toEqual({
      ...SOURCE,
      passwordFile: join(directory, "nvr.password"),
      tls: { caFile: join(directory, "ca.crt") },
      silence: 60,
    });
    expect(config.pull.map(({ kind }) => kind)).toEqual(["hikvision", "dahua", "onvif"]);
    expect(JSON.stringify(config)).not.toContain("geheim");
    expect(readPassword(join(directory, "nvr.password"))).toBe("geheim:wörd");
    expect(configWarnings(config)).toEqual([]);
  });

  test("nothing is pulled unless configured", () => {
    expect(loadConfig({ env: {}, directory }).pull).toEqual([]);
  });

  test("believing anybody is taken, with advice", () => {
    const warnings = configWarnings(load({ ...SOURCE, tls: { allowSelfSigned: true } }));
    expect(warnings).toEqual([expect.stringMatching(/^pull source nvr-1 believes any certificate/)]);
    expect(configWarnings(load({ ...SOURCE, tls: { allowSelfSigned: false } }))).toEqual([]);
  });

  test("the example shows one of each kind, and is taken", () => {
    const text = readFileSync(new URL("../../zhian.example.yaml", import.meta.url), "utf8");
    const { pull } = configSchema.parse(parse(text.replaceAll(/^(\s*)# /gm, "$1")));
    expect(pull.map(({ kind }) => kind).toSorted()).toEqual(["dahua", "hikvision", "onvif"]);
    expect(parse(text)).not.toHaveProperty("pull");
  });
});

describe("what is refused", () => {
  test.each<[string, object, Record<string, RegExp>]>([
    [
      "a password in the file",
      { password: "hunter2" },
      { "pull.0.password": /not a known name.*passwordFile/ },
    ],
    [
      "a password in the address",
      { url: "http://zhian:hunter2@192.0.2.10" },
      { "pull.0.url": /without user, password.*not shown/ },
    ],
    [
      "a password in an address that is none",
      { url: "zhian:hunter2@192.0.2.10" },
      { "pull.0.url": /http or https.*not shown/ },
    ],
    [
      "a password for a file's name",
      { passwordFile: "hunter2" },
      { "pull.0.passwordFile": /cannot be read \(ENOENT\)/ },
    ],
    [
      "a password for a file, as a number",
      { passwordFile: 12_345 },
      { "pull.0.passwordFile": /text \(the value is not/ },
    ],
    ["another protocol", { url: "ftp://192.0.2.10" }, { "pull.0.url": /http or https address.*ftp/ }],
    ["a name in the address only", { url: "192.0.2.10" }, { "pull.0.url": /http or https/ }],
    ["an unknown kind", { kind: "axis" }, { "pull.0.kind": /one of hikvision, dahua, onvif/ }],
    ["a device with a slash", { device: "a/b" }, { "pull.0.device": /short name/ }],
    ["a user with a line in it", { user: "a\r\nb" }, { "pull.0.user": /user's name/ }],
    [
      "tls without https",
      { url: "http://192.0.2.10", tls: { allowSelfSigned: true } },
      { "pull.0": /not https/ },
    ],
    [
      "two ways to trust",
      { tls: { allowSelfSigned: true, fingerprint: "00".repeat(32) } },
      { "pull.0.tls": /takes one of/ },
    ],
    ["half a fingerprint", { tls: { fingerprint: "00:11" } }, { "pull.0.tls.fingerprint": /32 pairs/ }],
    [
      "no certificate",
      { tls: { caFile: "nvr.password" } },
      { "pull.0.tls.caFile": /does not hold a certificate/ },
    ],
    ["a watchdog for what is not watched", { kind: "onvif", silence: 30 }, { "pull.0": /ONVIF/ }],
    ["a misspelt name", { passwordfile: "x" }, { "pull.0.passwordfile": /did you mean passwordFile/ }],
  ])("%s", (_what, change, wanted) => {
    const faults = faultsOf({ ...SOURCE, ...change });
    expect(Object.keys(faults)).toEqual(Object.keys(wanted));
    for (const [field, reason] of Object.entries(wanted)) expect(faults[field]).toMatch(reason);
  });

  test("the same id twice, the same device twice", () => {
    expect(faultsOf(SOURCE, { ...SOURCE, device: "other" })).toEqual({
      "pull.1": expect.stringContaining("repeats the id nvr-1"),
    });
    expect(faultsOf(SOURCE, { ...SOURCE, id: "nvr-2" })).toEqual({
      "pull.1": expect.stringContaining("repeats the device gw-1:hikvision:东门-nvr"),
    });
    expect(faultsOf(SOURCE, { ...SOURCE, id: "nvr-2", kind: "onvif" })).toEqual({});
  });

  test.each([
    ["empty", "\n"],
    ["with more than a password", "geheim\nuser: zhian\n"],
    ["too long", "x".repeat(300)],
  ])("a password file that is %s", (_what, content) => {
    writeFileSync(join(directory, "nvr.password"), content);
    expect(faultsOf(SOURCE)).toEqual({ "pull.0.passwordFile": expect.stringMatching(/^the file holds /) });
  });
});
