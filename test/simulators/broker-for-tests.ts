import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { Aedes } from "aedes";

export interface Received {
  readonly client: string;
  readonly topic: string;
  readonly payload: string;
}

/** A real broker on loopback that keeps what it gets. */
export interface TestBroker {
  readonly port: number;
  readonly received: Received[];
  readonly clients: () => number;
  /** Cuts every connection. */
  readonly cut: () => void;
  readonly close: () => Promise<void>;
}

/** Starts one; `onPublish` may delay or refuse a message before it is acknowledged. */
export async function startTestBroker(
  options: { readonly password?: string; readonly beforeAck?: () => Promise<void> } = {},
): Promise<TestBroker> {
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  const broker = await Aedes.createBroker({
    authenticate: (_client, _user, password, done) =>
      done(null, options.password === undefined || password?.toString() === options.password),
    authorizePublish: (client, packet, done) => {
      if (client) {
        received.push({ client: client.id, topic: packet.topic, payload: packet.payload.toString() });
      }
      void acknowledge(done);
    },
  });
  async function acknowledge(done: (error: null) => void): Promise<void> {
    await options.beforeAck?.();
    done(null);
  }
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    broker.handle(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    received,
    clients: () => broker.connectedClients,
    cut,
    async close() {
      server.close();
      cut();
      await new Promise<void>((resolve) => broker.close(() => resolve()));
    },
  };
}
