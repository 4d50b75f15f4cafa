import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TLSSocket, type TlsOptions } from "node:tls";
import { ZhianError, type ErrorCode } from "../errors.ts";
import type { Admission } from "./admission.ts";
import type { Arrival } from "./connections.ts";
import type { BrokerOptions, ListenAddress, TlsListenAddress } from "./options.ts";
import type { Refusals } from "./refusals.ts";
import { serveWebSockets } from "./websocket.ts";

// An import by name reads every export of node:http, its WebSocket among them: 12 MB of code nobody uses.
const { createServer: createHttpServer } = process.getBuiltinModule("node:http");
const { createServer: createHttpsServer } = process.getBuiltinModule("node:https");

/** Ports by listener; a listener that is not configured is absent. */
export type Ports = { readonly [Kind in ListenerKind]?: number };
export type ListenerKind = "tcp" | "tls" | "ws" | "wss";

export interface ListenerParts {
  readonly options: Pick<BrokerOptions, ListenerKind | "maxPacketBytes">;
  readonly admission: Admission;
  readonly refusals: Refusals;
  /** Milliseconds for each handshake. */
  readonly handshakeDeadline: number;
  readonly onArrival: (arrival: Arrival) => void;
}

/** The sockets the hub listens on. */
export interface Listeners {
  /**
   * Opens all configured listeners, or none. After a `close` the same ports are taken again.
   * Throws ZhianError VALIDATION (certificate files) or UNAVAILABLE (a port that cannot be had).
   */
  open(): Promise<Ports>;
  /** Stops accepting. Connections stay. */
  close(): void;
}

const KINDS = ["tcp", "tls", "ws", "wss"] as const;
/** An MQTT packet and its header, in one frame. */
const FRAME_OVERHEAD = 16;

/** Makes the listeners, closed. */
export function createListeners(parts: ListenerParts): Listeners {
  const { options, admission, refusals, handshakeDeadline, onArrival } = parts;
  let servers: Server[] = [];
  let ports: Ports = {};

  function arrive(source: Arrival["source"], socket: Socket, mutual: boolean, fromBrowser = false): void {
    const lease = admission.leaseOf(socket);
    if (lease)
      onArrival({ source, lease, certificateName: mutual ? nameOf(socket) : undefined, fromBrowser });
    else socket.destroy();
  }

  async function serve(kind: ListenerKind): Promise<Server> {
    switch (kind) {
      case "tcp": {
        return createTcpServer({ noDelay: true }, (socket) => arrive(socket, socket, false));
      }
      case "tls": {
        const secure = await readTls(options.tls, "mqtt.tls", handshakeDeadline);
        return createTlsServer(secure, (socket) => arrive(socket, socket, secure.requestCert === true));
      }
      case "ws": {
        return webSockets(createHttpServer(httpLimits()), false);
      }
      case "wss": {
        const secure = await readTls(options.wss, "mqtt.wss", handshakeDeadline);
        return webSockets(createHttpsServer({ ...secure, ...httpLimits() }), secure.requestCert === true);
      }
    }
  }

  function webSockets(server: ReturnType<typeof createHttpServer>, mutual: boolean): Server {
    serveWebSockets({
      server,
      maxFrameBytes: options.maxPacketBytes + FRAME_OVERHEAD,
      refusals,
      onStream: (stream, socket, fromBrowser) => arrive(stream, socket, mutual, fromBrowser),
    });
    return server;
  }

  function httpLimits() {
    return {
      headersTimeout: handshakeDeadline,
      requestTimeout: handshakeDeadline,
      connectionsCheckingInterval: Math.min(handshakeDeadline, 1_000),
      maxHeaderSize: 8 * 1024,
      noDelay: true,
    };
  }

  async function listen(kind: ListenerKind, address: ListenAddress): Promise<number> {
    const server = await serve(kind).catch((cause: unknown) => {
      throw unusable("VALIDATION", "MQTT listener cannot be set up", `mqtt.${kind}`, cause);
    });
    // `connection` comes before any handshake, so that half-done ones count too.
    server.prependListener("connection", (socket: Socket) => admission.enter(socket));
    server.on("tlsClientError", (error: Error & { code?: string }, socket: TLSSocket) => {
      // A socket that left, or was turned away before, ends in a reset; so does one without a good certificate.
      if (error.code !== "ECONNRESET" || socket.authorizationError) refusals.count("tls");
      socket.destroy();
    });
    servers.push(server);
    try {
      server.listen({ host: address.host, port: ports[kind] ?? address.port });
      await once(server, "listening");
    } catch (cause) {
      throw unusable("UNAVAILABLE", "MQTT cannot listen", `mqtt.${kind}`, cause);
    }
    // Running out of descriptors, for one, is an error of the listener and must not end the process.
    server.on("error", () => refusals.count("unavailable"));
    return (server.address() as AddressInfo).port;
  }

  function close(): void {
    for (const server of servers) server.close();
    servers = [];
  }

  return {
    async open() {
      const opened: { [Kind in ListenerKind]?: number } = {};
      try {
        for (const kind of KINDS) {
          const address = options[kind];
          if (address) opened[kind] = await listen(kind, address);
        }
      } catch (error) {
        close();
        throw error;
      }
      ports = opened;
      return ports;
    },
    close,
  };
}

async function readTls(
  address: TlsListenAddress | undefined,
  field: string,
  handshakeTimeout: number,
): Promise<TlsOptions> {
  const file = async (name: "cert" | "key" | "ca"): Promise<Buffer | undefined> => {
    const path = address?.[name];
    if (path === undefined) return undefined;
    return readFile(path).catch((cause: unknown) => {
      throw unusable("VALIDATION", "MQTT cannot read a certificate file", `${field}.${name}`, cause);
    });
  };
  const [cert, key, ca] = [await file("cert"), await file("key"), await file("ca")];
  const mutual = ca ? { ca, requestCert: true, rejectUnauthorized: true } : {};
  return { cert, key, ...mutual, minVersion: "TLSv1.2", handshakeTimeout };
}

function unusable(code: ErrorCode, message: string, field: string, cause: unknown): ZhianError {
  if (cause instanceof ZhianError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ZhianError(code, `${message}: ${reason}`, { cause, faults: [{ field, reason }] });
}

/** The common name of the verified client certificate; empty when it has none that can be used. */
function nameOf(socket: Socket): string {
  const name = (socket as TLSSocket).getPeerCertificate().subject?.CN;
  return typeof name === "string" ? name : "";
}
