import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { inTime, type LinkedAbort } from "../linked-abort.ts";
import { PullFault } from "../pull-fault.ts";
import { readBytes } from "../read-bytes.ts";
import { createAsk } from "../request.ts";
import type { PullSource } from "../source.ts";
import { all, at, escapeXml, readXml, type XmlElement } from "./xml-tree.ts";

/** One operation of a service. */
export interface SoapRequest {
  /** Path and query on the device. */
  readonly target: string;
  readonly action: string;
  /** The element in the body. */
  readonly content: string;
  /** Headers of ours: the user's proof. Without one none is shown, to digest challenges neither. */
  readonly security?: string;
  /** Who is addressed, for the event services, which go by WS-Addressing; with its reference parameters. */
  readonly to?: { readonly address: string; readonly parameters: string };
}

/** What the device answered. */
export interface SoapAnswer {
  readonly raw: Buffer;
  readonly contentType: string | undefined;
  /** The element in the body; undefined when the answer cannot be read as XML. */
  readonly content: XmlElement | undefined;
}

/** Asks a device for one operation. Rejects with a PullFault for a SOAP fault and for every other refusal. */
export type Soap = (request: SoapRequest, abort: LinkedAbort, deadlineMs: number) => Promise<SoapAnswer>;

const ANSWER_BYTES = 1024 * 1024;
const REFUSALS: ReadonlySet<string> = new Set(["NotAuthorized", "FailedAuthentication", "InvalidSecurity"]);
const ANONYMOUS = "http://www.w3.org/2005/08/addressing/anonymous";

/** Makes the way to ask the services of one device; `tooLarge` is told of each answer that is given up. */
export function createSoap(source: PullSource, tooLarge: () => void): Soap {
  const ask = createAsk(source);

  async function call(request: SoapRequest, abort: LinkedAbort, deadlineMs: number): Promise<SoapAnswer> {
    const { target, action, security } = request;
    const body = envelope(request);
    const answer = await ask(
      {
        method: "POST",
        target,
        headers: {
          "content-type": `application/soap+xml; charset=utf-8; action="${action}"`,
          "content-length": String(Buffer.byteLength(body)),
          connection: "close",
        },
        body,
        anonymous: security === undefined,
      },
      abort,
      deadlineMs,
    );
    try {
      return read(await bodyOf(answer, tooLarge), answer);
    } finally {
      answer.destroy();
    }
  }

  return async (request, abort, deadlineMs) => {
    const late = (): Error => new PullFault("unreachable", `no answer within ${deadlineMs} ms`);
    try {
      return await inTime(call(request, abort, deadlineMs), deadlineMs, abort, late);
    } catch (error) {
      throw abort.signal.aborted ? abort.signal.reason : error;
    }
  };
}

function envelope({ action, content, security = "", to }: SoapRequest): string {
  const addressing = to
    ? `<a:Action s:mustUnderstand="1">${action}</a:Action><a:MessageID>urn:uuid:${randomUUID()}</a:MessageID>` +
      `<a:ReplyTo><a:Address>${ANONYMOUS}</a:Address></a:ReplyTo>` +
      `<a:To s:mustUnderstand="1">${escapeXml(to.address)}</a:To>${to.parameters}`
    : "";
  return (
    '<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" ' +
    'xmlns:a="http://www.w3.org/2005/08/addressing">' +
    `<s:Header>${addressing}${security}</s:Header><s:Body>${content}</s:Body></s:Envelope>`
  );
}

async function bodyOf(answer: IncomingMessage, tooLarge: () => void): Promise<Buffer> {
  const bytes = readBytes(answer);
  const chunks: Buffer[] = [];
  let size = 0;
  for (let chunk = await bytes.next(); chunk; chunk = await bytes.next()) {
    size += chunk.byteLength;
    if (size > ANSWER_BYTES) {
      tooLarge();
      throw new PullFault("answer", `an answer has more than ${ANSWER_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function read(raw: Buffer, { statusCode, headers }: IncomingMessage): SoapAnswer {
  const content = at(readXml(raw), "Body")?.children[0];
  if (content?.local === "Fault") throw faultOf(content);
  if (statusCode === 403) throw new PullFault("refused", "the device forbids the user its events (403)");
  if (statusCode !== 200) throw new PullFault("answer", `the device answers with HTTP ${statusCode}`);
  return { raw, contentType: headers["content-type"], content };
}

/** A fault's codes are words of standards; its sentence is the device's own and stays out. */
function faultOf(fault: XmlElement): PullFault {
  const codes = [...all(fault, "Value"), ...all(fault, "faultcode")]
    .map(({ text }) => text.slice(text.indexOf(":") + 1))
    .filter((code) => /^\w{1,60}$/.test(code));
  if (codes.some((code) => REFUSALS.has(code))) {
    return new PullFault("refused", "the device refuses user or password (NotAuthorized)");
  }
  return new PullFault("answer", `the device answers with a fault (${codes.join(", ") || "no code"})`);
}
