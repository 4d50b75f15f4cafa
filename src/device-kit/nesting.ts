import { LIMITS } from "./limits.ts";

/**
 * True when a parsed body nests objects and lists deeper than `limit`. Told after parsing, which costs a
 * fifth of looking through the text: the engine's JSON parser does not recurse, only readers might.
 */
export function nestedDeeperThan(value: unknown, limit: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (limit === 0) return true;
  // `for…in` makes no list of members; what a parser made has no members but its own.
  for (const name in value) {
    const member = (value as Readonly<Record<string, unknown>>)[name];
    if (typeof member === "object" && nestedDeeperThan(member, limit - 1)) return true;
  }
  return false;
}

/** True when a text holds more opening brackets than `limit`; JSON without so many cannot nest deeper. */
export function opensMoreThan(source: string, limit: number): boolean {
  let left = limit;
  for (const bracket of ["{", "["]) {
    for (let at = source.indexOf(bracket); at >= 0; at = source.indexOf(bracket, at + 1)) {
      if (left-- === 0) return true;
    }
  }
  return false;
}

/**
 * Says what a JSON text has too much of, levels or members, without parsing it; undefined when neither.
 * What it says of a text that is no JSON means nothing.
 */
export function excessIn(source: string): string | undefined {
  let depth = 0;
  let members = 0;
  for (let at = 0; at < source.length; at++) {
    switch (source.charCodeAt(at)) {
      case QUOTE:
        at = closingQuote(source, at + 1);
        break;
      case BRACE:
      case BRACKET:
        if (++depth > LIMITS.depth) return `nested deeper than ${LIMITS.depth} levels`;
        break;
      case CLOSING_BRACE:
      case CLOSING_BRACKET:
        depth--;
        break;
      case COLON:
        if (++members > LIMITS.jsonMembers) return `more than ${LIMITS.jsonMembers} members`;
        break;
    }
  }
  return undefined;
}

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

function closingQuote(source: string, from: number): number {
  let at = from;
  while (at < source.length && source.charCodeAt(at) !== QUOTE) {
    at += source.charCodeAt(at) === BACKSLASH ? 2 : 1;
  }
  return at;
}
