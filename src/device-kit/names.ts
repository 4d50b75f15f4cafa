import { LIMITS } from "./limits.ts";

const UNPRINTABLE = /[\p{Cc}\p{Cs}\ufffd\u2028\u2029]/gu;
const PLAIN = /^[\u0020-\u007e]*$/;

/** Text from a device without NUL, control characters, line separators and broken characters, trimmed. */
function cleanText(text: string): string {
  return PLAIN.test(text) ? text.trim() : text.replaceAll(UNPRINTABLE, "").trim();
}

/** A text attribute: clean, and no longer than the limit. */
export function boundedText(text: string): string {
  return cleanText(text.length > LIMITS.text ? text.slice(0, LIMITS.text) : text);
}

/** A name of a device or point; undefined when nothing printable is left or it is too long to be one. */
export function cleanName(text: string): string | undefined {
  // Not even looked at: one long text may stand around hundreds of events.
  if (text.length > LIMITS.text) return undefined;
  const name = cleanText(text);
  return name === "" || name.length > LIMITS.name ? undefined : name;
}
