import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect as connectTcp, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import mqttPacket, { type Packet } from "mqtt-packet";
import mqtt, { type IClientOptions, type MqttClient } from "mqtt";
import pino from "pino";
import { onTestFinished } from "vitest";
import { createBroker, type Broker, type BrokerParts } from "../../src/broker/broker.ts";
import type { Ports } from "../../src/broker/listeners.ts";
import type { BrokerOptions } from "../../src/broker/options.ts";
import type {
  Acceptance,
  Authenticator,
  GatewayPrincipal,
  InboundMessage,
  JournalHealth,
} from "../../src/ports.ts";

export const EVENT_TOPIC = "estates/e1/devices/door-1/events";
const KEPT: Acceptance = { outcome: "events", events: 1 };

/** Credentials in memory: `gw-1` of `e1`, `gw-2` of `e2`, and what a test adds. */
interface FakeAuth extends Authenticator {
  readonly grant: (gatewayId: string, secret: string, ...estateIds: string[]) => void;
  readonly revoke: (gatewayId: string) => void;
  verified: number;
}

function fakeAuth(): FakeAuth {
  const known = new Map<string, { secret: string; principal: GatewayPrincipal }>();
  const auth: FakeAuth = {
    verified: 0,
    grant(gatewayId, secret, ...estateIds) {
      known.set(gatewayId, { secret, principal: { gatewayId, estateIds: new Set(estateIds) } });
    },
    revoke: (gatewayId) => void known.delete(gatewayId),
    async verify(gatewayId, secret) {
      auth.verified++;
      await sleep(1);
      const entry = known.get(gatewayId);
      return entry?.secret === secret ? entry.principal : undefined;
    },
    byCertificate: (commonName) => known.get(commonName)?.principal,
    principal: (gatewayId) => known.get(gatewayId)?.principal,
  };
  auth.grant("gw-1", "secret-1", "e1");
  auth.grant("gw-2", "secret-2", "e2");
  return auth;
}

export interface Hub {
  readonly broker: Broker;
  readonly ports: Ports;
  readonly auth: FakeAuth;
  /** What accept was given, in order. */
  readonly accepted: InboundMessage[];
  /** `gateway status cause`, in order. */
  readonly presence: string[];
  /** While set, accept and acceptPresence wait for it. */
  hold: Promise<void> | undefined;
  readonly health: { -readonly [Key in keyof JournalHealth]: JournalHealth[Key] };
  readonly dir: string;
}

/** Starts a broker with fakes behind it; it is closed when the test is over. */
export async function startHub(
  options: Partial<BrokerOptions> = {},
  parts: Partial<BrokerParts> & { accepts?: (message: InboundMessage) => Promise<Acceptance> } = {},
): Promise<Hub> {
  const auth = fakeAuth();
  const accepted: InboundMessage[] = [];
  const presence: string[] = [];
  const dir = parts.persistenceDir ?? temporaryDir();
  const health = { pendingEntries: 0, pendingBytes: 0, durable: { segment: 1, offset: 0 } };
  const broker = await createBroker({
    auth,
    accept: async (message) => {
      accepted.push({ ...message, payload: Buffer.from(message.payload) });
      await hub.hold;
      return parts.accepts ? parts.accepts(message) : KEPT;
    },
    acceptPresence: async (principal, status, cause) => {
      presence.push(`${principal.gatewayId} ${status} ${cause}`);
      await hub.hold;
    },
    journalHealth: () => hub.health,
    clock: { now: () => Date.now() },
    log: pino({ level: process.env["BROKER_LOG"] ?? "silent" }),
    persistenceDir: dir,
    ...parts,
    options: {
      tcp: { host: "127.0.0.1", port: 0 },
      maxConnections: 1_000,
      maxPacketBytes: 256 * 1024,
      maxPendingBytes: 16 << 20,
      ...options,
      limits: { watchInterval: 20, ...options.limits },
    },
  });
  const hub: Hub = { broker, ports: {}, auth, accepted, presence, hold: undefined, health, dir };
  onTestFinished(() => broker.close());
  return Object.assign(hub, { ports: await broker.listen() });
}

export function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "zhian-broker-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return join(dir, "sessions");
}

/** Connects mqtt.js as `gw-1` unless told otherwise; rejects when refused. */
export async function gateway(hub: Hub, options: IClientOptions = {}, url?: string): Promise<MqttClient> {
  const client = mqtt.connect(url ?? `mqtt://127.0.0.1:${hub.ports.tcp}`, {
    clientId: "gw-1",
    username: "gw-1",
    password: "secret-1",
    reconnectPeriod: 0,
    connectTimeout: 5_000,
    ...options,
  });
  onTestFinished(() => void client.end(true));
  await new Promise<void>((resolve, reject) => {
    client.once("connect", () => resolve());
    client.once("error", reject);
    client.once("close", () => reject(new Error("closed before it was connected")));
  });
  client.on("error", () => undefined);
  return client;
}

