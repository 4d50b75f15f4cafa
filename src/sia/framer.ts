/** One message as it was cut out of the bytes of a line. */
export interface Frame {
  readonly kind: "frame";
  /** From the first quote to before the CR. */
  readonly text: Buffer;
  readonly crc: number;
  readonly length: number;
  /** The checksum was sent as two bytes, as the 2007 edition has it, and not as four digits. */
  readonly binaryCrc: boolean;
}

/** What stands on a line: a message, a supervision line without a frame, or something that is neither. */
export type Found =
  | Frame
  | { readonly kind: "supervision"; readonly text: Buffer }
  | { readonly kind: "noise" | "oversize" };

/** Cuts messages out of bytes that arrive in pieces of any size. */
export interface Framer {
  /** Takes the next bytes; what is unfinished waits for more. */
  push(chunk: Uint8Array): readonly Found[];
  /** True while a message has begun and not ended. */
  readonly owes: () => boolean;
}

const LF = 0x0a;
const CR = 0x0d;
/** LF, checksum, length, quote. */
const HEX_HEAD = /^\n([0-9A-Fa-f]{4})([0-9A-Fa-f]{4})"/;
const BINARY_HEAD = /^\n([^]{2})([0-9A-Fa-f]{4})"/;
const QUOTE = 0x22;
const HEAD_BYTES = 10;
/** Where the quote stands behind a checksum of four digits, and behind one of two bytes. */
const QUOTES_AT = [HEAD_BYTES - 1, HEAD_BYTES - 3] as const;
const SUPERVISION = /SR\d{4}L\d{4} {1,8}[0-9A-Za-z]{1,16} {1,8}\[ID\w{1,16}\]/;
const SHORTEST_SUPERVISION = 20;
const SUPERVISION_BYTES = 80;
/** What is looked at in one go between messages; the work for each byte must not grow with what follows it. */
const BETWEEN_BYTES = 1_024;
/** What may stand between messages without meaning anything: white space, NUL, DC4. */
const BLANK = new Set("\n\r\t \u0000\u0014");

/**
 * Makes a framer. A message is LF, checksum, length, quoted token … CR. One that is cut short by the next
 * LF, longer than `maxBytes`, or no message at all, is told and left behind: the next LF is a new chance.
 */
export function createFramer(maxBytes: number): Framer {
  let rest: Buffer = Buffer.alloc(0);

  return {
    push(chunk) {
      const found: Found[] = [];
      const fresh = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      let bytes = rest.length === 0 ? fresh : Buffer.concat([rest, fresh]);
      for (let taken = 1; taken > 0 && bytes.length > 0; bytes = bytes.subarray(taken)) {
        taken = bytes[0] === LF ? takeFrame(bytes, maxBytes, found) : takeBetween(bytes, found);
      }
      // A copy, so that a short rest does not hold a large chunk.
      rest = Buffer.from(bytes);
      return found;
    },
    // An LF may also be the end of the message before.
    owes: () => rest.length > 1,
  };
}

/** Takes what begins with LF; returns how many bytes that was, 0 when more are needed to tell. */
function takeFrame(bytes: Buffer, maxBytes: number, found: Found[]): number {
  const hasQuote = QUOTES_AT.some((at) => bytes[at] === QUOTE);
  const begin = hasQuote ? bytes.toString("latin1", 0, HEAD_BYTES) : "";
  const binary = BINARY_HEAD.exec(begin);
  const head = binary ?? HEX_HEAD.exec(begin);
  // Some senders put an LF of its own between messages.
  if (!head) return bytes.length < HEAD_BYTES ? 0 : passOverRun(bytes);
  const [all, crc = "", length = ""] = head;
  const start = all.length - 1;
  const most = bytes.subarray(start, start + maxBytes + 1);
  const next = most.indexOf(LF);
  const last = (next < 0 ? most : most.subarray(0, next)).indexOf(CR);
  if (last < 0 && next >= 0) {
    addNoise(found);
    return start + next;
  }
  if (last < 0 && most.length > maxBytes) {
    found.push({ kind: "oversize" });
    return endOfOversize(bytes, start + maxBytes);
  }
  if (last < 0) return 0;
  const end = start + last;
  found.push({
    kind: "frame",
    text: bytes.subarray(start, end),
    crc: binary ? bytes.readUInt16BE(1) : Number.parseInt(crc, 16),
    length: Number.parseInt(length, 16),
    binaryCrc: binary !== null,
  });
  return end + 1;
}

/** Passes over a run of LF, all but the last three: one begins a message, two may be its checksum. */
function passOverRun(bytes: Buffer): number {
  let count = 1;
  while (bytes[count] === LF) count++;
  return Math.max(1, count - 3);
}

function endOfOversize(bytes: Buffer, from: number): number {
  const next = bytes.indexOf(LF, from);
  const end = bytes.indexOf(CR, from);
  if (end >= 0 && (next < 0 || end < next)) return end + 1;
  return next < 0 ? bytes.length : next;
}

/** Takes what stands before the next LF: nothing, noise, or the line of a transmitter without frames. */
function takeBetween(bytes: Buffer, found: Found[]): number {
  let short = 0;
  while (short < SHORTEST_SUPERVISION && short < bytes.length && bytes[short] !== LF) short++;
  if (bytes[short] === LF) {
    if (!isBlank(bytes.toString("latin1", 0, short))) addNoise(found);
    return short;
  }
  const most = bytes.subarray(0, BETWEEN_BYTES);
  const next = most.indexOf(LF);
  const between = most.toString("latin1", 0, next < 0 ? most.length : next);
  const line = SUPERVISION.exec(between);
  if (line) {
    if (!isBlank(between.slice(0, line.index))) addNoise(found);
    found.push({ kind: "supervision", text: Buffer.from(line[0], "latin1") });
    return line.index + line[0].length;
  }
  if (next < 0 && between.startsWith("S") && between.length < SUPERVISION_BYTES) return 0;
  if (!isBlank(between)) addNoise(found);
  // The end of a long stretch may be the beginning of a line.
  return most.length < bytes.length && next < 0 ? between.length - SUPERVISION_BYTES : between.length;
}

/** A stretch of noise is told once, however many lines it has: a flood of them must stay cheap. */
function addNoise(found: Found[]): void {
  if (found.at(-1)?.kind !== "noise") found.push({ kind: "noise" });
}

function isBlank(text: string): boolean {
  for (const character of text) if (!BLANK.has(character)) return false;
  return true;
}
