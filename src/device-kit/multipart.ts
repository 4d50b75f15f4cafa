const BOUNDARY = /^multipart\/[\w.+-]+\s*;(?:.*;)?\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i;
/** Parts looked at; devices send one document and a few pictures. */
const PARTS = 32;
const HEADER_BYTES = 8 * 1024;
const BLANK_LINE = /\r?\n\r?\n/;

/**
 * The part of a multipart body that is a document: the first that is declared to be XML or JSON, or that
 * begins like one. A body that is not multipart is its own part. Undefined when there is no such part.
 */
export function mainPart(payload: Uint8Array, contentType: string | undefined): Uint8Array | undefined {
  const boundary = contentType === undefined ? null : BOUNDARY.exec(contentType);
  if (!boundary) return payload;
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  const delimiter = `--${boundary[1] ?? boundary[2] ?? ""}`;
  let from = bytes.indexOf(delimiter);
  for (let part = 0; part < PARTS && from >= 0; part++) {
    const start = from + delimiter.length;
    const next = bytes.indexOf(delimiter, start);
    const end = next < 0 ? bytes.byteLength : next;
    const found = documentIn(bytes.subarray(start, end));
    if (found) return found;
    from = next;
  }
  return undefined;
}

function documentIn(part: Buffer): Buffer | undefined {
  const head = part.toString("latin1", 0, HEADER_BYTES);
  const blank = BLANK_LINE.exec(head);
  if (!blank) return undefined;
  const headers = head.slice(0, blank.index).toLowerCase();
  const body = part.subarray(blank.index + blank[0].length);
  if (/content-type:\s*(?:image|video|audio)\//.test(headers)) return undefined;
  const begins = /^[\s\u00ef\u00bb\u00bf]*([<{[])/.test(body.toString("latin1", 0, 64));
  return begins ? body : undefined;
}
