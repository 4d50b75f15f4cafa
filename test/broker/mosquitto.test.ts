import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import mqtt from "mqtt";
import { describe, expect, onTestFinished, test } from "vitest";
import { EVENT_TOPIC, makeCertificates, startHub, until, type Hub } from "./harness.ts";

const run = promisify(execFile);
const PATH = `${process.env["PATH"] ?? ""}:/usr/sbin:/usr/local/sbin`;
const env = { ...process.env, PATH };

const installed = ["mosquitto", "mosquitto_pub"].every(
  (program) => spawnSync(program, ["--help"], { env }).error === undefined,
);
if (!installed)
  console.log("skipped: mosquitto and mosquitto_pub are not installed (apt: mosquitto mosquitto-clients)");

test.runIf(process.env["CI"])("mosquitto is installed where a skip is a failure", () => {
  expect(installed).toBe(true);
});

function publish(port: number | undefined, ...args: string[]) {
  const who = ["-h", "localhost", "-p", `${port}`, "-i", "gw-1", "-u", "gw-1"];
  return run("mosquitto_pub", [...who, "-q", "1", "-t", EVENT_TOPIC, ...args], { env, timeout: 10_000 });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Starts a Mosquitto with the snippet of this repository, filled in for `hub`; resolves with its own port. */
async function startBridge(hub: Hub, ca: string): Promise<{ port: number; stop: () => Promise<void> }> {
  const dir = mkdtempSync(join(tmpdir(), "zhian-mosquitto-"));
  const port = await freePort();
  const snippet = readFileSync(new URL("../../devices/mosquitto-bridge.conf", import.meta.url), "utf8")
    .replaceAll("hub.example.org:8883", `localhost:${hub.ports.tls}`)
    .replaceAll("/etc/ssl/certs/ca-certificates.crt", ca)
    .replaceAll("/var/lib/mosquitto/", `${dir}/`)
    .replaceAll("old-town", "e1")
    .replaceAll("CHANGE-ME", "secret-1")
    .replaceAll("restart_timeout 5 60", "restart_timeout 1");
  const file = join(dir, "mosquitto.conf");
  const user = process.getuid?.() === 0 ? "user root\n" : "";
  writeFileSync(file, `${user}listener ${port} 127.0.0.1\nallow_anonymous true\n${snippet}`);
  const child = spawn("mosquitto", ["-c", file], { env, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (text) => (said += text));
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGTERM");
    await once(child, "exit");
  };
  onTestFinished(async () => {
    await stop();
    rmSync(dir, { recursive: true, force: true });
  });
  await until(() => hub.presence.length > 0 || child.exitCode !== null, "the bridge connects");
  if (child.exitCode !== null) throw new Error(said);
  return { port, stop };
}

describe.skipIf(!installed)("mosquitto_pub", () => {
  test("delivers over TCP and TLS, and is told when it is refused", async () => {
    const { cert, key, ca } = makeCertificates();
    const hub = await startHub({ tls: { host: "127.0.0.1", port: 0, cert, key } });
    await publish(hub.ports.tcp, "-P", "secret-1", "-m", "over tcp");
    await publish(hub.ports.tls, "-P", "secret-1", "--cafile", ca, "-m", "over tls");
    expect(hub.accepted.map(({ payload }) => payload.toString())).toEqual(["over tcp", "over tls"]);
    await expect(publish(hub.ports.tcp, "-P", "wrong", "-m", "x")).rejects.toMatchObject({
      stderr: expect.stringMatching(/bad user name or password/i),
    });
    expect(hub.accepted).toHaveLength(2);
  });

  test("a whole file of lines in one connection arrives in order", async () => {
    const hub = await startHub();
    const lines = Array.from({ length: 300 }, (_, n) => `{"sequence":${n}}`);
    const child = publish(hub.ports.tcp, "-P", "secret-1", "-l");
    child.child.stdin?.end(lines.join("\n") + "\n");
    await child;
    expect(hub.accepted.map(({ payload }) => payload.toString())).toEqual(lines);
  });

  test("authenticates by certificate", async () => {
    const { cert, key, ca, clientCert, clientKey } = makeCertificates();
    const hub = await startHub({ tls: { host: "127.0.0.1", port: 0, cert, key, ca } });
    const args = ["--cafile", ca, "--cert", clientCert, "--key", clientKey, "-i", "gw-1", "-t", EVENT_TOPIC];
    await run(
      "mosquitto_pub",
      ["-h", "localhost", "-p", `${hub.ports.tls}`, ...args, "-q", "1", "-m", "{}"],
      {
        env,
        timeout: 10_000,
      },
    );
    expect(hub.accepted[0]?.gatewayId).toBe("gw-1");
  });
});

describe.skipIf(!installed)("a Mosquitto bridge with the shipped snippet", () => {
  test("forwards vendor topics unchanged, tells presence, takes commands, and loses nothing over a break", async () => {
    const { cert, key, ca } = makeCertificates();
    const hub = await startHub({ tls: { host: "127.0.0.1", port: 0, cert, key } });
    const bridge = await startBridge(hub, ca);
    const local = await mqtt.connectAsync(`mqtt://127.0.0.1:${bridge.port}`);
    onTestFinished(() => local.endAsync(true));

    await local.publishAsync("zigbee2mqtt/front-door", '{"contact":false}', { qos: 1 });
    await until(() => hub.accepted.length === 1, "the vendor's message");
    expect(hub.accepted[0]).toMatchObject({
      gatewayId: "gw-1",
      route: { kind: "bridge", estateId: "e1", gatewayId: "gw-1", path: "zigbee2mqtt/front-door" },
      payload: Buffer.from('{"contact":false}'),
    });
    await until(() => hub.presence.includes("gw-1 online status"), "the bridge says it is there");

    const commands: string[] = [];
    local.on("message", (topic, payload) => commands.push(`${topic} ${payload.toString()}`));
    await local.subscribeAsync("zhian/commands/#", { qos: 1 });
    await hub.broker.command("gw-1", "e1", "rebirth", Buffer.from("now"));
    await until(() => commands.length === 1, "the command");
    expect(commands).toEqual(["zhian/commands/rebirth now"]);

    hub.broker.suspend("the line is down");
    for (let n = 0; n < 200; n++) await local.publishAsync("frigate/events", `{"n":${n}}`, { qos: 1 });
    await hub.broker.resume();
    await until(() => hub.accepted.length >= 201, "what was published meanwhile", 15_000);
    const bodies = new Set(hub.accepted.map(({ payload }) => payload.toString()));
    expect(bodies.size).toBe(201);

    await bridge.stop();
    await until(() => hub.presence.at(-1) === "gw-1 offline disconnect", "the bridge is gone");
  });
});
