/** What the head of a part says. */
export interface PartHead {
  readonly contentType: string | undefined;
  /** Declared bytes of the body; undefined when none, or none that can be meant. */
  readonly length: number | undefined;
  /** Bytes the head took so far. */
  readonly bytes: number;
}

/** What stands where a head goes on. `more`: too little came to tell. */
export type HeadLine =
  | { readonly kind: "more" | "too_long" }
  /** A blank line, or no line of a head at all: some firmware forgets the blank one. */
  | { readonly kind: "body"; readonly skip: number }
  | { readonly kind: "field"; readonly length: number; readonly head: PartHead };

/** The head before its first line. */
export const NO_HEAD: PartHead = Object.freeze({ contentType: undefined, length: undefined, bytes: 0 });

const BLANK = /^\r?\n/;
const FIELD = /^([\w-]+)[ \t]*:[ \t]*(.*)/;
/** What may still become a blank line or a field. */
const UNDECIDED = /^(?:\r|[\w-]+[ \t]*)?$/;
const LF = 10;
const CONTENT_TYPE_LENGTH = 200;

/** Reads the next line of a head that may take `most` bytes in all. */
export function readHeadLine(bytes: Buffer, head: PartHead, most: number): HeadLine {
  const room = most - head.bytes;
  // One line and no more: heads of many short ones would be read over and over.
  const lineEnd = bytes.subarray(0, room + 1).indexOf(LF);
  const text = bytes.toString("latin1", 0, lineEnd < 0 ? room + 1 : lineEnd + 1);
  const blank = BLANK.exec(text)?.[0];
  if (blank !== undefined) return { kind: "body", skip: blank.length };
  const [, name = "", value = ""] = FIELD.exec(text) ?? [];
  if (name !== "") {
    const length = lineEnd + 1;
    if (length > 0 && length <= room)
      return { kind: "field", length, head: noted(head, length, name, value) };
    return { kind: text.length > room ? "too_long" : "more" };
  }
  if (UNDECIDED.test(text) && text.length <= room) return { kind: "more" };
  return { kind: "body", skip: 0 };
}

function noted(head: PartHead, length: number, name: string, value: string): PartHead {
  const next = { ...head, bytes: head.bytes + length };
  const text = value.trim();
  switch (name.toLowerCase()) {
    case "content-type":
      return { ...next, contentType: text.slice(0, CONTENT_TYPE_LENGTH) };
    case "content-length":
      // A length of nothing is written by firmware that did not know it.
      return /^[1-9]\d{0,14}$/.test(text) ? { ...next, length: Number(text) } : next;
    default:
      return next;
  }
}
