import type { IncomingMessage } from "node:http";
import { answerChallenge, readChallenge } from "./digest.ts";
import { inTime, type LinkedAbort } from "./linked-abort.ts";
import { openSocket } from "./open-socket.ts";
import { asPullFault, PullFault } from "./pull-fault.ts";
import type { PullSource } from "./source.ts";

// An import by name reads every export of node:http, its WebSocket among them: 12 MB of code nobody uses.
const { request: httpRequest } = process.getBuiltinModule("node:http");

/** What is asked of a device. */
export interface DeviceRequest {
  readonly method: "GET" | "POST";
  /** Path and query as they go over the wire. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Shows no proof, whatever the device says: a 401 is an answer. */
  readonly anonymous?: boolean;
}

/** Asks one device, answering its digest challenges. */
export type Ask = (
  request: DeviceRequest,
  abort: LinkedAbort,
  deadlineMs: number,
) => Promise<IncomingMessage>;

/**
 * Makes the way to ask a device. It resolves with the head of the answer, whatever its status but 3xx, and
 * but 401 where a proof may be shown; the body is the caller's to read. Redirects are not followed: the
 * password's proof is for the address that was configured. Rejects with a PullFault, or with the reason of
 * an abort; aborting ends the body too.
 */
export function createAsk({ url, trust, user, password }: PullSource): Ask {
  async function once(
    { method, target, headers, body }: DeviceRequest,
    abort: LinkedAbort,
    authorization?: string,
  ): Promise<IncomingMessage> {
    const socket = await openSocket(url, trust, abort.signal);
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const outgoing = httpRequest({
      createConnection: () => socket,
      method,
      path: target,
      headers: { host: url.host, ...headers, ...(authorization !== undefined && { authorization }) },
    });
    const end = (): void => {
      socket.destroy(abort.signal.reason as Error);
      outgoing.destroy(abort.signal.reason as Error);
    };
    abort.signal.addEventListener("abort", end, { once: true });
    socket.once("close", () => abort.signal.removeEventListener("abort", end));
    outgoing.once("response", resolve);
    outgoing.on("error", (error) => reject(abort.signal.aborted ? error : notHttp(error)));
    outgoing.end(body);
    if (abort.signal.aborted) end();
    return promise;
  }

  async function answered(request: DeviceRequest, abort: LinkedAbort): Promise<IncomingMessage> {
    let answer = await once(request, abort);
    for (let refusals = 1; answer.statusCode === 401 && !request.anonymous; refusals++) {
      const challenge = readChallenge(answer.headersDistinct["www-authenticate"] ?? []);
      answer.destroy();
      if (!challenge) throw new PullFault("refused", NO_CHALLENGE);
      // The first was for the challenge. After an answer to it, only a nonce that aged on the way is no "no".
      if (refusals > 1 && !challenge.stale) throw new PullFault("refused", WRONG_PASSWORD);
      // Some devices say so of a wrong password, and lock the account all the same.
      if (refusals > 2) throw new PullFault("refused", "the device calls each of its nonces too old");
      const { method, target: uri } = request;
      answer = await once(request, abort, answerChallenge(challenge, { user, password, method, uri }));
    }
    const { statusCode = 0 } = answer;
    if (statusCode >= 300 && statusCode < 400) {
      answer.destroy();
      throw new PullFault("answer", `the device answers with a redirect (${statusCode}); none is followed`);
    }
    return answer;
  }

  return async (request, abort, deadlineMs) => {
    const late = (): Error => new PullFault("unreachable", `no answer within ${deadlineMs} ms`);
    try {
      return await inTime(answered(request, abort), deadlineMs, abort, late);
    } catch (error) {
      throw abort.signal.aborted ? abort.signal.reason : error;
    }
  };
}

const NO_CHALLENGE = "the device refuses (401) and asks for no digest that is spoken here (MD5 or SHA-256)";
const WRONG_PASSWORD = "the device refuses user or password (401)";

function notHttp(error: NodeJS.ErrnoException): PullFault {
  const { code = "" } = error;
  if (!code.startsWith("HPE_")) return asPullFault(error);
  return new PullFault("answer", `the device does not speak HTTP there (${code})`, { cause: error });
}
