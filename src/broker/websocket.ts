import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createWebSocketStream, WebSocketServer } from "ws";
import type { Refusal, Refusals } from "./refusals.ts";

export interface WebSocketParts {
  readonly server: Server;
  /** Largest frame in bytes. */
  readonly maxFrameBytes: number;
  readonly refusals: Refusals;
  readonly onStream: (stream: Duplex, socket: Socket, fromBrowser: boolean) => void;
}

/** Subprotocol names of MQTT 3.1.1 (§6) and of older clients. */
const SUBPROTOCOLS = ["mqtt", "mqttv3.1"];

/** What `ws` calls a client's fault; every other error is a lost connection. */
const FAULTS: ReadonlyMap<string, Refusal> = new Map([
  ["WS_ERR_UNSUPPORTED_MESSAGE_LENGTH", "packet-too-large"],
  ["WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH", "packet-too-large"],
  ["WS_ERR_INVALID_OPCODE", "malformed"],
  ["WS_ERR_EXPECTED_MASK", "malformed"],
  ["WS_ERR_UNEXPECTED_RSV_1", "malformed"],
  ["WS_ERR_INVALID_UTF8", "malformed"],
]);

/** Turns WebSocket upgrades with the MQTT subprotocol into byte streams; answers 426 or 400 to anything else. */
export function serveWebSockets({ server, maxFrameBytes, refusals, onStream }: WebSocketParts): void {
  const upgrader = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: maxFrameBytes,
    handleProtocols: (offered) => SUBPROTOCOLS.find((name) => offered.has(name)) ?? false,
  });

  server.on("request", (_request, response) => {
    refusals.count("not-mqtt");
    response.writeHead(426, { connection: "close", upgrade: "websocket" }).end();
  });
  server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    if (!offersMqtt(request)) {
      refusals.count("not-mqtt");
      socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
      return;
    }
    upgrader.handleUpgrade(request, socket, head, (webSocket) => {
      const stream = createWebSocketStream(webSocket);
      stream.on("error", (error: Error & { code?: string }) => {
        const reason = FAULTS.get(error.code ?? "");
        if (reason) refusals.count(reason);
        socket.destroy();
      });
      onStream(stream, socket, request.headers.origin !== undefined);
    });
  });
}

function offersMqtt({ headers }: IncomingMessage): boolean {
  const offered = new Set((headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim()));
  return SUBPROTOCOLS.some((name) => offered.has(name));
}
