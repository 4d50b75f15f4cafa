import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import type { EpochMs } from "../domain/time.ts";
import type { Clock } from "../ports.ts";
import type { Exchange } from "./exchange.ts";
import type { Counters } from "./figures.ts";
import type { Flood } from "./flood.ts";
import { createFramer, type Found } from "./framer.ts";
import type { ListenAddress, SiaLimits } from "./options.ts";

export interface DoorParts {
  readonly address: ListenAddress;
  readonly exchange: Exchange;
  readonly counters: Counters;
  readonly flood: Pick<Flood, "isSpent">;
  readonly clock: Clock;
  readonly limits: SiaLimits;
}

/** A way in for panels. */
export interface Door {
  /** Resolves with the port; rejects when it cannot be had. */
  open(): Promise<number>;
  /** Takes nothing more in; answers still go out. */
  close(): void;
  /** Ends what is still open. */
  end(): void;
  readonly connections: () => number;
}

interface Connection {
  readonly socket: Socket;
  readonly from: string;
  /** Found and not begun, because enough of this connection waits for the disk. */
  readonly queue: Found[];
  pending: number;
  lastAt: EpochMs;
  /** Something it sent was acknowledged. */
  isPanel: boolean;
  /** Since when it owes the rest of a message, or one that can be acknowledged. */
  owesSince: EpochMs | undefined;
  ended: boolean;
}

/** Answers that a panel does not read; more than that and it is cut off. */
const MAX_UNREAD_BYTES = 64 * 1_024;

/** Makes the TCP door: connections that stay, or one for each message, as the panel likes. */
export function createTcpDoor({ address, exchange, counters, flood, clock, limits }: DoorParts): Door {
  const connections = new Set<Connection>();
  const perAddress = new Map<string, number>();
  let closing = false;
  let watch: NodeJS.Timeout | undefined;
  // A panel may close its side behind the message and still wait for the answer.
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    const from = socket.remoteAddress?.replace(/^::ffff:/, "");
    if (from === undefined || closing || !hasRoomFor(from)) {
      counters.count("connection");
      socket.destroy();
      return;
    }
    serve(socket, from);
  });

  function hasRoomFor(from: string): boolean {
    return (
      connections.size < limits.maxConnections &&
      (perAddress.get(from) ?? 0) < limits.maxPerAddress &&
      !flood.isSpent(from)
    );
  }

  function serve(socket: Socket, from: string): void {
    const framer = createFramer(limits.maxFrameBytes);
    const now = clock.now();
    const connection: Connection = {
      socket,
      from,
      queue: [],
      pending: 0,
      lastAt: now,
      isPanel: false,
      owesSince: now,
      ended: false,
    };
    connections.add(connection);
    perAddress.set(from, (perAddress.get(from) ?? 0) + 1);

    socket.on("data", (chunk) => {
      connection.lastAt = clock.now();
      const found = framer.push(chunk);
      if (connection.isPanel) {
        const completed = found.some(({ kind }) => kind === "frame" || kind === "supervision");
        if (!framer.owes()) connection.owesSince = undefined;
        else if (completed || connection.owesSince === undefined) connection.owesSince = connection.lastAt;
      }
      for (const each of found) connection.queue.push(each);
      pump(connection);
    });
    socket.once("end", () => {
      connection.ended = true;
      finish(connection);
    });
    // A reset is an end like any other.
    socket.on("error", () => socket.destroy());
    socket.once("close", () => {
      connections.delete(connection);
      const left = (perAddress.get(from) ?? 1) - 1;
      if (left > 0) perAddress.set(from, left);
      else perAddress.delete(from);
    });
  }

  /** Begins what may be begun, and reads on only when nothing waits and the sender has a share left. */
  function pump(connection: Connection): void {
    const { socket, from, queue } = connection;
    const most = closing ? 0 : limits.maxPendingPerConnection;
    while (connection.pending < most) {
      const found = queue.shift();
      if (!found) break;
      void answer(connection, found);
    }
    if (queue.length > 0 || closing || flood.isSpent(from)) socket.pause();
    else socket.resume();
  }

  async function answer(connection: Connection, found: Found): Promise<void> {
    connection.pending++;
    const answered = await exchange.receive(found, connection.from);
    connection.pending--;
    connection.lastAt = clock.now();
    if (answered) send(connection.socket, answered.bytes);
    if (answered?.acknowledges && !connection.isPanel) {
      connection.isPanel = true;
      connection.owesSince = undefined;
    }
    pump(connection);
    finish(connection);
  }

  function send(socket: Socket, bytes: Buffer): void {
    if (!socket.writable) return;
    socket.write(bytes);
    if (socket.writableLength > MAX_UNREAD_BYTES) cut(socket);
  }

  function finish({ socket, queue, pending, ended }: Connection): void {
    if (ended && pending === 0 && queue.length === 0) socket.end();
  }

  function cut(socket: Socket): void {
    counters.count("slow");
    socket.destroy();
  }

  function lookAtDeadlines(): void {
    const now = clock.now();
    for (const connection of connections) {
      // A clock that was set back must not keep a connection for hours.
      connection.lastAt = Math.min(connection.lastAt, now);
      if (connection.owesSince !== undefined) connection.owesSince = Math.min(connection.owesSince, now);
      const { socket, from, pending, queue, owesSince, lastAt } = connection;
      // It waits for us, not we for it.
      if (pending > 0 || queue.length > 0) continue;
      if (!closing && socket.isPaused() && !flood.isSpent(from)) socket.resume();
      if (owesSince !== undefined && now - owesSince >= limits.frameMs) cut(socket);
      else if (now - lastAt >= limits.idleMs) socket.destroy();
    }
  }

  return {
    async open() {
      server.listen({ host: address.host, port: address.port });
      await once(server, "listening");
      // Running out of descriptors, for one, must not end the process.
      server.on("error", () => counters.count("connection"));
      watch = setInterval(lookAtDeadlines, limits.watchMs).unref();
      return (server.address() as AddressInfo).port;
    },
    close() {
      closing = true;
      server.close();
      for (const { socket } of connections) socket.pause();
    },
    end() {
      clearInterval(watch);
      for (const { socket } of connections) socket.destroySoon();
      // Who does not read his last answers must not keep the process.
      setTimeout(() => {
        for (const { socket } of connections) socket.destroy();
      }, limits.lastWordMs).unref();
    },
    connections: () => connections.size,
  };
}
