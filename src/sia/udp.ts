import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import { createFramer, type Found } from "./framer.ts";
import type { Door, DoorParts } from "./tcp.ts";

/** LF, checksum and length before a message, CR behind it. */
const AROUND_BYTES = 10;

/**
 * Makes the UDP door: each datagram holds whole messages and is answered to its sender. Senders of datagrams
 * can be forged, so their shares are counted apart from those of connections, and nobody is sent more bytes
 * than came in his name.
 */
export function createUdpDoor({ address, exchange, counters, flood, limits }: DoorParts): Door {
  let socket: Socket | undefined;
  let closing = false;

  function take(datagram: Buffer, from: string, port: number): void {
    if (closing) return;
    // Nobody can be answered there; the port is forged.
    if (port === 0) {
      counters.count("noise");
      return;
    }
    const sender = `udp:${from}`;
    if (flood.isSpent(sender)) {
      counters.count("throttled");
      return;
    }
    let left = datagram.length;
    const send = (bytes: Buffer): void => {
      left -= bytes.length;
      // An answer that is lost is asked for again by the panel's next try.
      if (left >= 0) socket?.send(bytes, port, from, () => undefined);
    };
    for (const each of foundIn(datagram)) void answer(each, sender, send);
  }

  function foundIn(datagram: Buffer): readonly Found[] {
    if (datagram.length > limits.maxFrameBytes + AROUND_BYTES) return [{ kind: "oversize" }];
    const framer = createFramer(limits.maxFrameBytes);
    const found = framer.push(datagram);
    // What a datagram does not hold will not come.
    return framer.owes() ? [...found, { kind: "noise" }] : found;
  }

  async function answer(found: Found, sender: string, send: (bytes: Buffer) => void): Promise<void> {
    const answered = await exchange.receive(found, sender);
    if (answered) send(answered.bytes);
  }

  return {
    async open() {
      const bound = createSocket(isIPv6(address.host) ? "udp6" : "udp4");
      bound.on("message", (datagram, { address: from, port }) => take(datagram, from, port));
      bound.bind(address.port, address.host);
      await once(bound, "listening");
      bound.on("error", () => counters.count("connection"));
      socket = bound;
      return bound.address().port;
    },
    close() {
      closing = true;
    },
    end() {
      socket?.close();
      socket = undefined;
    },
    connections: () => 0,
  };
}
