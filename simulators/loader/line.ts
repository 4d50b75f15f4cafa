import { connect, type Socket } from "node:net";
import { generate } from "mqtt-packet";
import type { LoadGateway } from "./spread.ts";
import { writeMessage, type Template } from "./template.ts";

const KEEPALIVE_S = 60;
const PING_EVERY_MS = 20_000;
const CONNECT_WITHIN_MS = 20_000;
const RETRY_MS = 50;
const RETRY_SPREAD_MS = 150;
const CONNACK = 0x20;
const PUBACK = 0x40;
const PINGRESP = 0xd0;
const PINGREQ = Buffer.from([0xc0, 0]);
const DISCONNECT = Buffer.from([0xe0, 0]);

/** A message of the load: its number, its time stamp, and when it was due by the load's own clock. */
export interface Message {
  readonly seq: number;
  readonly time: string;
  readonly dueAt: number;
  readonly template: number;
}

export interface LineOptions {
  readonly host: string;
  readonly port: number;
  readonly clientId: string;
  readonly gateway: LoadGateway;
  readonly templates: readonly Template[];
  readonly window: number;
  /** Called for each acknowledged message. */
  readonly onAck: (message: Message, template: Template) => void;
  /** Called once after the acknowledgements of one read, when slots are free again. */
  readonly onRoom: (line: Line) => void;
  readonly onLost: () => void;
}

/** One raw MQTT 3.1.1 connection with up to `window` unacknowledged messages. */
export interface Line {
  /** Resolves when the server accepted the connection; rejects when it refused it. */
  open(): Promise<void>;
  /** How many messages may be put now; 0 while not connected. */
  room(): number;
  /** Takes a message for the next `flush`. Only while there is room. */
  put(seq: number, time: string, dueAt: number): void;
  /** Writes what was put, in one write. */
  flush(): void;
  inFlight(): number;
  /** Says goodbye and stays closed. */
  close(): void;
}

/** Makes a connection that, once open, comes back after a break and resends what was not acknowledged. */
export function createLine(options: LineOptions): Line {
  const { templates, window } = options;
  const slots: (Message | undefined)[] = Array.from({ length: window });
  const free = Array.from({ length: window }, (_, n) => window - 1 - n);
  let staged: number[] = [];
  let turn = 0;
  let socket: Socket | undefined;
  let ready = false;
  let closed = false;
  let rest = Buffer.alloc(0);
  let pinging: NodeJS.Timeout | undefined;

  function dial(onReady: () => void, onFail: (error: Error) => void): void {
    const to = connect({ host: options.host, port: options.port, noDelay: true });
    const tooLong = setTimeout(() => to.destroy(new Error("no CONNACK in time")), CONNECT_WITHIN_MS);
    let failure = new Error("connection closed before CONNACK");
    socket = to;
    rest = Buffer.alloc(0);
    to.on("connect", () => to.write(greeting(options)));
    to.on("error", (error) => (failure = error));
    to.on("data", (chunk: Buffer) => read(chunk, onReady));
    to.on("close", () => {
      clearTimeout(tooLong);
      clearInterval(pinging);
      const wasReady = ready;
      ready = false;
      if (closed) return;
      if (wasReady) comeBack();
      else onFail(failure);
    });
    pinging = setInterval(() => ready && to.write(PINGREQ), PING_EVERY_MS);

    function read(chunk: Buffer, opened: () => void): void {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let at = 0;
      let acked = 0;
      while (bytes.length - at >= 2 && bytes.length - at >= 2 + (bytes[at + 1] ?? 0)) {
        const kind = bytes[at];
        if (kind === PUBACK) acked += acknowledge(bytes.readUInt16BE(at + 2));
        else if (kind === CONNACK) {
          clearTimeout(tooLong);
          const code = bytes[at + 3];
          if (code !== 0) return void to.destroy(new Error(`connection refused with code ${code}`));
          ready = true;
          opened();
        } else if (kind !== PINGRESP) {
          return void to.destroy(new Error(`unexpected packet 0x${(kind ?? 0).toString(16)}`));
        }
        at += 2 + (bytes[at + 1] ?? 0);
      }
      rest = at === bytes.length ? Buffer.alloc(0) : Buffer.from(bytes.subarray(at));
      if (acked > 0) options.onRoom(line);
    }
  }

  /** After a break: try for ever, then send again, under the same numbers, what was not acknowledged. */
  function comeBack(): void {
    options.onLost();
    staged = [];
    const retry = (): void => {
      const delay = RETRY_MS + Math.random() * RETRY_SPREAD_MS;
      setTimeout(() => closed || dial(resume, retry), delay);
    };
    retry();
  }

  function resume(): void {
    const unacknowledged = slots.flatMap((message, slot) => (message ? [slot] : []));
    write(unacknowledged, true);
    options.onRoom(line);
  }

  function acknowledge(messageId: number): number {
    const slot = messageId - 1;
    const message = slots[slot];
    if (!message) return 0;
    const template = templateOf(slot);
    slots[slot] = undefined;
    free.push(slot);
    options.onAck(message, template);
    return 1;
  }

  function write(which: readonly number[], resent: boolean): void {
    let bytes = 0;
    for (const slot of which) bytes += templateOf(slot).packet.length;
    const target = Buffer.allocUnsafe(bytes);
    let at = 0;
    for (const slot of which) {
      const { seq, time } = slots[slot] as Message;
      at = writeMessage(target, at, templateOf(slot), { messageId: slot + 1, seq, time, resent });
    }
    if (bytes > 0) socket?.write(target);
  }

  function templateOf(slot: number): Template {
    return templates[(slots[slot] as Message).template] as Template;
  }

  const line: Line = {
    open: () => new Promise((resolve, reject) => dial(resolve, reject)),
    room: () => (ready ? free.length : 0),
    put(seq, time, dueAt) {
      const slot = free.pop();
      if (slot === undefined) throw new RangeError("the window is full");
      slots[slot] = { seq, time, dueAt, template: turn++ % templates.length };
      staged.push(slot);
    },
    flush() {
      if (staged.length === 0) return;
      write(staged, false);
      staged = [];
    },
    inFlight: () => window - free.length,
    close() {
      closed = true;
      clearInterval(pinging);
      if (ready) socket?.end(DISCONNECT);
      else socket?.destroy();
    },
  };
  return line;
}

function greeting({ clientId, gateway }: LineOptions): Buffer {
  return generate({
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: 4,
    clean: true,
    clientId,
    keepalive: KEEPALIVE_S,
    ...(gateway.secret === undefined
      ? {}
      : { username: gateway.gatewayId, password: Buffer.from(gateway.secret) }),
  });
}
