import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { configWarnings } from "../../src/config/listeners.ts";
import { type ConfigSources, loadConfig } from "../../src/config/load.ts";
import { ZhianError } from "../../src/errors.ts";
import { makeCertificate } from "./certificate.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "zhian-config-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const write = (name: string, text: string): string => {
  const file = join(directory, name);
  writeFileSync(file, text);
  return file;
};
const load = (env: ConfigSources["env"] = {}, file?: string) =>
  loadConfig({ env, directory, ...(file === undefined ? {} : { file }) });

/** Faults as `field` → `reason`. */
function faultsOf(work: () => unknown): Record<string, string> {
  let thrown: unknown;
  try {
    work();
  } catch (error) {
    thrown = error;
  }
  if (!(thrown instanceof ZhianError)) throw new Error("no refusal", { cause: thrown });
  expect(thrown.code).toBe("VALIDATION");
  for (const fault of thrown.faults) expect(thrown.message).toContain(`${fault.field}: ${fault.reason}`);
  return Object.fromEntries(thrown.faults.map((fault) => [fault.field, fault.reason]));
}

describe("sources", () => {
  test("without any source every field has its default and nothing listens beyond loopback", () => {
    const config = load();
    expect(config.http).toMatchObject({ host: "127.0.0.1", port: 8080 });
    expect(config.mqtt.tcp).toEqual({ host: "127.0.0.1", port: 1883 });
    expect(config.dataDir).toBe(join(directory, "data"));
    expect(configWarnings(config)).toEqual([]);
  });

  test("each source overrides the one before: default, file, .env, environment", () => {
    write(
      "zhian.yaml",
      "http: { port: 1, rateLimit: 10, bodyLimit: 2048 }\nretention: { rawEventDays: 7 }\n",
    );
    write(".env", "ZHIAN_HTTP_PORT=2\nZHIAN_HTTP_RATE_LIMIT=20\n");
    const config = load({ ZHIAN_HTTP_PORT: "3" });
    expect(config.http).toMatchObject({ port: 3, rateLimit: 20, bodyLimit: 2048 });
    expect(config.retention.rawEventDays).toBe(7);
    expect(config.ingest.lateAfter).toBe(600);
  });

  test("an empty variable counts as not set and does not hide .env", () => {
    write(".env", "ZHIAN_HTTP_PORT=2\n");
    expect(load({ ZHIAN_HTTP_PORT: "" }).http.port).toBe(2);
  });

  test("the file is named by the argument, else by ZHIAN_CONFIG, else zhian.yaml", () => {
    write("zhian.yaml", "zone: UTC\n");
    write("b.yaml", "zone: Asia/Urumqi\n");
    write("c.yaml", "zone: Asia/Tokyo\n");
    expect(load().zone).toBe("UTC");
    expect(load({ ZHIAN_CONFIG: "b.yaml" }).zone).toBe("Asia/Urumqi");
    expect(load({ ZHIAN_CONFIG: "b.yaml" }, "c.yaml").zone).toBe("Asia/Tokyo");
    expect(faultsOf(() => load({}, "missing.yaml"))).toEqual({
      [join(directory, "missing.yaml")]: expect.stringContaining("cannot be read"),
    });
  });

  test("variables reach lists, switches and optional sections", () => {
    const config = load({
      ZHIAN_HTTP_TRUST_PROXY: "10.0.0.0/8, 192.168.1.1",
      ZHIAN_MQTT_TCP_ENABLED: "false",
      ZHIAN_MQTT_WS_PORT: "8083",
      ZHIAN_DATA_DIR: "elsewhere",
    });
    expect(config.http.trustProxy).toEqual(["10.0.0.0/8", "192.168.1.1"]);
    expect(config.mqtt.tcp).toBeUndefined();
    expect(config.mqtt.ws).toEqual({ host: "127.0.0.1", port: 8083 });
    expect(config.dataDir).toBe(join(directory, "elsewhere"));
  });

  test("a name without a value counts as not written", () => {
    write("zhian.yaml", "http:\nmqtt:\n  ws:\n");
    expect(load().http.port).toBe(8080);
  });

  test("what comes out cannot be changed at any depth", () => {
    const config = load();
    expect(() => Object.assign(config.http, { port: 1 })).toThrow(TypeError);
    expect(() => config.http.trustProxy.push("x")).toThrow(TypeError);
    expect(config.http.port).toBe(8080);
  });
});

