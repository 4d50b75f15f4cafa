export type Encoding = "utf-8" | "gb18030";

/** A file as text, without its byte order mark; or why it is none. */
export type DecodedText =
  | { readonly ok: true; readonly text: string; readonly encoding: Encoding }
  | { readonly ok: false; readonly reason: string };

/**
 * Decodes a file. Without a named encoding: strict UTF-8, and only when that fails GB18030 (of which
 * GBK and GB2312 are parts), so a wrong guess cannot happen silently for text of any length.
 */
export function decodeText(bytes: Uint8Array, encoding?: Encoding): DecodedText {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return refused("is UTF-16; save it as CSV in UTF-8");
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return refused("is UTF-16; save it as CSV in UTF-8");
  // A zip archive: .xlsx, .ods.
  if (bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 0x03)
    return refused("is a spreadsheet or archive; save it as CSV");
  for (const each of encoding ? [encoding] : (["utf-8", "gb18030"] as const)) {
    try {
      return { ok: true, text: new TextDecoder(each, { fatal: true }).decode(bytes), encoding: each };
    } catch {
      // Not this one.
    }
  }
  return refused(encoding ? `is not ${encoding.toUpperCase()}` : "is neither UTF-8 nor GB18030");
}

const refused = (reason: string): DecodedText => ({ ok: false, reason: `the file ${reason}` });
