import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { PullFault } from "./pull-fault.ts";
import type { Trust } from "./source.ts";

/** What OpenSSL and Node say of a certificate that was not accepted. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_|ALTNAME|CRL_|HOSTNAME_MISMATCH/;

/**
 * Connects to the host and port of a URL, with TLS for `https:`, and resolves when the other side has
 * proved who it is as far as `trust` asks. Rejects with the signal's reason when it is aborted before.
 */
export async function openSocket(url: URL, trust: Trust, signal: AbortSignal): Promise<Socket> {
  signal.throwIfAborted();
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const secure = url.protocol === "https:";
  const port = Number(url.port || (secure ? 443 : 80));
  const socket = secure ? tlsTo(host, port, trust) : connectTcp({ host, port });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = (): void => {
    socket.destroy();
    reject(signal.reason as Error);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  socket.once(secure ? "secureConnect" : "connect", resolve);
  // It stays: what breaks a connection later is told to its reader as well.
  socket.on("error", (error: NodeJS.ErrnoException) => reject(failure(error)));
  socket.once("close", () =>
    reject(new PullFault("unreachable", "the device closed the connection before it said anything")),
  );
  try {
    await promise;
    if (trust.kind === "fingerprint" && secure) verify(socket as TLSSocket, trust.sha256);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function tlsTo(host: string, port: number, trust: Trust): TLSSocket {
  return connectTls({
    host,
    port,
    // An address is no name to ask for.
    ...(isIP(host) === 0 && { servername: host }),
    ...(trust.kind === "authorities" && trust.ca !== undefined && { ca: trust.ca }),
    rejectUnauthorized: trust.kind === "authorities",
  });
}

/** Before anything is sent: another certificate means another server. */
function verify(socket: TLSSocket, wanted: string): void {
  const shown = socket.getPeerCertificate().fingerprint256 ?? "";
  if (plain(shown) === plain(wanted)) return;
  throw new PullFault("certificate", `the device shows another certificate: its fingerprint is ${shown}`);
}

const plain = (fingerprint: string): string => fingerprint.replaceAll(":", "").toLowerCase();

function failure(error: NodeJS.ErrnoException): PullFault {
  const code = error.code ?? "unknown";
  return CERTIFICATE.test(code)
    ? new PullFault("certificate", `the device's certificate is not trusted (${code})`, { cause: error })
    : new PullFault("unreachable", `the device cannot be reached (${code})`, { cause: error });
}