describe("faults", () => {
  test("all are reported at once, each with path, value and where it was set", () => {
    const file = write(
      "zhian.yaml",
      "zone: Asia/Shangai\nhttp:\n  port: 70000\n  prot: 80\nhttq: {}\nlog:\n  level: loud\nmqtt:\n  tls: {}\n",
    );
    const faults = faultsOf(() =>
      load(
        {
          ZHIAN_RETENTION_SCHEDULE: "every night",
          ZHIAN_INGEST_LATE_AFTER: "soon",
          ZHIAN_HTPP_HOST: "x",
          ZHIAN_MQTT_TCP_ENABLED: "perhaps",
          ZHIAN_HTTP_TRUST_PROXY: "10.0.0.0/8,proxy",
        },
        file,
      ),
    );
    expect(faults).toEqual({
      zone: expect.stringMatching(/IANA zone.*"Asia\/Shangai".*line 1/),
      "http.port": expect.stringMatching(/at most 65535.*70000.*line 3/),
      "http.prot": expect.stringMatching(/not a known name; did you mean port\?.*line 4/),
      httq: expect.stringContaining("did you mean http?"),
      "log.level": expect.stringMatching(/one of fatal, error.*"loud".*line 7/),
      "mqtt.tls.cert": expect.stringMatching(/is missing.*line 9/),
      "mqtt.tls.key": expect.stringMatching(/is missing.*line 9/),
      "retention.schedule": expect.stringMatching(/cron.*"every night".*set by ZHIAN_RETENTION_SCHEDULE/),
      "ingest.lateAfter": expect.stringMatching(/whole number.*"soon".*set by ZHIAN_INGEST_LATE_AFTER/),
      ZHIAN_HTPP_HOST: expect.stringContaining("did you mean ZHIAN_HTTP_HOST?"),
      "mqtt.tcp.enabled": expect.stringMatching(/true or false.*"perhaps"/),
      "http.trustProxy.1": expect.stringMatching(/IP address.*"proxy".*set by ZHIAN_HTTP_TRUST_PROXY/),
    });
  });

  test("an unknown name with nothing near it lists the names there are", () => {
    write("zhian.yaml", "log: { colour: red }\n");
    expect(faultsOf(load)).toEqual({ "log.colour": expect.stringContaining("known are level") });
  });

  test("a value where a section belongs", () => {
    write("zhian.yaml", "http: 8080\n");
    expect(faultsOf(load)).toEqual({ http: expect.stringContaining("must be a section") });
    expect(faultsOf(() => load({ ZHIAN_HTTP_PORT: "1" }))).toHaveProperty("http");
  });

  test("a file that is not YAML, not a mapping, or says a thing twice", () => {
    write("zhian.yaml", "http: [1,\n");
    expect(Object.keys(faultsOf(load))[0]).toMatch(/zhian\.yaml line \d/);
    write("zhian.yaml", "- a\n");
    expect(Object.values(faultsOf(load))[0]).toContain("mapping");
    write("zhian.yaml", "zone: UTC\nzone: Asia/Tokyo\n");
    expect(Object.keys(faultsOf(load))[0]).toContain("line 2");
  });

  test("an offset is not a zone", () => {
    expect(faultsOf(() => load({ ZHIAN_ZONE: "+08:00" }))).toHaveProperty("zone");
  });

  test("two listeners cannot have the same port, except port 0", () => {
    expect(faultsOf(() => load({ ZHIAN_MQTT_TCP_PORT: "8080" }))).toEqual({
      "mqtt.tcp.port": expect.stringMatching(/already the port of http.*8080/),
    });
    expect(
      faultsOf(() => load({ ZHIAN_MQTT_TCP_PORT: "8080", ZHIAN_MQTT_TCP_HOST: "0.0.0.0" })),
    ).toHaveProperty("mqtt.tcp.port");
    expect(load({ ZHIAN_MQTT_TCP_PORT: "0", ZHIAN_HTTP_PORT: "0" }).http.port).toBe(0);
  });

  test("variables that Kubernetes makes for a service called zhian are not ours", () => {
    const env = {
      ZHIAN_PORT: "tcp://10.0.0.1:80",
      ZHIAN_SERVICE_HOST: "10.0.0.1",
      ZHIAN_PORT_80_TCP: "tcp://10.0.0.1:80",
    };
    expect(load(env).http.port).toBe(8080);
  });

  test("a secret is never shown", () => {
    const secret = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqh\n";
    write(
      "zhian.yaml",
      `http:\n  tls:\n    cert: 5\n    key: ${JSON.stringify(secret)}\n  password: hunter2\n`,
    );
    const text = JSON.stringify(faultsOf(load));
    expect(text).toContain("http.tls.key");
    expect(text).toContain("http.password");
    expect(text).not.toContain("MIIEvQ");
    expect(text).not.toContain("hunter2");
    expect(faultsOf(() => load({ ZHIAN_TOKN: "hunter3" }))["ZHIAN_TOKN"]).not.toContain("hunter3");
  });
});

