import { createCipheriv, createDecipheriv } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import pino from "pino";
import { onTestFinished } from "vitest";
import type { Acceptance, GatewayPrincipal, InboundMessage } from "../../src/ports.ts";
import type { SiaOptions } from "../../src/sia/options.ts";
import { createSiaReceiver, type SiaPorts, type SiaReceiver } from "../../src/sia/receiver.ts";

/* The panel's side of DC-09, written apart from the receiver's. */

/** Bit by bit, as the standard describes it. */
export function panelCrc(text: string | Buffer): number {
  let crc = 0;
  for (const byte of Buffer.from(text as string, "latin1")) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++)
      crc = crc % 2 === 1 ? Math.floor(crc / 2) ^ 0xa001 : Math.floor(crc / 2);
  }
  return crc;
}

const hex = (value: number): string => `000${value.toString(16).toUpperCase()}`.slice(-4);

/** A whole message around a text; checksum and length can be wrong on purpose. */
export function frame(text: string, wrong: { crc?: string; length?: string } = {}): string {
  return `\n${wrong.crc ?? hex(panelCrc(text))}${wrong.length ?? hex(text.length)}${text}\r`;
}

/** `_HH:MM:SS,MM-DD-YYYY` of an instant. */
export function stamp(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, "0");
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(":");
  return `_${time},${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}-${date.getUTCFullYear()}`;
}

/** The text of an encrypted message: `data` goes from behind the bracket to before the time. */
export function encrypted(
  parts: { token: string; sequence: string; account: string; data: string; at: number },
  key: Buffer,
): string {
  const tail = `|${parts.data}${stamp(parts.at)}`;
  const pad = "x".repeat(16 - (tail.length % 16));
  const cipher = createCipheriv(`aes-${key.length * 8}-cbc`, key, Buffer.alloc(16)).setAutoPadding(false);
  const bytes = Buffer.concat([cipher.update(pad + tail, "latin1"), cipher.final()]);
  return `"*${parts.token}"${parts.sequence}R1L2#${parts.account}[${bytes.toString("hex").toUpperCase()}`;
}

/** The plain text of an encrypted answer's data. */
export function decrypted(answer: string, key: Buffer): string {
  const data = answer.slice(answer.indexOf("[") + 1, -1);
  const decipher = createDecipheriv(`aes-${key.length * 8}-cbc`, key, Buffer.alloc(16)).setAutoPadding(false);
  return Buffer.concat([decipher.update(data, "hex"), decipher.final()]).toString("latin1");
}

/** One panel's TCP connection. */
export interface Line {
  readonly socket: Socket;
  send(bytes: string | Buffer): void;
  /** The next answer, LF and CR included; rejects when none comes in time or the line is closed. */
  answer(): Promise<string>;
  /** True once the receiver has closed the connection. */
  closed(): Promise<boolean>;
  /** What came and nobody has asked for. */
  readonly unread: () => string;
}

const PATIENCE_MS = 3_000;

