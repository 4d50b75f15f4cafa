import type { DeadReason } from "../domain/event.ts";
import { LIMITS } from "./limits.ts";
import { nestedDeeperThan } from "./nesting.ts";

/** What a parser makes of the bytes: a body to read from, or why there is none. */
type Parsed =
  | { readonly body: unknown; readonly fault?: undefined }
  | { readonly fault: DeadReason; readonly detail: string };

/**
 * Turns the bytes of a message into a body that paths can be read from. XML and multipart are parsers
 * like any other: an element becomes an object, the parts become a list.
 */
export interface Parser {
  readonly format: string;
  readonly parse: (payload: Uint8Array, contentType: string | undefined) => Parsed;
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

/** Bytes as text; bytes that are not UTF-8 become U+FFFD, a byte order mark is left out. */
export function textOf(payload: Uint8Array): string {
  const decoded = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString("utf8");
  return decoded.codePointAt(0) === 0xfeff ? decoded.slice(1) : decoded;
}

function parseJson(source: string): Parsed {
  let parsed: unknown;
  try {
    parsed = JSON.parse(source);
  } catch (error) {
    return { fault: "malformed", detail: jsonFault(error) };
  }
  if (typeof parsed !== "object") {
    return { fault: "schema", detail: `a JSON object or list was expected, this is a ${typeof parsed}` };
  }
  if (nestedDeeperThan(parsed, LIMITS.depth)) {
    return { fault: "malformed", detail: `nested deeper than ${LIMITS.depth} levels` };
  }
  return { body: parsed };
}

/** Says where JSON is broken. The engine's own sentence quotes the message, which may hold personal data. */
export function jsonFault(error: unknown): string {
  const position = error instanceof Error ? /at position (\d+)/.exec(error.message)?.[1] : undefined;
  return position === undefined ? "not valid JSON" : `not valid JSON at position ${position}`;
}