describe("certificates", () => {
  test("a listener with its certificate and key is taken, paths become absolute", () => {
    const { cert, key } = makeCertificate();
    write("hub.crt", cert);
    write("hub.key", key);
    write("zhian.yaml", "http: { tls: { cert: hub.crt, key: hub.key } }\n");
    expect(load().http.tls).toEqual({ cert: join(directory, "hub.crt"), key: join(directory, "hub.key") });
  });

  test("files that are missing, not PEM, or of another key are faults, also beside other faults", () => {
    write("hub.crt", makeCertificate().cert);
    write("other.key", makeCertificate().key);
    write("soup.pem", "hello");
    write(
      "zhian.yaml",
      [
        "zone: nowhere",
        "http: { tls: { cert: hub.crt, key: other.key } }",
        "mqtt:",
        "  tls: { cert: none.crt, key: soup.pem, ca: soup.pem }",
      ].join("\n"),
    );
    expect(faultsOf(load)).toEqual({
      zone: expect.any(String),
      "http.tls.key": "is not the key of the certificate in http.tls.cert",
      "mqtt.tls.cert": expect.stringMatching(/cannot be read \(ENOENT\).*none\.crt/),
      "mqtt.tls.key": expect.stringContaining("does not hold an unencrypted private key"),
      "mqtt.tls.ca": expect.stringContaining("does not hold a certificate"),
    });
  });
});

test("plain listeners beyond loopback are taken, with advice for each", () => {
  const { cert, key } = makeCertificate();
  write("hub.crt", cert);
  write("hub.key", key);
  const open = {
    ZHIAN_HTTP_HOST: "0.0.0.0",
    ZHIAN_MQTT_TCP_HOST: "192.168.1.10",
    ZHIAN_MQTT_TLS_HOST: "0.0.0.0",
    ZHIAN_MQTT_TLS_CERT: "hub.crt",
    ZHIAN_MQTT_TLS_KEY: "hub.key",
  };
  const warnings = configWarnings(load(open));
  expect(warnings).toHaveLength(2);
  expect(warnings[0]).toMatch(/^http listens beyond this machine \(0\.0\.0\.0.*Configure http\.tls/);
  expect(warnings[1]).toMatch(/^mqtt\.tcp listens beyond this machine.*Configure mqtt\.tls/);
  const behindTls = { ...open, ZHIAN_HTTP_TLS_CERT: "hub.crt", ZHIAN_HTTP_TLS_KEY: "hub.key" };
  expect(configWarnings(load(behindTls))).toHaveLength(1);
});
