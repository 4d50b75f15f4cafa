import type { IncomingMessage } from "node:http";
import { inTime, linkAbort, type LinkedAbort } from "./linked-abort.ts";
import { createPartSplitter, type Piece } from "./part-splitter.ts";
import { PullFault } from "./pull-fault.ts";
import { readBytes } from "./read-bytes.ts";
import { createAsk } from "./request.ts";
import type { Session } from "./session.ts";
import type { PullSource } from "./source.ts";

/** Where the endless answers are: all events, and of Dahua a sign of life every five seconds. */
const USUAL_TARGET = {
  hikvision: "/ISAPI/Event/notification/alertStream",
  dahua: "/cgi-bin/eventManager.cgi?action=attach&codes=[All]&heartbeat=5",
} as const;

const BOUNDARY = /^multipart\/[\w.+-]+\s*;(?:.*;)?\s*boundary\s*=\s*(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i;

/**
 * Reads a device's endless multipart answer (Hikvision ISAPI, Dahua CGI) until it breaks; always ends with
 * a rejection. Each document is handed over before the next is looked at, so a slow hub slows the device
 * down and loses nothing.
 */
export async function readStream(source: PullSource, session: Session): Promise<never> {
  using abort = linkAbort(session.signal);
  const answer = await createAsk(source)(
    { method: "GET", target: targetOf(source), headers: { accept: "*/*", connection: "keep-alive" } },
    abort,
    session.timing.openMs,
  );
  try {
    return await readParts(answer, source, session, abort);
  } finally {
    answer.destroy();
  }
}

async function readParts(
  answer: IncomingMessage,
  source: PullSource,
  session: Session,
  abort: LinkedAbort,
): Promise<never> {
  const { silenceMs } = source;
  const splitter = createPartSplitter(boundaryOf(answer));
  const bytes = readBytes(answer);
  const silent = (): Error => new PullFault("silence", `no byte for ${silenceMs / 1_000} s`);
  const began = performance.now();
  let parts = 0;
  for (;;) {
    let chunk: Buffer | undefined;
    try {
      chunk = await inTime(bytes.next(), silenceMs, abort, silent);
    } catch (error) {
      await handOver(splitter.end(false), session);
      throw abort.signal.aborted ? abort.signal.reason : broken(error);
    }
    if (chunk === undefined) {
      await handOver(splitter.end(true), session);
      throw new PullFault("closed", "the device ended the stream");
    }
    const pieces = splitter.push(chunk);
    await handOver(pieces, session);
    parts += pieces.length;
    // Another boundary than the one it announced: its bytes would come for ever, and no part with them.
    if (parts === 0 && performance.now() - began > silenceMs) {
      throw new PullFault("answer", `the device sends bytes, but no part within ${silenceMs / 1_000} s`);
    }
  }
}

async function handOver(pieces: readonly Piece[], session: Session): Promise<void> {
  for (const piece of pieces) {
    // Half a part is what a device leaves that cannot stream.
    if (piece.kind !== "truncated") session.streaming();
    if (piece.kind === "document") await session.deliver(piece);
    else session.note(piece.kind);
  }
}

function targetOf({ kind, url }: PullSource): string {
  const given = url.pathname + url.search;
  return given === "/" && kind !== "onvif" ? USUAL_TARGET[kind] : given;
}

/** The boundary of a stream. Throws a PullFault for every answer that is none. */
function boundaryOf({ statusCode, headers }: IncomingMessage): string {
  if (statusCode === 403) {
    throw new PullFault("refused", "the device forbids the user this stream, or has locked him out (403)");
  }
  if (statusCode !== 200) throw new PullFault("answer", `the device answers with HTTP ${statusCode}`);
  const encoding = headers["content-encoding"]?.toLowerCase() ?? "identity";
  if (encoding !== "identity") {
    throw new PullFault("answer", "the device compresses its stream, which was not asked for");
  }
  const [, quoted, bare] = BOUNDARY.exec(headers["content-type"] ?? "") ?? [];
  const boundary = quoted ?? bare;
  if (boundary === undefined) {
    throw new PullFault("answer", "the device answers, but not with a multipart stream");
  }
  return boundary;
}

function broken(error: unknown): PullFault {
  return error instanceof PullFault
    ? error
    : new PullFault("closed", "the device broke the connection", { cause: error });
}