/** Settles when a promise does, but no later than after `ms`; tells which. */
export async function within<T>(work: Promise<T>, ms: number): Promise<T | "late"> {
  return Promise.race([work, sleep(ms, "late" as const)]);
}

/** Waits until `done`; throws with `what` when that takes longer than `ms`. */
export async function until(done: () => boolean, what: string, ms = 5_000): Promise<void> {
  const end = Date.now() + ms;
  while (!done()) {
    if (Date.now() > end) throw new Error(`never: ${what}`);
    await sleep(5);
  }
}

/** A client that says exactly what a test tells it to. */
export interface RawClient {
  readonly socket: Socket;
  readonly received: Packet[];
  send(packet: Packet): void;
  /** Resolves with the next packet of that kind. */
  next<Cmd extends Packet["cmd"]>(cmd: Cmd): Promise<Extract<Packet, { cmd: Cmd }>>;
  readonly closed: Promise<unknown>;
}

export async function rawClient(port: number | undefined): Promise<RawClient> {
  const socket = connectTcp({ host: "127.0.0.1", port: port ?? 0 });
  onTestFinished(() => void socket.destroy());
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.on("error", () => undefined);
  const received: Packet[] = [];
  const taken = new Map<string, number>();
  const parser = mqttPacket.parser();
  parser.on("packet", (packet: Packet) => received.push(packet));
  parser.on("error", () => undefined);
  socket.on("data", (bytes) => parser.parse(bytes));
  await Promise.race([once(socket, "connect"), closed]);
  return {
    socket,
    received,
    closed,
    send: (packet) => void socket.write(mqttPacket.generate(packet)),
    async next(cmd) {
      const index = taken.get(cmd) ?? 0;
      taken.set(cmd, index + 1);
      const of = (): Packet[] => received.filter((packet) => packet.cmd === cmd);
      await until(() => of().length > index, `${cmd} ${index + 1}`);
      return of()[index] as never;
    },
  };
}

export function connectPacket(overrides: object = {}): Packet {
  const packet: Packet = {
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: 4,
    clean: true,
    clientId: "gw-1",
    keepalive: 60,
    username: "gw-1",
    password: Buffer.from("secret-1"),
  };
  return { ...packet, ...overrides };
}

/** A raw client that is connected as `gw-1`. */
export async function rawGateway(hub: Hub, overrides: object = {}): Promise<RawClient> {
  const client = await rawClient(hub.ports.tcp);
  client.send(connectPacket(overrides));
  const { returnCode } = await client.next("connack");
  if (returnCode !== 0) throw new Error(`connack ${returnCode}`);
  return client;
}

export function publishPacket(overrides: object = {}): Packet {
  const packet = { cmd: "publish", topic: EVENT_TOPIC, payload: "{}", qos: 1, dup: false, retain: false };
  return { ...packet, messageId: 1, ...overrides } as Packet;
}

export interface Certificates {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** A client certificate whose common name is `gw-1`. */
  readonly clientCert: string;
  readonly clientKey: string;
  /** The same name, signed by somebody else. */
  readonly strangerCert: string;
  readonly strangerKey: string;
}

/** Makes certificates for localhost with openssl, in `dir` or in a folder that goes with the test. */
export function makeCertificates(dir = temporaryDir()): Certificates {
  mkdirSync(dir, { recursive: true });
  const at = (name: string): string => join(dir, name);
  const openssl = (...args: string[]): void =>
    void execFileSync("openssl", args, { stdio: "pipe", cwd: dir });
  const request = "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes".split(" ");
  const authority = (name: string): void =>
    openssl(
      ...request,
      "-x509",
      "-subj",
      `/CN=${name}`,
      "-keyout",
      at(`${name}.key`),
      "-out",
      at(`${name}.crt`),
    );
  const issue = (name: string, commonName: string, by: string): void => {
    openssl(
      ...request,
      "-subj",
      `/CN=${commonName}`,
      "-keyout",
      at(`${name}.key`),
      "-out",
      at(`${name}.csr`),
    );
    writeFileSync(at("names"), "subjectAltName=DNS:localhost,IP:127.0.0.1");
    const signer = ["-CA", at(`${by}.crt`), "-CAkey", at(`${by}.key`), "-CAcreateserial"];
    const names = ["-extfile", at("names")];
    openssl("x509", "-req", "-in", at(`${name}.csr`), ...signer, ...names, "-out", at(`${name}.crt`));
  };
  authority("ca");
  authority("stranger-ca");
  issue("server", "localhost", "ca");
  issue("client", "gw-1", "ca");
  issue("stranger", "gw-1", "stranger-ca");
  return {
    ca: at("ca.crt"),
    cert: at("server.crt"),
    key: at("server.key"),
    clientCert: at("client.crt"),
    clientKey: at("client.key"),
    strangerCert: at("stranger.crt"),
    strangerKey: at("stranger.key"),
  };
}
