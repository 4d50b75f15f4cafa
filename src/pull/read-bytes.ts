import type { IncomingMessage } from "node:http";
import { PullFault } from "./pull-fault.ts";

/** The body of an answer, chunk by chunk. */
export interface ByteReader {
  /** The next chunk; undefined at the body's proper end. Rejects when it broke off, after what came before. */
  next(): Promise<Buffer | undefined>;
}

/** Bytes that may wait before the device is made to wait. */
const WAITING_BYTES = 64 * 1024;

/**
 * Reads a body as fast as `next` is called, and no faster: the socket rests while more waits than one
 * can hold. A stream's own iterator would throw away what had arrived when the connection breaks; here
 * it is given out first, as it may be the alarm that came before the power went.
 */
export function readBytes(body: IncomingMessage): ByteReader {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let end: { readonly error?: Error } | undefined;
  let wake: (() => void) | undefined;

  const finish = (how: { readonly error?: Error }): void => {
    end ??= how;
    wake?.();
  };
  body.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes > WAITING_BYTES) body.pause();
    wake?.();
  });
  // Without a length and without chunks, a broken connection looks like an end; the socket knows better.
  body.once("end", () => finish(body.socket.errored ? { error: body.socket.errored } : {}));
  body.on("error", (error) => finish({ error }));
  body.once("close", () => finish({ error: new PullFault("closed", "the device broke the connection") }));

  return {
    async next() {
      for (;;) {
        const chunk = chunks.shift();
        if (chunk) {
          bytes -= chunk.byteLength;
          if (body.isPaused() && bytes <= WAITING_BYTES) body.resume();
          return chunk;
        }
        if (end?.error) throw end.error;
        if (end) return undefined;
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        await promise;
      }
    },
  };
}
