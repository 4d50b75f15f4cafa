import type { Aside, DeadReason } from "../domain/event.ts";
import type { ProfileInput } from "../ports.ts";
import { LIMITS } from "./limits.ts";
import { mainPart } from "./multipart.ts";
import { excessIn, nestedDeeperThan, opensMoreThan } from "./nesting.ts";
import type { Captures } from "./pattern.ts";
import { parseXml, XmlFault } from "./xml.ts";

/** What a parser makes of the bytes: a body to read from, or why there is none. */
export type Parsed = (
  | { readonly body: unknown; readonly fault?: undefined }
  | { readonly fault: DeadReason; readonly detail: string }
) &
  Aside;

/**
 * Turns the bytes of a message into a body that paths can be read from: an XML element becomes an object,
 * a protobuf message too. A parser may recall what earlier messages taught, and teach; it keeps no state.
 */
export interface Parser {
  readonly format: string;
  /** Most bytes it takes; `LIMITS.payloadBytes` when absent. */
  readonly maxBytes?: number;
  /** True when an empty message says something in this format. */
  readonly readsEmpty?: boolean;
  readonly parse: (payload: Uint8Array, input: ProfileInput, captures: Captures) => Parsed;
}

/** JSON; an object or a list. */
export const json: Parser = { format: "json", parse: (payload) => parseJson(textOf(payload)) };

/** The whole message as one trimmed text, UTF-8. */
export const text: Parser = {
  format: "text",
  parse: (payload) => ({ body: textOf(payload).trim() }),
};

/** A JSON object, or the bare word that older versions send in place of its one field. */
export const jsonOrWord = (name: string): Parser => ({
  format: `json or word (${name})`,
  parse(payload) {
    const word = textOf(payload).trim();
    return /^[\w-]{1,64}$/.test(word) ? { body: { [name]: word } } : parseJson(word);
  },
});

/**
 * XML without entities of its own, in UTF-8 or the GB encoding it declares; the body is the root element.
 * Attributes are read as `@name`, namespace prefixes are dropped, values are trimmed texts. Elements named
 * in `lists` are lists even when there is one.
 */
export const xml = (...lists: readonly string[]): Parser => {
  const listed = new Set(lists);
  return { format: "xml", parse: (payload) => readXml(payload, listed) };
};

/** XML or JSON, told apart by the first character. */
export const xmlOrJson = (...lists: readonly string[]): Parser => {
  const listed = new Set(lists);
  return {
    format: "xml or json",
    parse: (payload) =>
      firstCharacter(payload) === "<" ? readXml(payload, listed) : parseJson(textOf(payload)),
  };
};

/**
 * A document that devices send alone, or as a part of a multipart body with pictures around it. The
 * pictures are not looked at.
 */
export const withPictures = (of: Parser): Parser => ({
  format: `${of.format}, also with pictures (multipart)`,
  maxBytes: LIMITS.multipartBytes,
  parse(payload, input, captures) {
    const part = mainPart(payload, input.contentType);
    if (part === undefined) return { fault: "malformed", detail: "no part of the message can be read" };
    if (part.byteLength > LIMITS.payloadBytes) {
      return { fault: "too_large", detail: `a part of ${part.byteLength} bytes` };
    }
    return of.parse(part, input, captures);
  },
});

/** Bytes as text; bytes that are not UTF-8 become U+FFFD, a byte order mark is left out. */
export function textOf(payload: Uint8Array): string {
  const decoded = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString("utf8");
  return decoded.codePointAt(0) === 0xfeff ? decoded.slice(1) : decoded;
}

/** A text of so many characters is looked through before the engine's parser has to make objects of it. */
const LONG = 64 * 1024;

/** Reads a JSON object or list. */
export function parseJson(source: string): Parsed {
  const isLong = source.length > LONG;
  const excess = isLong ? excessIn(source) : undefined;
  if (excess !== undefined) return { fault: "malformed", detail: excess };
  let parsed: unknown;
  try {
    parsed = JSON.parse(source);
  } catch (error) {
    return { fault: "malformed", detail: jsonFault(error) };
  }
  if (typeof parsed !== "object") {
    return { fault: "schema", detail: `a JSON object or list was expected, this is a ${typeof parsed}` };
  }
  if (!isLong && opensMoreThan(source, LIMITS.depth) && nestedDeeperThan(parsed, LIMITS.depth)) {
    return { fault: "malformed", detail: `nested deeper than ${LIMITS.depth} levels` };
  }
  return { body: parsed };
}

/** Says where JSON is broken. The engine's own sentence quotes the message, which may hold personal data. */
export function jsonFault(error: unknown): string {
  const position = error instanceof Error ? /at position (\d+)/.exec(error.message)?.[1] : undefined;
  return position === undefined ? "not valid JSON" : `not valid JSON at position ${position}`;
}

function readXml(payload: Uint8Array, lists: ReadonlySet<string>): Parsed {
  try {
    return { body: parseXml(payload, lists) };
  } catch (error) {
    if (error instanceof XmlFault) return { fault: "malformed", detail: error.message };
    throw error;
  }
}

function firstCharacter(payload: Uint8Array): string {
  for (const byte of payload) {
    // White space and the bytes of a byte order mark.
    if (byte > 0x20 && byte !== 0xef && byte !== 0xbb && byte !== 0xbf) return String.fromCodePoint(byte);
  }
  return "";
}