/** Connects a panel; the connection ends with the test. */
export async function dial(port: number | undefined): Promise<Line> {
  const socket = connect({ port: port ?? 0, host: "127.0.0.1", allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => undefined);
  await once(socket, "connect");
  let received = "";
  let wake = (): void => undefined;
  let isClosed = false;
  socket.on("data", (chunk: Buffer) => {
    received += chunk.toString("latin1");
    wake();
  });
  for (const event of ["end", "close"]) {
    socket.on(event, () => {
      isClosed = true;
      wake();
    });
  }
  async function until(done: () => boolean): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (!done()) {
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`nothing came in time; there is ${JSON.stringify(received)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
  return {
    socket,
    send: (bytes) => void socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes),
    async answer() {
      await until(() => isClosed || /^\n[^\r]*\r/.test(received));
      const [first] = /^\n[^\r]*\r/.exec(received) ?? [];
      if (first === undefined) throw new Error(`closed without an answer: ${JSON.stringify(received)}`);
      received = received.slice(first.length);
      return first;
    },
    async closed() {
      await until(() => isClosed);
      return true;
    },
    unread: () => received,
  };
}

/** Sends one datagram and resolves with the answer. */
export async function sendDatagram(port: number | undefined, bytes: string): Promise<string> {
  const socket = createSocket("udp4");
  onTestFinished(() => void socket.close());
  socket.send(Buffer.from(bytes, "latin1"), port ?? 0, "127.0.0.1");
  const [answer] = (await once(socket, "message", { signal: AbortSignal.timeout(PATIENCE_MS) })) as [Buffer];
  return answer.toString("latin1");
}

/** An answer without LF, checksum, length and CR; throws when checksum or length are wrong. */
export function opened(answer: string): string {
  const [, crc = "", length = "", text = ""] = /^\n([0-9A-F]{4})([0-9A-F]{4})(".*)\r$/s.exec(answer) ?? [];
  if (crc !== hex(panelCrc(text)) || length !== hex(text.length)) {
    throw new Error(`an answer with wrong checksum or length: ${JSON.stringify(answer)}`);
  }
  return text;
}

export const KEY = Buffer.from("00112233445566778899aabbccddeeff", "hex");

/** A receiver with fakes behind it: account 4F39 in the clear, EC01 with a key, both of gw-1 and e1. */
export interface Station {
  readonly receiver: SiaReceiver;
  readonly ports: SiaPorts;
  /** What accept was given, in order. */
  readonly accepted: InboundMessage[];
  /** Gateways and their estates. */
  readonly gateways: Map<string, GatewayPrincipal>;
  /** While set, accept waits for it. */
  hold: Promise<void> | undefined;
  /** What accept says. */
  acceptance: Acceptance;
  /** Milliseconds the receiver's clock is ahead of the machine's. */
  ahead: number;
  /** Sentences of the log, with their fields. */
  readonly warnings: { readonly msg: string; readonly [field: string]: unknown }[];
  readonly texts: () => readonly string[];
  readonly count: (outcome: keyof ReturnType<SiaReceiver["figures"]>["frames"]) => number;
}

/** Starts a receiver on free ports; it is closed when the test is over. */
export async function openStation(options: Partial<SiaOptions> = {}): Promise<Station> {
  const warnings: Station["warnings"] = [];
  const log = pino(
    { level: "warn" },
    { write: (line: string) => void warnings.push(JSON.parse(line) as Station["warnings"][number]) },
  );
  const gateways = new Map([["gw-1", { gatewayId: "gw-1", estateIds: new Set(["e1"]) }]]);
  const accepted: InboundMessage[] = [];
  const receiver = createSiaReceiver({
    accept: async (message) => {
      accepted.push({ ...message, payload: Buffer.from(message.payload) });
      await station.hold;
      return station.acceptance;
    },
    auth: { principal: (gatewayId) => gateways.get(gatewayId) },
    clock: { now: () => Date.now() + station.ahead },
    log,
    options: {
      tcp: { host: "127.0.0.1", port: 0 },
      accounts: [
        { account: "4F39", estate: "e1", gateway: "gw-1" },
        { account: "EC01", estate: "e1", gateway: "gw-1", key: KEY },
      ],
      ...options,
      limits: { watchMs: 20, ...options.limits },
    },
  });
  const station: Station = {
    receiver,
    ports: {},
    accepted,
    gateways,
    hold: undefined,
    acceptance: { outcome: "events", events: 1 },
    ahead: 0,
    warnings,
    texts: () => accepted.map(({ payload }) => Buffer.from(payload).toString("latin1")),
    count: (outcome) => receiver.figures().frames[outcome],
  };
  onTestFinished(() => receiver.close());
  return Object.assign(station, { ports: await receiver.listen() });
}

/** Waits until something holds. */
export async function eventually(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`it did not come true: ${holds.toString()}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
}
