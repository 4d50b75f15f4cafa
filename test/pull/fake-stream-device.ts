import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { createDoor, type Door, type DoorOptions } from "./fake-door.ts";

/** One connection that reads the stream. */
export interface Reading {
  readonly request: IncomingMessage;
  readonly socket: Socket;
  /** Writes to the body, as it stands. */
  readonly write: (bytes: string | Uint8Array) => boolean;
  /** Ends the body properly. */
  readonly end: () => void;
  /** Breaks the connection. */
  readonly reset: () => void;
}

/** A device that serves an endless multipart answer behind a digest door. */
export interface StreamDevice {
  readonly url: string;
  readonly door: Door;
  readonly readings: readonly Reading[];
  readonly requests: readonly { readonly method: string | undefined; readonly url: string | undefined }[];
  /** The reading after `readings.length` ones so far. */
  nextReading(): Promise<Reading>;
  close(): Promise<void>;
}

export interface StreamDeviceOptions extends DoorOptions {
  /** As Hikvision and Dahua name it. */
  readonly contentType?: string;
  /** Small devices end the body by closing; newer ones send chunks. */
  readonly chunked?: boolean;
  /** Answers instead of the stream, before the door. */
  readonly instead?: (request: IncomingMessage, response: ServerResponse) => boolean;
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly port?: number;
}

const HIKVISION = "multipart/mixed; boundary=boundary";
export const DAHUA = "multipart/x-mixed-replace; boundary=myboundary";

export async function startStreamDevice(options: StreamDeviceOptions = {}): Promise<StreamDevice> {
  const { contentType = HIKVISION, chunked = false, instead } = options;
  const door = createDoor(options);
  const readings: Reading[] = [];
  const requests: { method: string | undefined; url: string | undefined }[] = [];
  let arrived: ((reading: Reading) => void) | undefined;

  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    requests.push({ method: request.method, url: request.url });
    if (instead?.(request, response) || !door.check(request, response)) return;
    if (!chunked) {
      response.useChunkedEncodingByDefault = false;
      response.shouldKeepAlive = false;
    }
    response.writeHead(200, { "content-type": contentType });
    response.flushHeaders();
    const { socket } = request;
    const reading: Reading = {
      request,
      socket,
      write: (bytes) => response.write(bytes),
      end: () => response.end(),
      reset: () => socket.resetAndDestroy(),
    };
    readings.push(reading);
    arrived?.(reading);
  };
  const server = options.tls ? createSecureServer(options.tls, serve) : createServer(serve);
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http${options.tls ? "s" : ""}://127.0.0.1:${port}`,
    door,
    readings,
    requests,
    nextReading: () =>
      new Promise((resolve) => {
        arrived = resolve;
      }),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** A part as a Hikvision device writes it. */
export function hikvisionPart(body: string, { length = true, type = "application/xml" } = {}): string {
  const head = length ? `Content-Length: ${Buffer.byteLength(body)}\r\n` : "";
  return `--boundary\r\nContent-Type: ${type}; charset="UTF-8"\r\n${head}\r\n${body}\r\n`;
}

/** A part as a Dahua device writes it. */
export function dahuaPart(body: string): string {
  return `--myboundary\r\nContent-Type: text/plain\r\nContent-Length:${Buffer.byteLength(body)}\r\n\r\n${body}\r\n\r\n`;
}

/** An alarm of a Hikvision camera. */
export function alert(eventType: string, count = 1): string {
  return (
    '<EventNotificationAlert version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema">\n' +
    `<ipAddress>192.0.2.7</ipAddress><channelID>1</channelID><channelName>东门</channelName>\n` +
    `<dateTime>2026-11-20T08:15:0${count % 10}+08:00</dateTime><activePostCount>${count}</activePostCount>\n` +
    `<eventType>${eventType}</eventType><eventState>active</eventState>\n</EventNotificationAlert>`
  );
}
