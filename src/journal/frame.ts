import { crc32 } from "node:zlib";

/**
 * Entries on disk: magic (4 bytes), payload length and CRC-32 of the payload (u32, big
 * endian), payload. The magic lets a reader find the next frame behind a damaged one.
 */
const MAGIC = Buffer.from("ZJ1\n", "latin1");
const HEADER = MAGIC.length + 8;

/** A frame around entries, one JSON entry a line. */
function encodeFrame(lines: readonly string[]): Buffer {
  const payload = lines.join("\n");
  const frame = Buffer.allocUnsafe(HEADER + Buffer.byteLength(payload));
  MAGIC.copy(frame, 0);
  frame.write(payload, HEADER, "utf8");
  frame.writeUInt32BE(frame.length - HEADER, MAGIC.length);
  frame.writeUInt32BE(crc32(frame.subarray(HEADER)), MAGIC.length + 4);
  return frame;
}

/** Largest payload of a frame of several entries: what a reader has to take at once. */
const FRAME_BYTES = 1 << 20;

/** As many frames as the lines of one group commit need, to be written at once. */
export function encodeFrames(lines: readonly string[]): Buffer {
  const frames: Buffer[] = [];
  let begin = 0;
  let bytes = 0;
  for (let n = 0; n < lines.length; n++) {
    const length = lines[n]?.length ?? 0;
    if (bytes + length > FRAME_BYTES && n > begin) {
      frames.push(encodeFrame(lines.slice(begin, n)));
      begin = n;
      bytes = 0;
    }
    bytes += length;
  }
  const last = encodeFrame(begin === 0 ? lines : lines.slice(begin));
  return frames.length === 0 ? last : Buffer.concat([...frames, last]);
}

/** What stands at an offset: a whole frame, the beginning of one, or something that is none. */
export type FrameAt =
  | { readonly kind: "whole"; readonly lines: readonly string[]; readonly end: number }
  | { readonly kind: "partial"; readonly needs: number }
  | { readonly kind: "damaged" };

/** Reads the frame at `offset` of `bytes`. `needs` counts the bytes from `offset` a whole frame takes. */
export function frameAt(bytes: Buffer, offset: number): FrameAt {
  const left = bytes.length - offset;
  if (left < HEADER) return { kind: "partial", needs: HEADER };
  if (!bytes.subarray(offset, offset + MAGIC.length).equals(MAGIC)) return { kind: "damaged" };
  const length = bytes.readUInt32BE(offset + MAGIC.length);
  if (left < HEADER + length) return { kind: "partial", needs: HEADER + length };
  const payload = bytes.subarray(offset + HEADER, offset + HEADER + length);
  if (crc32(payload) !== bytes.readUInt32BE(offset + MAGIC.length + 4)) return { kind: "damaged" };
  return { kind: "whole", lines: payload.toString("utf8").split("\n"), end: offset + HEADER + length };
}

/** Offset of the next whole frame after `offset`, or -1: tells a torn tail from damage in the middle. */
export function nextFrame(bytes: Buffer, offset: number): number {
  for (let at = bytes.indexOf(MAGIC, offset + 1); at >= 0; at = bytes.indexOf(MAGIC, at + 1)) {
    if (frameAt(bytes, at).kind === "whole") return at;
  }
  return -1;
}
