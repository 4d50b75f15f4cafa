/** What a guard found wrong with a byte stream. */
export type GuardFault = "packet-too-large" | "malformed";

/** The sizes a guard allows: remaining lengths in bytes. */
export interface GuardLimits {
  /** CONNECT, SUBSCRIBE and everything else but PUBLISH. */
  readonly small: number;
  readonly publish: number;
  /** A PUBLISH up to this is cut to `publish` instead of refused. */
  readonly cut: number;
}

/**
 * Watches the packet boundaries of one client's bytes, because the parser behind it buffers whatever a
 * header announces (MQTT 3.1.1 §2.2.3: up to 256 MB). Looks at headers only, and keeps at most one of them.
 *
 * A PUBLISH that is too large is cut, within reason: refused by closing the connection, it would be sent
 * again for ever and keep everything behind it from the hub. The end of what passes of it is a NUL, so
 * that nobody takes half a message for a whole one.
 */
export interface PacketGuard {
  /**
   * Walks `chunk` from its start, hands what may pass to `emit`, and returns how much was dealt with: all,
   * or what stands before the first PUBLISH beyond `budget`, or the CONNECT alone until `open` was called.
   * Undefined when the bytes are refused.
   */
  walk(chunk: Buffer, budget: number, emit: (piece: Buffer) => void): number | undefined;
  /** Complete PUBLISH packets that passed in the last walk. */
  passed(): number;
  /** Those of them that were cut. */
  cut(): number;
  /** Complete packets of any kind that passed in the last walk. */
  completed(): number;
  /** True when the bytes so far end inside a packet. */
  midPacket(): boolean;
  /** The client is authenticated: packets other than CONNECT may pass. */
  open(): void;
  fault(): GuardFault | undefined;
}

const CONNECT = 1;
const PUBLISH = 3;
/** A type and up to four bytes of length. */
const HEADER_BYTES = 5;
const NUL = Buffer.from([0]);

/** Makes the guard of a new connection; its first packet must be a CONNECT. */
export function createPacketGuard(limits: GuardLimits): PacketGuard {
  const header = Buffer.alloc(HEADER_BYTES);
  let headerBytes = 0;
  let stage: "header" | "length" | "body" | "excess" = "header";
  let remaining = 0;
  let excess = 0;
  let connected = false;
  let opened = false;
  let fault: GuardFault | undefined;
  let passed = 0;
  let cut = 0;
  let completed = 0;

  const isPublish = (): boolean => (header[0] ?? 0) >> 4 === PUBLISH;

  function complete(): void {
    stage = "header";
    completed++;
    if (isPublish()) passed++;
    connected = true;
  }

  /** Takes the next byte of the length; true when that was the last. */
  function measure(byte: number): boolean {
    header[headerBytes++] = byte;
    if (byte & 0x80) {
      if (headerBytes === HEADER_BYTES) fault = "malformed";
      return false;
    }
    const length = readLength(header, headerBytes);
    const limit = isPublish() ? limits.publish : limits.small;
    excess = 0;
    if (length <= limit) {
      remaining = length;
    } else if (isPublish() && length <= limits.cut) {
      remaining = limit - NUL.length;
      excess = length - remaining;
    } else {
      fault = "packet-too-large";
    }
    stage = "body";
    return true;
  }

  return {
    walk(chunk, budget, emit) {
      passed = 0;
      cut = 0;
      completed = 0;
      let at = 0;
      /** What stands from here to `at` may pass and was not handed on. */
      let from = 0;
      /** Where the header under way begins; −1: in an earlier chunk, and was kept back. */
      let start = -1;
      const flush = (to: number): void => {
        if (to > from) emit(chunk.subarray(from, to));
        from = at;
      };

      while (at < chunk.length && !fault) {
        const byte = chunk[at] ?? 0;
        if (stage === "header") {
          if (connected && !opened) break;
          if (byte >> 4 === PUBLISH && passed >= budget) break;
          if (!connected && byte >> 4 !== CONNECT) fault = "malformed";
          start = at++;
          header[0] = byte;
          headerBytes = 1;
          stage = "length";
        } else if (stage === "length") {
          at++;
          if (!measure(byte) || fault) continue;
          if (excess > 0) {
            flush(start);
            emit(writeHeader(header, limits.publish));
          } else if (start < 0) {
            emit(Buffer.from(header.subarray(0, headerBytes)));
            from = at;
          }
          if (remaining === 0) complete();
        } else {
          const step = Math.min(remaining, chunk.length - at);
          at += step;
          remaining -= step;
          if (stage === "excess") from = at;
          if (remaining > 0) continue;
          if (stage === "excess") {
            emit(NUL);
            cut++;
            complete();
          } else if (excess > 0) {
            flush(at);
            stage = "excess";
            remaining = excess;
          } else {
            complete();
          }
        }
      }
      if (fault) return undefined;
      flush(stage === "length" ? start : at);
      return at;
    },
    passed: () => passed,
    cut: () => cut,
    completed: () => completed,
    midPacket: () => stage !== "header",
    open: () => {
      opened = true;
    },
    fault: () => fault,
  };
}

/** Remaining length, least significant seven bits first (§2.2.3). */
function readLength(header: Buffer, headerBytes: number): number {
  let length = 0;
  for (let n = 1; n < headerBytes; n++) length += ((header[n] ?? 0) & 0x7f) << (7 * (n - 1));
  return length;
}

/** The same fixed header with another remaining length. */
function writeHeader(header: Buffer, length: number): Buffer {
  const bytes = [header[0] ?? 0];
  for (let rest = length; ; rest >>= 7) {
    if (rest < 0x80) {
      bytes.push(rest);
      return Buffer.from(bytes);
    }
    bytes.push((rest & 0x7f) | 0x80);
  }
}
