import { createByteWindow } from "./byte-window.ts";
import { NO_HEAD, readHeadLine } from "./part-head.ts";

/** What is cut out of a multipart stream. */
export type Piece =
  | { readonly kind: "document"; readonly contentType: string | undefined; readonly body: Buffer }
  /** A picture, sound or film, passed over. */
  | { readonly kind: "picture" }
  /** A document or a head beyond its bound, passed over. */
  | { readonly kind: "too_large" }
  /** A document whose end did not come. */
  | { readonly kind: "truncated" };

/** Cuts an endless multipart body (RFC 2046, 5.1) into its parts as the bytes come in. */
export interface PartSplitter {
  /** What is complete with this chunk. The same bytes give the same pieces, however they are cut into chunks. */
  push(chunk: Uint8Array): readonly Piece[];
  /** What the end of the stream completes; `proper` when the device ended it, false when it broke off. */
  end(proper: boolean): readonly Piece[];
}

/** Bounds of one part, bytes. */
export interface PartLimits {
  readonly headBytes: number;
  readonly documentBytes: number;
}

const LIMITS: PartLimits = { headBytes: 8 * 1024, documentBytes: 1024 * 1024 };
const [LF, CR] = [10, 13];
/** What may follow a delimiter; anything else makes it the beginning of a longer word. */
const AFTER_DELIMITER: ReadonlySet<number> = new Set(Buffer.from("\r\n \t-"));
/** Bytes of the line ends that may stand between a document and the delimiter. */
const LINE_ENDS = 4;
const MEDIA = /^(?:image|video|audio)\/|^application\/octet-stream/i;

/**
 * Makes a splitter. A document with a `Content-Length` is given out with its last byte, so that an alarm
 * does not wait for the next boundary; one without ends at the boundary. A boundary inside the declared
 * length ends a part too, so a wrong length spoils one part and not the stream.
 */
export function createPartSplitter(boundary: string, limits: PartLimits = LIMITS): PartSplitter {
  // Some devices write the dashes of the delimiter into the parameter as well.
  const delimiter = Buffer.from(`--${boundary.replace(/^--/, "")}`, "latin1");
  const overlap = delimiter.byteLength;
  const window = createByteWindow();
  let step = between;
  let head = NO_HEAD;
  /** Bytes of the document in which no delimiter begins. */
  let searched = 0;
  /** Declared bytes still to pass over; Infinity when the part ends at the boundary. */
  let left = Infinity;
  let pieces: Piece[] = [];

  /** Where a delimiter begins that lies, with the byte after it, within the first `length` bytes; else -1. */
  function find(from: number, length: number): number {
    const bytes = window.view();
    const last = Math.min(length, bytes.byteLength) - overlap - 1;
    let at = bytes.indexOf(delimiter, from);
    while (at >= 0 && at <= last) {
      if (AFTER_DELIMITER.has(bytes[at + overlap] ?? 0)) return at;
      at = bytes.indexOf(delimiter, at + 1);
    }
    return -1;
  }

  // Each step says whether the next may follow; false waits for more bytes.

  function between(): boolean {
    const at = find(0, Infinity);
    window.drop(at < 0 ? Math.max(0, window.size() - overlap) : at + overlap);
    if (at < 0) return false;
    step = restOfDelimiter;
    return true;
  }

  /** Two dashes end the body, but a device may go on with another part all the same. */
  function restOfDelimiter(): boolean {
    const line = window.view().subarray(0, limits.headBytes);
    const length = line.indexOf(LF) + 1;
    if (length === 0 && line.byteLength < limits.headBytes) return false;
    const opens = length > 0 && line.toString("latin1", 0, 2) !== "--";
    window.drop(length);
    head = NO_HEAD;
    step = opens ? headLine : between;
    return true;
  }

  function headLine(): boolean {
    const line = readHeadLine(window.view(), head, limits.headBytes);
    switch (line.kind) {
      case "more":
        return false;
      case "too_long":
        return passOver("too_large", Infinity);
      case "field":
        window.drop(line.length);
        ({ head } = line);
        return true;
      case "body":
        window.drop(line.skip);
        return begin();
    }
  }

  function begin(): boolean {
    const { contentType = "", length = Infinity } = head;
    if (MEDIA.test(contentType)) return passOver("picture", length);
    if (length !== Infinity && length > limits.documentBytes) return passOver("too_large", length);
    searched = 0;
    step = document;
    return true;
  }

  function document(): boolean {
    const { length } = head;
    const at = find(searched, length ?? Infinity);
    const size = window.size();
    const most = limits.documentBytes + LINE_ENDS;
    const over = at > most || (at < 0 && size > most + overlap);
    if (length === undefined && over) return passOver("too_large", Infinity);
    if (at >= 0) give(withoutNewline(window.take(at)));
    else if (length !== undefined && size >= length) give(window.take(length));
    else {
      searched = Math.max(0, size - overlap);
      return false;
    }
    step = between;
    return true;
  }

  function give(body: Buffer): void {
    const { contentType } = head;
    const isPicture = contentType === undefined && body[0] === 0xff && body[1] === 0xd8;
    if (isPicture) pieces.push({ kind: "picture" });
    else if (body.byteLength > limits.documentBytes) pieces.push({ kind: "too_large" });
    else if (!isBlank(body)) pieces.push({ kind: "document", contentType, body });
  }

  function passOver(kind: "picture" | "too_large", length: number): boolean {
    pieces.push({ kind });
    left = length;
    step = passing;
    return true;
  }

  function passing(): boolean {
    const at = find(0, left);
    const size = window.size();
    const over = at >= 0 || size >= left;
    const passed = at >= 0 ? at : over ? left : Math.max(0, size - overlap);
    window.drop(passed);
    left -= passed;
    if (over) step = between;
    return over;
  }

  function taken(): readonly Piece[] {
    const complete = pieces;
    pieces = [];
    return complete;
  }

  return {
    push(chunk) {
      window.add(chunk);
      while (step());
      return taken();
    },
    end(proper) {
      if (step === document && !isBlank(window.view())) {
        if (proper && head.length === undefined) give(withoutNewline(window.take(window.size())));
        else pieces.push({ kind: "truncated" });
      }
      return taken();
    },
  };
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === LF || byte === CR || byte === 32 || byte === 9);
}

/** Without the line's end before the delimiter, of which some devices write two. */
function withoutNewline(bytes: Buffer): Buffer {
  let { byteLength } = bytes;
  while (byteLength > 0 && (bytes[byteLength - 1] === LF || bytes[byteLength - 1] === CR)) byteLength--;
  return bytes.subarray(0, byteLength);
}
